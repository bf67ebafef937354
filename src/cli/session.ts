import { join } from 'node:path';
import { type Clock, systemClock } from '../base/clock.ts';
import { zonedIso } from '../base/zoned-time.ts';
import type { ControlSettings } from '../calls/control-settings.ts';
import { Lane, type LaneSettings } from '../calls/lane.ts';
import { createRateLimiter } from '../calls/rate-limiter.ts';
import { RunControl } from '../calls/run-control.ts';
import type { Vendors } from '../calls/vendors.ts';
import { type KybioSettings, openKybioClient } from '../kybio/client.ts';
import type { Ledger, Target } from '../ledger/ledger.ts';
import { explainSqliteError, isDamaged, isSqliteError, openSqliteLedger } from '../ledger/sqlite/sqlite-ledger.ts';
import { openSandbox, type Sandbox } from '../sandbox/sandbox.ts';
import { parseSwitches } from '../sandbox/switches.ts';
import { Settings, type TypedFlags } from '../settings/settings.ts';
import type { Surroundings } from '../settings/surroundings.ts';
import { kybioSettings, wonderSettings } from '../settings/vendor-settings.ts';
import { openWonderClient, type WonderSettings } from '../wonder/client.ts';
import type { Console } from './console.ts';

/** What a command that runs something has open: closed again by `withSession`, whatever happens. */
export type Session = {
  readonly settings: Settings;
  readonly ledger: Ledger;
  readonly control: RunControl;
  readonly clock: Clock;
  readonly startedMs: number;
  /** Settings of the vendors that the run needs, from the sandbox when it is asked for. */
  connect(targets: readonly Target[], controls: ControlSettings, usesSandbox: boolean): Promise<Connected>;
};

export type Connected = {
  /** `kybio:<appId>`, joined with ','. */
  readonly account: string;
  openVendors(): Vendors;
};

/**
 * Opens the ledger, listens for Ctrl-C and SIGTERM, runs `work`, and closes everything. The first signal
 * stops the run gently, a second one leaves at once: the ledger makes that safe.
 */
export async function withSession<T>(
  flags: TypedFlags,
  surroundings: Surroundings,
  console: Console,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  const settings = new Settings(flags, surroundings);
  const clock = systemClock;
  const startedMs = clock.nowMs();
  const control = new RunControl();
  const ledger = openSqliteLedger(
    settings.homeFolder,
    {
      pid: surroundings.pid,
      command: ['memberload', ...surroundings.argv].join(' '),
      startedAt: new Date(startedMs).toISOString(),
    },
    // Before anything else: what waits for the rate or a retry must not go out any more.
    (error) => control.stop({ kind: 'fatal', error }),
  );
  let sandbox: Sandbox | undefined;
  let signalCount = 0;
  const stopListening = surroundings.onSignal((signal) => {
    signalCount += 1;
    if (signalCount > 1) surroundings.exitNow(signal === 'SIGINT' ? 130 : 143);
    console.say('Stopping: finishing what is in flight. Press Ctrl-C again to leave at once.');
    control.stop({ kind: 'interrupted', signal });
  });
  const openOwnSandbox = async (): Promise<Sandbox> => {
    sandbox ??= await openSandbox({
      stateFolder: join(settings.homeFolder, 'sandbox'),
      clock,
      switches: parseSwitches(settings.config.sandbox),
    });
    return sandbox;
  };
  try {
    return await work({
      settings,
      ledger,
      control,
      clock,
      startedMs,
      async connect(targets, controls, usesSandbox) {
        const located = usesSandbox
          ? new Settings({ config: flags.config }, sandboxSurroundings(surroundings, await openOwnSandbox()))
          : settings;
        const zone = controls.quotaZone;
        return connectVendors(located, targets, controls, {
          ledger,
          control,
          clock,
          onQuotaWait: (untilMs, detail) => console.say(`Waiting until ${zonedIso(untilMs, zone)}: ${detail}.`),
        });
      },
    });
  } catch (error) {
    throw isSqliteError(error) || isDamaged(error) ? explainSqliteError(error, ledger.path, '', true) : error;
  } finally {
    stopListening();
    await sandbox?.close();
    ledger.close();
  }
}

/** The same process with the sandbox's settings and without a store: nothing can lead to a real vendor. */
function sandboxSurroundings(surroundings: Surroundings, sandbox: Sandbox): Surroundings {
  return {
    ...surroundings,
    environment: { ...surroundings.environment, KYBIO_APP_KEY_FILE: undefined, ...sandbox.settings },
  };
}

type LaneParts = {
  ledger: Ledger;
  control: RunControl;
  clock: Clock;
  onQuotaWait: (untilMs: number, detail: string) => void;
};

/** Checks the settings of every target before the first client is opened. */
function connectVendors(
  settings: Settings,
  targets: readonly Target[],
  controls: ControlSettings,
  parts: LaneParts,
): Connected {
  const transfer = { timeoutMs: controls.timeoutMs, connections: controls.concurrency };
  const kybio: KybioSettings | undefined = targets.includes('kybio') ? kybioSettings(settings, transfer) : undefined;
  const wonder: WonderSettings | undefined = targets.includes('wonder')
    ? wonderSettings(settings, transfer)
    : undefined;
  const accounts = {
    kybio: kybio && `kybio:${kybio.appId}`,
    wonder: wonder && `wonder:${wonder.appId}`,
  };
  return {
    account: [accounts.kybio, accounts.wonder].filter((account) => account !== undefined).join(','),
    openVendors: () => ({
      ...(kybio &&
        accounts.kybio && {
          kybio: {
            client: openKybioClient(kybio, parts.clock),
            lane: openLane(accounts.kybio, controls, parts),
            repeatCodes: kybio.codes.repeat,
          },
        }),
      ...(wonder &&
        accounts.wonder && {
          wonder: { client: openWonderClient(wonder, parts.clock), lane: openLane(accounts.wonder, controls, parts) },
        }),
    }),
  };
}

function openLane(account: string, controls: ControlSettings, parts: LaneParts): Lane {
  const settings: LaneSettings = {
    account,
    quotaZone: controls.quotaZone,
    dailyQuota: controls.dailyQuota,
    reserve: controls.reserve,
    waitsForQuota: controls.waitsForQuota,
  };
  return new Lane(settings, {
    ...parts,
    limiter: createRateLimiter(controls.rate, parts.clock),
    random: Math.random,
    connections: controls.concurrency,
  });
}
