import { join } from 'node:path';
import { type Clock, systemClock } from '../base/clock.ts';
import { zonedIso } from '../base/zoned-time.ts';
import type { ControlSettings } from '../calls/control-settings.ts';
import { Lane } from '../calls/lane.ts';
import { createRateLimiter } from '../calls/rate-limiter.ts';
import type { RunControl } from '../calls/run-control.ts';
import type { Vendors } from '../calls/vendors.ts';
import type { Ledger, LedgerReader, Target } from '../ledger/ledger.ts';
import { openSqliteLedger, openSqliteLedgerReader } from '../ledger/sqlite/sqlite-ledger.ts';
import type { Sandbox } from '../sandbox/sandbox.ts';
import { describePlace, placeKey } from '../settings/place.ts';
import type { Settings } from '../settings/settings.ts';
import { vendorSettings } from '../settings/vendor-settings.ts';
import type { CommandInput } from './commands.ts';
import { withStopSignals } from './stop-signals.ts';

/** What a command that runs something has open: closed again by `withSession`, whatever happens. */
export type Session = {
  readonly settings: Settings;
  readonly ledger: Ledger;
  readonly control: RunControl;
  readonly clock: Clock;
  readonly startedMs: number;
  /** Reads the settings of the vendors that the run needs, and says where it works: the first line of the command. */
  connect(targets: readonly Target[], controls: ControlSettings, usesSandbox: boolean): Promise<Connected>;
};

export type Connected = {
  /** `kybio:<appId>`, joined with ','. */
  readonly account: string;
  /** Where, for a person. */
  readonly place: string;
  /** Where, in `result_for`, after the command. */
  readonly placeKey: string;
  openVendors(): Vendors;
};

/** Opens the ledger for writing, listens for signals, runs `work`, and closes everything. */
export function withSession<T>(input: CommandInput, work: (session: Session) => Promise<T>): Promise<T> {
  const { settings, surroundings, console } = input;
  return withStopSignals(input, 'Carry on with: memberload resume', async (control) => {
    const clock = systemClock;
    const startedMs = clock.nowMs();
    const command = ['memberload', ...surroundings.argv].join(' ');
    const ledger = await openSqliteLedger({
      folder: settings.homeFolder,
      holder: { pid: surroundings.pid, command, startedAt: new Date(startedMs).toISOString() },
      clock,
      // Before anything else: what waits for the rate or a retry must not go out any more.
      onFailure: (error) => control.stop({ kind: 'fatal', error }),
    });
    let sandbox: Sandbox | undefined;
    const connect: Session['connect'] = async (targets, controls, usesSandbox) => {
      if (usesSandbox) sandbox ??= await openOwnSandbox(settings, clock);
      const located = sandbox && usesSandbox ? settings.withSandbox(sandbox.settings) : settings;
      const connected = await connectVendors(located, targets, controls, {
        ledger,
        control,
        clock,
        onQuotaWait: (untilMs, detail) =>
          console.say(`Waiting until ${zonedIso(untilMs, controls.quotaZone)}: ${detail}.`),
      });
      const where = { usesSandbox, store: located.get('store'), configPath: undefined };
      const { account } = connected;
      const place = describePlace(where, account);
      console.sayPlace(place);
      for (const warning of located.warnings) console.say(warning);
      return { ...connected, place, placeKey: placeKey(where, account) };
    };
    try {
      return await work({ settings, ledger, control, clock, startedMs, connect });
    } finally {
      await sandbox?.close();
      await ledger.close();
    }
  });
}

/** Runs `work` with the ledger as it is, also while another process writes; undefined: there is none yet. */
export async function withLedgerReader<T>(
  { settings }: CommandInput,
  work: (ledger: LedgerReader | undefined, settings: Settings) => Promise<T>,
): Promise<T> {
  const ledger = await openSqliteLedgerReader({ folder: settings.homeFolder, clock: systemClock });
  try {
    return await work(ledger, settings);
  } finally {
    await ledger?.close();
  }
}

async function openOwnSandbox(settings: Settings, clock: Clock): Promise<Sandbox> {
  const [{ openSandbox }, { parseSwitches }] = await Promise.all([
    import('../sandbox/sandbox.ts'),
    import('../sandbox/switches.ts'),
  ]);
  return openSandbox({
    stateFolder: join(settings.homeFolder, 'sandbox'),
    clock,
    switches: parseSwitches(Object.fromEntries(settings.config.sandbox)),
  });
}

type LaneParts = {
  ledger: Ledger;
  control: RunControl;
  clock: Clock;
  onQuotaWait: (untilMs: number, detail: string) => void;
};

/** Checks the settings of every target before the first client is opened, and loads only the clients that are needed. */
async function connectVendors(
  settings: Settings,
  targets: readonly Target[],
  controls: ControlSettings,
  parts: LaneParts,
): Promise<Pick<Connected, 'account' | 'openVendors'>> {
  const transfer = { timeoutMs: controls.timeoutMs, connections: controls.concurrency };
  const { kybio, wonder } = vendorSettings(settings, targets, transfer);
  const openKybio = kybio && (await import('../kybio/client.ts')).openKybioClient;
  const openWonder = wonder && (await import('../wonder/client.ts')).openWonderClient;
  const accounts = [kybio && `kybio:${kybio.appId}`, wonder && `wonder:${wonder.appId}`];
  const [kybioAccount = '', wonderAccount = ''] = accounts;
  return {
    account: accounts.filter((account) => account !== undefined).join(','),
    openVendors: () => ({
      ...(openKybio && {
        kybio: {
          client: openKybio(kybio, parts.clock),
          lane: openLane(kybioAccount, controls, parts),
          repeatCodes: kybio.codes.repeat,
        },
      }),
      ...(openWonder && {
        wonder: { client: openWonder(wonder, parts.clock), lane: openLane(wonderAccount, controls, parts) },
      }),
    }),
  };
}

function openLane(account: string, controls: ControlSettings, parts: LaneParts): Lane {
  const { quotaZone, dailyQuota, reserve, waitsForQuota } = controls;
  return new Lane(
    { account, quotaZone, dailyQuota, reserve, waitsForQuota },
    {
      ...parts,
      limiter: createRateLimiter(controls.rate, parts.clock),
      random: Math.random,
      connections: controls.concurrency,
    },
  );
}
