import { topic } from '../texts.ts';

/** The ledger and the run's own files. `path` names a file; `why` is what the system or SQLite says, in its own words. */
export const LEDGER = {
  // ledger-lock.ts
  inUse: (
    path: string,
    holder: { readonly pid: string; readonly command: string; readonly since: string } | undefined,
  ) =>
    `Another memberload is at work with ${path}${
      holder === undefined ? '' : ` (process ${holder.pid}, '${holder.command}', since ${holder.since})`
    }.`,
  inUseHint:
    'Wait until it ends, or stop it with Ctrl-C: it finishes what is in flight. Two at a time could credit twice.',

  // open-database.ts
  otherPragma: (name: string, actual: string, expected: string) =>
    `SQLite keeps ${name} at '${actual}' where '${expected}' is needed to keep top-ups safe.`,
  otherPragmaHint: 'Set MEMBERLOAD_HOME to a folder on a local disk (not a network share).',
  notALedger: (path: string) => `${path} is a database, but not a memberload ledger.`,
  notALedgerHint: 'Set MEMBERLOAD_HOME to another folder, or put the right ledger back. Nothing was changed.',
  tooNew: (path: string, version: number, known: number) =>
    `${path} was written by a newer memberload (ledger version ${version}, this one knows ${known}).`,
  tooNewHint: 'Install the newer memberload again. Nothing was changed.',
  needsUpgrade: (path: string, version: number, needed: number) =>
    `${path} was written by an earlier memberload (ledger version ${version}, this one needs ${needed}).`,
  needsUpgradeHint:
    'Any command that imports, tops up, exports or resumes upgrades it. Keep a copy of the folder first.',

  // sqlite-errors.ts
  failed: (path: string, why: string) => `The ledger ${path} could not be read or written: ${why}.`,
  failedHint:
    'Nothing more is sent. Free disk space or mend the disk, then carry on with: memberload resume — if there is no unfinished run, type the command again',
  notUsable: (path: string, why: string) => `The ledger ${path} cannot be used: ${why}.`,
  notUsableHint:
    'Check that the folder can be written and the disk is not full, or set MEMBERLOAD_HOME to another folder.',
  damaged: (path: string, why: string) => `The ledger ${path} is damaged: ${why}.`,
  damagedHint:
    'It was left as it is. Put a backup of it back, or set MEMBERLOAD_HOME to a new folder after checking by hand what its last run has credited.',

  // sqlite-increments.ts, sqlite-ledger.ts
  older: (path: string, found: string) =>
    `The ledger ${path} may be older than what was sent: ${found}. Sending from it could credit members twice, so no increment is sent.`,
  olderHint:
    'Put the newest ledger back. If there is none: compare what was credited since then with the back office, then type: memberload doctor --accept-ledger',
  knowsFewer: (counted: number, marked: number) =>
    `it knows ${counted} increments, ${marked} were recorded from here. An older copy was put back, or its newest part was lost`,
  markMissing: 'ledger.mark, which stood beside it, is gone, so nobody can tell whether it is the newest',
  markUnreadable: 'ledger.mark, which stands beside it, cannot be read, so nobody can tell whether it is the newest',

  // stage/stage.ts
  stageFailed: (why: string) =>
    `The run's own files, which hold its copy of the input and what it has read, could not be written or read: ${why}.`,
};

export const ledgerTexts = topic('ledger', LEDGER);
