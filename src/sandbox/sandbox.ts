import type { Server } from 'node:http';
import { type Clock, systemClock } from '../base/clock.ts';
import { errorText, usageError } from '../base/errors.ts';
import { callHandler, type Running } from './call-handler.ts';
import { CallLog } from './call-log.ts';
import { seededChance } from './chance.ts';
import { controlOf } from './control.ts';
import { KYBIO_APP_ID, KYBIO_APP_KEY, openWonderKey, WONDER_APP_ID } from './credentials.ts';
import { kybioVendor } from './kybio/vendor.ts';
import { sandboxServer } from './server.ts';
import { DEFAULT_SWITCHES, mergeSwitches, type SandboxSwitches } from './switches.ts';
import { openVendorState } from './vendor-state.ts';
import { wonderVendor } from './wonder/vendor.ts';

type SandboxOptions = {
  /** Holds sandbox.sqlite and the private key; made 0700. `:memory:` keeps nothing. */
  readonly stateFolder: string;
  /** 0, the default, takes a free one. Always on 127.0.0.1. */
  readonly port?: number;
  readonly clock?: Clock;
  readonly switches?: Partial<SandboxSwitches>;
};

/** The environment that points a client at the sandbox. */
export type SandboxSettings = Readonly<
  Record<`KYBIO_${'BASE_URL' | 'APP_ID' | 'APP_KEY'}` | `WONDER_${'BASE_URL' | 'APP_ID' | 'PRIVATE_KEY_FILE'}`, string>
>;

export type Sandbox = {
  /** `http://127.0.0.1:<port>` */
  readonly baseUrl: string;
  readonly settings: SandboxSettings;
  /** Cuts open connections and forgets late applications that are not due yet. */
  close(): Promise<void>;
};

/**
 * A local Kybio and Wonder: behaves as api/kybio.md and api/wonder.md say, and fails on demand. Its state
 * survives a restart and a kill -9. Throws an OperatorError when the port or the switches cannot be used.
 */
export async function openSandbox(options: SandboxOptions): Promise<Sandbox> {
  const clock = options.clock ?? systemClock;
  const switches = mergeSwitches(DEFAULT_SWITCHES, options.switches ?? {});
  const running: Running = { switches, chance: seededChance(switches.seed), resets: 0 };
  const { state, wonderKey } = await openState(options.stateFolder, switches);
  const closing = new AbortController();
  const tools = { state, running, clock, log: new CallLog(), closing: closing.signal };

  // Anchored once: the wall clock has no fractions, and may jump.
  const openedAtMs = clock.nowMs() - clock.monotonicMs();
  let lastCallId = state.increments.lastCallId();
  const server = sandboxServer({
    vendors: [kybioVendor(KYBIO_APP_ID, KYBIO_APP_KEY), wonderVendor(WONDER_APP_ID, wonderKey.publicKey)],
    handleCall: callHandler(tools),
    control: controlOf(tools),
    preciseNowMs: () => openedAtMs + clock.monotonicMs(),
    nextCallId: () => {
      lastCallId += 1;
      return lastCallId;
    },
  });

  const close = async () => {
    closing.abort();
    await stopListening(server);
    if (state.store.isOpen) state.store.close();
    wonderKey.remove();
  };
  try {
    const port = await listen(server, options.port ?? 0);
    const baseUrl = `http://127.0.0.1:${port}`;
    return {
      baseUrl,
      settings: {
        KYBIO_BASE_URL: `${baseUrl}/pospal-api2/openapi/v1`,
        KYBIO_APP_ID,
        KYBIO_APP_KEY,
        WONDER_BASE_URL: baseUrl,
        WONDER_APP_ID,
        WONDER_PRIVATE_KEY_FILE: wonderKey.privateKeyFile,
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

async function openState(stateFolder: string, switches: SandboxSwitches) {
  try {
    const state = openVendorState(stateFolder, switches);
    return { state, wonderKey: await openWonderKey(stateFolder) };
  } catch (error) {
    throw usageError(
      'SANDBOX_STATE',
      `The sandbox's state in '${stateFolder}' cannot be opened: ${errorText(error)}.`,
      'Choose another folder, or remove this one to start anew.',
      error,
    );
  }
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => {
      reject(
        usageError(
          'SANDBOX_PORT',
          `The sandbox cannot listen on 127.0.0.1:${port}: ${errorText(error)}.`,
          'Choose another port, or 0 for a free one.',
          error,
        ),
      );
    });
    server.listen(port, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
}

function stopListening(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
