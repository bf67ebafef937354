import { topic } from '../texts.ts';

/** Runs that several processes carry on: --workers, --detach, `worker`. */
export const WORKERS = {
  needsShared: (flag: string) => `${flag} needs a shared ledger, and MEMBERLOAD_LEDGER_URL is not set.`,
  needsSharedHint:
    'Nothing was sent. The ledger of one computer has one writer: leave --workers, --detach or the worker away.',
  needsKey: (flag: string) =>
    `${flag} sends the rows through the shared ledger, sealed, and MEMBERLOAD_DATA_KEY_FILE is not set.`,
  needsKeyHint:
    'Nothing was sent. Name the key file that all machines share; how to make one: memberload help many-machines',
  notInSandbox: (flag: string) =>
    `${flag} and --sandbox do not go together: each process would have a sandbox of its own.`,
  notInSandboxHint: 'Nothing was sent. Start one with: memberload sandbox, and use the settings that it prints.',
  notBoth: '--workers and --detach do not go together: detached rows are sent by workers.',
  notBothHint: 'Nothing was sent. Leave one of them away.',
  needsYes: '--detach leaves an import to workers, and nobody is there to be asked before the first write.',
  needsYesHint: 'Nothing was sent. Look first with --dry-run, then add -y.',
  handedOut: (runId: string) => `Run ${runId} is left to workers.`,
  howToFollow: (runId: string) => `Where it stands: memberload runs ${runId}. Its result: memberload result ${runId}`,
  stillHandedOut: (runId: string) => `Run ${runId} of the same file is left to workers, and not finished.`,
  stillHandedOutHint: (runId: string) =>
    `Nothing was sent. Where it stands: memberload runs ${runId}. To carry it on here: memberload resume ${runId}`,
  leftToWorkers: (runId: string) => `Run ${runId} is left to workers. To carry it on here: memberload resume ${runId}`,
  noAccounts: (configPath: string | undefined) =>
    `There is no account to work for: ${configPath === undefined ? 'no config file and no settings of a vendor were found' : `${configPath} holds no key of one`}.`,
  noAccountsHint: 'Nothing was sent. Make settings with: memberload init',
  serves: (places: readonly string[], runs: number) =>
    `Working for ${places.join(', ')}; at most ${runs} ${runs === 1 ? 'run' : 'runs'} at once. Ctrl-C ends gently.`,
  sliceDone: (runId: string, from: number, to: number, seconds: string) =>
    `Run ${runId}: rows ${from} to ${to} done in ${seconds} s.`,
  readDone: (runId: string) => `Run ${runId}: reading done.`,
  sliceLeft: (runId: string, from: number, to: number, why: string) =>
    `Run ${runId}: rows ${from} to ${to} left: ${why}.`,
  endedAs: (runId: string, state: string) => `Run ${runId}: ${state}.`,
  jobFailed: (message: string) => `A job failed and comes again: ${message}`,
  nightlyEnded: (name: string, exitCode: number, runId: string) =>
    exitCode === 0
      ? `Nightly import ${name} began: run ${runId}.`
      : `Nightly import ${name} did not begin: exit code ${exitCode}.`,
  leaseLost: 'This worker was out of touch with the shared ledger for too long: others have taken its work over.',
  leaseLostHint: 'Nothing more is sent. Start it again.',
  queueTrouble: (message: string) => `The queue of jobs could not be asked or written just now: ${message}`,
  queueFailed:
    'The queue of jobs in the shared ledger could not be written: this worker is given nothing to do any more.',
  queueFailedHint: 'Nothing more is sent. Look at the database, and start the worker again.',
  nothingToHelp: (runId: string) => `Run ${runId} has no parts that this process could send.`,
  interrupted: 'this worker is told to stop',
  atWork: (who: string, slices: number) =>
    slices === 0 ? `At work: ${who}.` : `At work: ${who}, on ${slices} ${slices === 1 ? 'part' : 'parts'} of the rows.`,
  hasDone: (who: string, rows: number) => `${rows} ${rows === 1 ? 'row' : 'rows'} by ${who}.`,
};

export const workerTexts = topic('workers', WORKERS);
