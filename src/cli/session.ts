import { dirname, join } from 'node:path';
import { type Clock, systemClock } from '../base/clock.ts';
import { usageError } from '../base/errors.ts';
import { isInsideFolder } from '../base/inside-folder.ts';
import type { ControlSettings } from '../calls/control-settings.ts';
import { Lane } from '../calls/lane.ts';
import { createRateLimiter } from '../calls/rate-limiter.ts';
import type { Reporter } from '../calls/reporter.ts';
import type { RunControl } from '../calls/run-control.ts';
import { shareRate } from '../calls/shared-rate.ts';
import type { Vendors } from '../calls/vendors.ts';
import type { CallLog } from '../http/call-log.ts';
import type { Surrounds } from '../http/transport.ts';
import type { Ledger, LedgerReader, RunRecord, Target } from '../ledger/ledger.ts';
import type { Sandbox } from '../sandbox/sandbox.ts';
import { describePlace, placeKey, placeName } from '../settings/place.ts';
import { readProxy } from '../settings/proxy-settings.ts';
import type { SavedSettings } from '../settings/run-settings.ts';
import type { Settings } from '../settings/settings.ts';
import { vendorSettings } from '../settings/vendor-settings.ts';
import { withoutWords, withWords } from '../stage/wordless-ledger.ts';
import { commandTexts } from '../texts/cli/commands.ts';
import type { CommandInput } from './commands.ts';
import { openLedger, openLedgerReader } from './open-ledger.ts';
import { openProgress } from './terminal/progress.ts';
import { withStopSignals } from './terminal/stop-signals.ts';

/** What a command that runs something has open: closed again by `withSession`, whatever happens. */
export type Session = {
  readonly settings: Settings;
  readonly ledger: Ledger;
  readonly control: RunControl;
  readonly clock: Clock;
  readonly startedMs: number;
  readonly reporter: Reporter;
  /** Reads the settings of the vendors that the run needs, and says where it works: the first line of the command. */
  connect(targets: readonly Target[], controls: ControlSettings, usesSandbox: boolean): Promise<Connected>;
  /** The same session for one run among several: with its own settings and control, telling what it does elsewhere. */
  apart(own: Pick<Session, 'settings' | 'control' | 'reporter'>): Session;
};

export type Connected = {
  /** `kybio:<appId>`, joined with ','. */
  readonly account: string;
  /** Where, in English: for the ledger and `--json`. */
  readonly place: string;
  /** Where, in the chosen language. */
  readonly shownPlace: string;
  /** Where, in `result_for`, after the command. */
  readonly placeKey: string;
  /** Where the calls go: `https://host`, one for each vendor. They differ with every start of the sandbox. */
  readonly origins: readonly string[];
  /** @param runId for the log of calls. `isShared`: other processes carry the run on as well, and may stop it */
  openVendors(runId?: string, isShared?: boolean): Vendors;
};

/** Opens the ledger for writing, listens for signals, runs `work`, and closes everything. */
export function withSession<T>(input: CommandInput, work: (session: Session) => Promise<T>): Promise<T> {
  const { settings, surroundings, console } = input;
  return withStopSignals(input, commandTexts().carryOnLater, async (control) => {
    const clock = systemClock;
    const startedMs = clock.nowMs();
    const opened = await openLedger(settings, surroundings, {
      startedMs,
      // Before anything else: what waits for the rate or a retry must not go out any more.
      onFailure: (error) => control.stop({ kind: 'fatal', error }),
    });
    const ledger = withoutWords(opened, settings.homeFolder);
    const reporter = openProgress(console, clock);
    let sandbox: Sandbox | undefined;
    let log: CallLog | undefined;
    const lanes: Lane[] = [];
    const connect = async (
      { settings, control, reporter }: Pick<Session, 'settings' | 'control' | 'reporter'>,
      ...[targets, controls, usesSandbox]: Parameters<Session['connect']>
    ): Promise<Connected> => {
      await ledger.holdFor(controls.timeoutMs);
      if (usesSandbox) sandbox ??= await openOwnSandbox(settings, clock);
      const located = sandbox && usesSandbox ? settings.withSandbox(sandbox.settings) : settings;
      log ??= await openLog(input, clock);
      const connected = await connectVendors(located, targets, controls, {
        surrounds: { proxy: readProxy(surroundings), log },
        ledger,
        control,
        clock,
        onQuotaWait: (untilMs, detail) => reporter.sleep(untilMs, detail),
        onLane: (lane) => lanes.push(lane),
      });
      const where = { usesSandbox, store: located.get('store') };
      const { account } = connected;
      const shownPlace = describePlace(where, account);
      const place = placeName(where, account);
      console.sayPlace(shownPlace, place);
      for (const warning of located.warnings) console.say(warning);
      return { ...connected, place, shownPlace, placeKey: placeKey(where, account) };
    };
    const sessionOf = (own: Pick<Session, 'settings' | 'control' | 'reporter'>): Session => ({
      ...{ ...own, ledger, clock, startedMs },
      connect: (...of) => connect(own, ...of),
      apart: sessionOf,
    });
    try {
      return await work(sessionOf({ settings, control, reporter }));
    } finally {
      reporter.end();
      // A ledger that has failed has told so already, and counts a call too many, never one too few.
      for (const lane of lanes) await lane.giveBackCalls().catch(() => undefined);
      await sandbox?.close();
      log?.close();
      await ledger.close();
    }
  });
}

/**
 * A run works where it began, whatever is typed: --sandbox with a run of a real account is a mistake about that place.
 *
 * @throws OperatorError NOT_IN_SANDBOX (exit 2)
 */
