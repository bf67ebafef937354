import { EXIT, type ExitCode, errorText, OperatorError, usageError } from '../../base/errors.ts';
import type { Target } from '../../ledger/ledger.ts';
import { END_OF_RUN, type SliceJob, type SliceService } from '../../ledger/slices.ts';
import { removeLeftFolders } from '../../run/run-folder.ts';
import { workUntilDone } from '../../run/shared/share-run.ts';
import type { Settings } from '../../settings/settings.ts';
import { configuredTargets, vendorSettings } from '../../settings/vendor-settings.ts';
import { workerTexts } from '../../texts/cli/workers.ts';
import type { CommandInput } from '../commands.ts';
import { findRun } from '../find-run.ts';
import { type Session, withSession } from '../session.ts';
import { nightlyJobs } from './nightly.ts';
import { RunsAtWork } from './runs-at-work.ts';

/**
 * `worker`: a service that takes parts of runs from the shared ledger, which others have left with --detach. With
 * `--run` it helps with one run, and ends when nothing of it is left.
 */
export async function runWorker(input: CommandInput): Promise<{ readonly exitCode: ExitCode }> {
  return withSession(input, async (session) => {
    const { slices, stages } = session.ledger;
    const texts = workerTexts();
    if (!slices) throw usageError('NO_SHARED_LEDGER', texts.needsShared('worker'), texts.needsSharedHint);
    if (!stages?.hasKey) throw usageError('NO_DATA_KEY', texts.needsKey('worker'), texts.needsKeyHint);
    const accounts = accountsHere(input);
    await removeLeftFolders(session.settings.homeFolder, session.ledger);
    const runs = new RunsAtWork(input, session, accounts);
    const only = input.settings.get('workOn');
    try {
      if (only === undefined) await serve(input, session, { runs, accounts });
      else await helpWith(only, session, runs);
    } finally {
      await runs.close();
    }
    const { reason } = session.control;
    if (reason?.kind === 'fatal') throw reason.error;
    return { exitCode: EXIT.ok };
  });
}

async function serve(
  input: CommandInput,
  { ledger, control }: Session,
  { runs, accounts }: { readonly runs: RunsAtWork; readonly accounts: ReadonlyMap<string, AccountHere> },
): Promise<void> {
  const { settings, console } = input;
  const texts = workerTexts();
  const jobsAtOnce = settings.get('runsAtOnce');
  const telling =
    (text: (message: string) => string) =>
    (error: unknown): void => {
      if (control.reason === undefined) console.say(text(messageOf(error)));
    };
  const onEnded: SliceService['onEnded'] = (why) => {
    if (why === 'lease_lost') return runs.endWorker();
    const { queueFailed: message, queueFailedHint: hint } = texts;
    const error = new OperatorError({ code: 'QUEUE_FAILED', message, hint, exitCode: EXIT.stopped });
    control.stop({ kind: 'fatal', error });
  };
  const serving = await ledger.slices?.serve({
    ...{ accounts: [...accounts.keys()], jobsAtOnce, onEnded },
    ...{ onJobError: telling(texts.jobFailed), onError: telling(texts.queueTrouble) },
    work: (job) => work(job, runs),
    nightly: nightlyJobs(input),
  });
  console.say(texts.serves([...new Set([...accounts.values()].map(({ place }) => place))], jobsAtOnce));
  if (!control.signal.aborted) {
    await new Promise<void>((resolve) => control.signal.addEventListener('abort', () => resolve(), { once: true }));
  }
  await serving?.stop();
}

function work({ runId, slice }: SliceJob, runs: RunsAtWork): Promise<void> {
  return slice === END_OF_RUN ? runs.endRun(runId) : runs.workOn(runId, slice);
}

async function helpWith(runId: string, session: Session, runs: RunsAtWork): Promise<void> {
  const { run } = await findRun(runId, session.ledger);
  if (run.state !== 'running') throw usageError('NO_SLICES', workerTexts().nothingToHelp(runId), '');
  const open = await runs.open(run);
  try {
    await workUntilDone(open.sliced, open.control);
  } finally {
    runs.letGo(open);
  }
}

export type AccountHere = { readonly settings: Settings; readonly place: string };

/**
 * The accounts that this machine holds keys for, by their name in the ledger: nobody else can carry their runs on.
 *
 * @throws OperatorError (exit 2) for a key that cannot be used, or without any
 */
function accountsHere({ settings }: CommandInput): ReadonlyMap<string, AccountHere> {
  const { stores } = settings.config;
  const accounts = new Map<string, AccountHere>();
  // Beside the stores there may be an account without a name, as in the environment.
  for (const store of settings.get('stores') ?? [...stores.keys(), undefined]) {
    const own = settings.withPlaces({ store, config: settings.config.path });
    const targets = configuredTargets(own);
    // What all stores have in common is no account.
    if (store === undefined && stores.size > 0 && !isWhole(own, targets)) continue;
    // A key that cannot be used is told before the first job.
    const { kybio, wonder } = vendorSettings(own, targets, ONE_CALL);
    const found = [kybio && `kybio:${kybio.appId}`, wonder && `wonder:${wonder.appId}`].filter(
      (account) => account !== undefined,
    );
    const place = store ?? found.map((account) => `…${account.slice(-4)}`).join(', ');
    for (const account of new Set([...found, found.join(',')].filter(Boolean))) {
      accounts.set(account, { settings: own, place });
    }
  }
  if (accounts.size > 0) return accounts;
  throw usageError('MISSING_SETTING', workerTexts().noAccounts(settings.config.path), workerTexts().noAccountsHint);
}

const ONE_CALL = { timeoutMs: 0, connections: 1 };

function isWhole(settings: Settings, targets: readonly Target[]): boolean {
  try {
    vendorSettings(settings, targets, ONE_CALL);
    return true;
  } catch (error) {
    if (error instanceof OperatorError && error.code === 'MISSING_SETTING') return false;
    throw error;
  }
}

function messageOf(error: unknown): string {
  return error instanceof OperatorError ? error.message : errorText(error);
}
