import { topic } from '../texts.ts';

/** The ledger that several machines share: its address, its server, who works with it. `place` holds no password. */
export const SHARED_LEDGER = {
  nothingSent: (hint: string) => `Nothing was sent. ${hint}`,

  // postgres/address.ts
  address: (what: string) => `MEMBERLOAD_LEDGER_URL ${what}.`,
  noAddress: 'is not the address of a PostgreSQL database with a user and a host',
  noDatabase: 'does not name the database',
  addressHint: 'Write it like postgres://memberload@db.example.com/memberload',
  badPercent: 'has a % that begins no code such as %40',
  badPercentHint: 'Write a % itself as %25.',
  unknownPart: (name: string) => `has the part '${name}', which is not known`,
  unknownPartHint: 'Leave it away; sslrootcert=<file> is known.',
  otherSslmode: (sslmode: string) =>
    `asks for sslmode=${sslmode}: only verify-full keeps others from reading and changing the ledger`,
  otherSslmodeHint: 'Leave sslmode away, and name the certificate of your own authority with sslrootcert=<file>.',
  certificateUnread: (path: string, why: string) => `names ${path}, which cannot be read: ${why}`,
  certificateUnreadHint: 'Correct sslrootcert.',

  // cli/open-ledger.ts, cli/schedule.ts
  bothAddresses: 'MEMBERLOAD_LEDGER_URL and MEMBERLOAD_LEDGER_URL_FILE are both set.',
  bothAddressesHint: 'Unset one of them: two ledgers would not know of each other.',
  required: 'The config file says ledgerRequired, and MEMBERLOAD_LEDGER_URL is not set.',
  requiredHint: 'Set MEMBERLOAD_LEDGER_URL to the address that your team shares.',
  emptyAddress: (variable: string) => `${variable} is set, and empty: it does not say where the shared ledger is.`,
  emptyAddressHint: 'Write the address, or unset the variable to work with the ledger of this computer alone.',
  secretInSchedule:
    'MEMBERLOAD_LEDGER_URL cannot be written into the lines of a scheduler: it holds a password, or is no address.',
  secretInScheduleHint:
    'Put the address into a file (chmod 600), name the file with MEMBERLOAD_LEDGER_URL_FILE instead, and type this again.',

  // shared-use.ts
  usedShared: (place: string, account: string) =>
    `The ledger of this home has used the shared ledger ${place} for ${account}. What was credited there is not known here, so no increment is sent.`,
  wasMoved: (place: string) =>
    `The ledger of this home was moved to ${place}. What was credited there is not known here, so no increment is sent.`,
  useSharedHint: 'Set MEMBERLOAD_LEDGER_URL to that address.',

  // postgres/migrate.ts
  noLedger: (place: string) => `There is no ledger at ${place} yet.`,
  noLedgerHint: 'Make it once, as a role that may create a schema, with: memberload ledger init',
  needsUpgrade: (place: string, version: number, needed: number) =>
    `The ledger at ${place} was made by an earlier memberload (version ${version}, this one needs ${needed}).`,
  needsUpgradeHint: 'Upgrade it, as the role that made it, with: memberload ledger init',
  tooNew: (place: string, version: number, known: number) =>
    `The ledger at ${place} was made by a newer memberload (version ${version}, this one knows ${known}).`,
  tooNewHint: 'Install the newer memberload. Nothing was changed.',
  oldServer: (place: string, version: string) =>
    `${place} runs PostgreSQL ${version}. The shared ledger needs PostgreSQL 15 or newer.`,
  oldServerHint: 'Upgrade the server, or name another one with MEMBERLOAD_LEDGER_URL.',
  isStandby: (place: string) => `${place} is a standby: what is read there may be older than what was sent.`,
  isStandbyHint: 'Let MEMBERLOAD_LEDGER_URL name the primary.',

  // postgres/postgres-errors.ts, postgres/postgres-ledger.ts
  damaged: (place: string, why: string) => `The shared ledger ${place} is damaged: ${why}.`,
  damagedHint: 'Nothing more is sent. Put a backup of it back after checking by hand what was credited since.',
  failed: (place: string, why: string) => `The shared ledger ${place} could not be read or written: ${why}.`,
  failedHint: 'Nothing more is sent. When the database is there again, carry on with: memberload resume',
  unreachable: (place: string, why: string) => `The shared ledger ${place} cannot be used: ${why}.`,
  unreachableHint:
    'Check MEMBERLOAD_LEDGER_URL, the password (PGPASSFILE, or MEMBERLOAD_LEDGER_URL_FILE) and that the server can be reached.',
  takenOver:
    'another copy of the database has taken over: a failover, or a backup that was put back. What was sent at the end may be missing in it',
  failedOver: (place: string, what: string) =>
    `The shared ledger ${place} is not the one it was: ${what}. No increment is sent until a person has looked.`,
  failedOverHint: 'See what to look for, and go on with: memberload ledger status --accept-failover',
  closed: (place: string) => `The shared ledger ${place} is closed already.`,
  closedHint: 'Nothing more is sent. Carry on with: memberload resume',

  // postgres/durability.ts
  fsyncOff: 'fsync is off: a power cut loses or damages the newest commits',
  fullPageWritesOff: 'full_page_writes is off: a power cut may damage the database',
  asynchronous: (standbyCount: number) =>
    `${standbyCount} standby follows without synchronous_standby_names: when it takes over, the newest commits are lost`,
  mayLose: (place: string, losses: readonly string[]) =>
    `The shared ledger ${place} may lose what it has acknowledged: ${losses.join('; ')}. A credit that it forgets could be given twice, so no increment is sent.`,
  mayLoseHint:
    'Correct the server. Who accepts that risk writes "ledgerMayLoseCommits": true into memberload.config.json.',

  // postgres/postgres-runs.ts, run/shared/claim-run.ts
  startedTooLate: (runId: string) =>
    `Run ${runId} was not begun: this machine was out of touch with the shared ledger for too long before it.`,
  startedTooLateHint: 'Type the same command again.',
  atWork: (runId: string, who: string, since: string) => `Run ${runId} is at work: ${who}, since ${since}.`,
  atWorkHint: 'Wait until it ends; a process that was killed is let go when its lease is over.',
  lookingForLife: (runId: string, who: string, seconds: number) =>
    `Run ${runId} was begun by ${who}. Looking whether that is still at work: at most ${seconds} s.`,
  endedMeanwhile: (runId: string, isFinished: boolean) =>
    `Run ${runId} ${isFinished ? 'has finished' : 'was cancelled'} meanwhile: nothing is left to carry on.`,
  endedMeanwhileHint: (runId: string, resultPath: string) =>
    `Its result file: ${resultPath}. Its rows in doubt, if any: memberload resolve ${runId}`,
  overtaken: (subject: string, who: string, runId: string, of: string) =>
    `While ${subject} was being checked, ${who} started run ${runId} (${of}).`,
  undoOf: (runId: string) => `the undo of run ${runId}`,
  commandOf: (command: string, inputPath: string) => `${command} of ${inputPath}`,
  overtakenHint: 'Type the same command again: it is then compared with that run as well.',

  // postgres/sealed-stages.ts
  badDataKey: (byteCount: number) =>
    `The file that MEMBERLOAD_DATA_KEY_FILE names does not hold a key of ${byteCount} bytes in base64 or hex.`,
  badDataKeyHint:
    'Make one with: openssl rand -base64 32 > memberload.key && chmod 600 memberload.key. All machines need the same.',
  noDataKey: (runId: string) =>
    `The rows of run ${runId} lie sealed in the shared ledger, and MEMBERLOAD_DATA_KEY_FILE is not set here.`,
  noDataKeyHint: 'Set MEMBERLOAD_DATA_KEY_FILE to the key file that all machines share.',
  otherDataKey: (runId: string) =>
    `The rows of run ${runId} were sealed with another key than the one that MEMBERLOAD_DATA_KEY_FILE names here.`,
  otherDataKeyHint: 'Use the same key file on all machines.',
  stageDamaged: (runId: string) => `The rows of run ${runId} in the shared ledger are not what was put there.`,
  stageDamagedHint: 'Nothing more is sent. Carry the run on where it was begun.',

  // postgres/import-home.ts, cli/ledger.ts
  unknownWord: (word: string | undefined) =>
    word === undefined ? 'memberload ledger needs to know what to do.' : `memberload ledger does not know '${word}'.`,
  unknownWordHint: 'Type: memberload ledger init, status, or import <folder>',
  noShared: (homeFolder: string) =>
    `MEMBERLOAD_LEDGER_URL is not set: the ledger is ${homeFolder}/ledger.sqlite, which makes itself.`,
  noSharedHint: 'Set MEMBERLOAD_LEDGER_URL=postgres://user@host/database to share a ledger.',
  made: (place: string, version: number, wasThere: boolean) =>
    `The ledger at ${place} is at version ${version} ${wasThere ? 'already' : 'now'}.`,
  mayWork: (role: string) => `${role} may work with it.`,
  status: (place: string, version: number, details: readonly string[], intentCount: number) =>
    `Ledger ${place}, version ${version}, ${details.join(', ')}; ${intentCount} increments recorded.`,
  problem: (what: string) => `Problem: ${what}.`,
  nobodyAtWork: 'Nobody is at work.',
  atWorkNow: 'At work:',
  workerLine: (who: string, since: string, leaseUntil: string, command: string) =>
    `${who}, since ${since}, lease until ${leaseUntil}: ${command}`,
  nothingToAccept: (place: string) => `${place} is the copy that is known: there is nothing to accept.`,
  newestIntent: (when: string | undefined) =>
    `The newest increment that this copy of the ledger knows was begun at: ${when ?? 'none'}.`,
  whatToCompare:
    'Look in the back office of each account for changes by "API" after that moment. A change that `memberload runs` does not know was lost: its row would be credited once more.',
  wasAtWork: (who: string) => `Was at work before, as far as this copy knows: ${who}.`,
  acceptRisk: 'What was sent and is missing here would be credited twice.',
  accepted: (place: string) => `${place} is the ledger from now on.`,
  importNeedsFolder: 'memberload ledger import needs the folder of the ledger.',
  importNeedsFolderHint: (homeFolder: string) => `Type: memberload ledger import ${homeFolder}`,
  nothingToImport: (folder: string) => `There is no ledger in ${folder}.`,
  nothingToImportHint: 'Name the MEMBERLOAD_HOME with ledger.sqlite.',
  unfinished: (folder: string, runCount: number, inDoubtCount: number) =>
    `The ledger in ${folder} has ${runCount} unfinished runs and ${inDoubtCount} rows in doubt.`,
  unfinishedHint:
    'Nothing was taken over. Finish them there first, without MEMBERLOAD_LEDGER_URL: resume --all, runs cancel, resolve.',
  importedBefore: (folder: string) => `The ledger in ${folder} was taken over before.`,
  importedBeforeHint: 'Nothing was changed.',
  imported: (moved: { readonly runs: number; readonly rows: number; readonly changeTimes: number }, folder: string) =>
    `${moved.runs} runs with ${moved.rows} rows and ${moved.changeTimes} times of changes were taken over. The ledger in ${folder} is kept, and refuses top-ups from now on.`,
};

export const sharedLedgerTexts = topic('sharedLedger', SHARED_LEDGER);