export function checkSandbox(settings: Settings, { runId, account }: RunRecord, { connection }: SavedSettings): void {
  if (connection.usesSandbox || settings.typed('sandbox') !== true) return;
  throw usageError(
    'NOT_IN_SANDBOX',
    commandTexts().notInSandbox(runId, describePlace(connection, account)),
    commandTexts().notInSandboxHint,
  );
}

/**
 * Connects to the place that a run began at.
 *
 * @throws OperatorError NOT_IN_SANDBOX, OTHER_ACCOUNT or OTHER_ADDRESS (exit 2): the same appId at another address is
 * another account
 */
export async function connectToRun(
  session: Session,
  run: RunRecord,
  saved: SavedSettings,
  { targets, controls }: { readonly targets: readonly Target[]; readonly controls: ControlSettings },
): Promise<Connected> {
  const { connection } = saved;
  checkSandbox(session.settings, run, saved);
  const connected = await session.connect(targets, controls, connection.usesSandbox);
  if (run.account !== connected.account) {
    throw usageError(
      'OTHER_ACCOUNT',
      commandTexts().otherAccount(run.runId, run.account, connected.account),
      commandTexts().otherAccountHint,
    );
  }
  const { origins, usesSandbox } = connection;
  const others = connected.origins.filter((origin) => !origins.includes(origin));
  // The sandbox takes another port each time.
  if (usesSandbox || origins.length === 0 || others.length === 0) return connected;
  throw usageError(
    'OTHER_ADDRESS',
    commandTexts().otherAddress(run.runId, origins, others),
    commandTexts().otherAddressHint(run.runId),
  );
}

/** Runs `work` with the ledger as it is, also while another process writes; undefined: there is none yet. */
export async function withLedgerReader<T>(
  { settings }: CommandInput,
  work: (ledger: LedgerReader | undefined, settings: Settings) => Promise<T>,
): Promise<T> {
  const ledger = await openLedgerReader(settings);
  try {
    return await work(ledger && withWords(ledger, settings.homeFolder), settings);
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

/** `--log`: never in MEMBERLOAD_HOME, where the ledger is. */
async function openLog({ settings, surroundings, console }: CommandInput, clock: Clock): Promise<CallLog | undefined> {
  const given = settings.get('log');
  if (given === undefined) return undefined;
  const path = settings.path(given);
  if (await isInsideFolder(dirname(path), settings.homeFolder)) {
    throw usageError('LOG_NOT_WRITABLE', commandTexts().logInHome(path), commandTexts().logInHomeHint);
  }
  const { openCallLog } = await import('../http/call-log.ts');
  return openCallLog(path, {
    withBodies: settings.get('logBodies'),
    clock,
    version: surroundings.version,
    onFailure: (problem) => console.say(problem),
  });
}

type LaneParts = {
  surrounds: Surrounds;
  ledger: Ledger;
  control: RunControl;
  clock: Clock;
  onQuotaWait: (untilMs: number, detail: string) => void;
  /** Told of every lane that is opened. */
  onLane: (lane: Lane) => void;
};

/** Checks the settings of every target before the first client is opened, and loads only the clients that are needed. */
async function connectVendors(
  settings: Settings,
  targets: readonly Target[],
  controls: ControlSettings,
  parts: LaneParts,
): Promise<Pick<Connected, 'account' | 'origins' | 'openVendors'>> {
  const transfer = { timeoutMs: controls.timeoutMs, connections: controls.concurrency };
  const { kybio, wonder } = vendorSettings(settings, targets, transfer);
  const openKybio = kybio && (await import('../kybio/client.ts')).openKybioClient;
  const openWonder = wonder && (await import('../wonder/client.ts')).openWonderClient;
  const accounts = [kybio && `kybio:${kybio.appId}`, wonder && `wonder:${wonder.appId}`];
  const [kybioAccount = '', wonderAccount = ''] = accounts;
  return {
    account: accounts.filter((account) => account !== undefined).join(','),
    origins: [kybio, wonder].flatMap((vendor) => (vendor === undefined ? [] : new URL(vendor.baseUrl).origin)),
    openVendors: (runId = '', isShared = false) => ({
      ...(openKybio && {
        kybio: {
          client: openKybio(kybio, parts.clock, surroundsOf(parts.surrounds, runId)),
          lane: openLane(kybioAccount, controls, { ...parts, sharedRunId: isShared ? runId : undefined }),
          repeatCodes: kybio.codes.repeat,
        },
      }),
      ...(openWonder && {
        wonder: {
          client: openWonder(wonder, parts.clock, undefined, surroundsOf(parts.surrounds, runId)),
          lane: openLane(wonderAccount, controls, { ...parts, sharedRunId: isShared ? runId : undefined }),
        },
      }),
    }),
  };
}

function surroundsOf({ proxy, log }: Surrounds, runId: string): Surrounds {
  return { proxy, log: log && { ...log, write: (call) => log.write({ ...call, runId }) } };
}

function openLane(
  account: string,
  controls: ControlSettings,
  { sharedRunId, ...parts }: LaneParts & { readonly sharedRunId: string | undefined },
): Lane {
  const { quotaZone, dailyQuota, reserve, waitsForQuota } = controls;
  const lane = new Lane(
    { account, quotaZone, dailyQuota, reserve, waitsForQuota, sharedRunId },
    {
      ...parts,
      limiter: shareRate(createRateLimiter(controls.rate, parts.clock), controls.rate, {
        ...{ pace: parts.ledger.pace, account, clock: parts.clock },
      }),
      random: Math.random,
      connections: controls.concurrency,
    },
  );
  parts.onLane(lane);
  return lane;
}
