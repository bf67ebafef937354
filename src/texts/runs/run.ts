import { topic } from '../texts.ts';

function rows(count: number): string {
  return count === 1 ? '1 row' : `${count} rows`;
}

/** What a run says while it goes: its rows, its columns, its result file. */
export const RUN = {
  // tell-run.ts
  begins: (runId: string, isCarriedOn: boolean, zone: string) =>
    `${isCarriedOn ? `Carrying on run ${runId}` : `Run ${runId} begins`}. Times are those of ${zone}.`,

  // same-run.ts
  otherFlags: (runId: string, flags: readonly string[]) =>
    `The unfinished run ${runId} of the same file began with another ${flags.join(', ')}. A run goes on as it began.`,
  otherFlagsHint: (runId: string) =>
    `Nothing was sent. To carry it on as it began: memberload resume ${runId}. To begin anew with these flags: memberload runs cancel ${runId}, and then this command again.`,

  // tell-columns.ts
  columnsRead: 'Columns read:',
  columnsReadAre: (headers: readonly string[]) => `Columns read: ${headers.join(', ')}.`,
  columnsUnused: (headers: readonly string[]) => `Columns not used: ${headers.join(', ')}.`,
  columnsUnnamed: (places: readonly number[]) =>
    `Columns without a name, not used: number ${places.join(', ')} from the left.`,
  moneyUnused: (header: string) =>
    `Warning: '${header}' looks like money or points and is not used. If it is meant to be read, name its field with --map.`,

  // execute-run.ts
  decidedAlready: (endedCount: number, totalCount: number, unit: 'rows' | 'writes' | 'records') =>
    `${endedCount} of ${totalCount} ${unit} are decided already.`,
  wasInDoubt: (rowNumber: number, runId: string) =>
    `Row ${rowNumber} of run ${runId} was in doubt, and is decided now: it was applied.`,
  resultNotRewritten: (runId: string, message: string) =>
    `The result file of run ${runId} was not written again: ${message}`,
  resultWentTo: (path: string, other: string) =>
    `${path} was changed while the run went on, and is left as it is. The result went to ${other}.`,
  /** `detail`: without a full stop. */
  stopped: (detail: string) => `Stopped: ${detail}.`,
  resultFailed: (message: string) => `${message} What was done is in the ledger.`,
  writeElsewhere: (runId: string) => `Write the result elsewhere with: memberload resume ${runId} -o other.csv`,
  notSentQuota: (runId: string) =>
    `The day's calls were used up before this row. Carry on with: memberload resume ${runId}`,
  notSentStopped: (runId: string) => `The run stopped before this row. Carry on with: memberload resume ${runId}`,
  notSentGivenUp: (runId: string) => `Run ${runId} was given up before this row.`,

  // export-all.ts
  countUnknown: (pageSize: number) =>
    `Not known yet how many there are: 1 call for every ${pageSize}, at least 1. The first export counts them.`,

  // own-result.ts, cancel-run.ts
  resultGoesTo: (path: string, other: string) =>
    `${path} was changed after this run wrote it, or is another's, and is left as it is. The result goes to ${other}.`,
  givenUpBy: (person: string) => `the run was given up by ${person}`,
  resultUnwritable: (runId: string) => `The result of run ${runId} cannot be written: it has no copy of its input.`,

  // plan-run.ts
  planStopped: (detail: string) => `The dry run stopped: ${detail}.`,
  /** `back`: when the calls are back; '' when it is not known. */
  planStoppedHint: (why: 'quota' | 'interrupted' | 'cause', back: string) => {
    const when = {
      quota: `When the day's calls are back${back === '' ? '' : ` (${back})`}, type`,
      interrupted: 'To plan it after all, type',
      cause: 'When the cause is gone, type',
    }[why];
    return `Nothing was written. ${when} the same command again.`;
  },
  interrupted: 'interrupted',

  // report-run.ts, run-report.ts
  rowsPruned: (runId: string) => `Run ${runId} was dropped by runs prune: its rows are not known any more.`,
  rowsPrunedHint: 'Its result file still tells how each row ended.',
  reportLacksRows: (why: string) => `The report does not tell of single rows: ${why}`,
  reportNotWritten: (why: string) => `The report was not written: ${why}`,

  // run-parts.ts
  noStageHere: (runId: string) =>
    `Run ${runId} has no copy of its input here: the copy is in the MEMBERLOAD_HOME that began the run.`,
  noStageHereHint: (runId: string) =>
    `Type the command there. Or give the rest up with: memberload runs cancel ${runId} — then run the file anew here. What was credited is known and is not credited again.`,
  noStageEnded: (runId: string) =>
    `Run ${runId} has ended, and its copy of the input is gone: its result cannot be made anew.`,
  noStageEndedHint: (resultPath: string) => `The result that it wrote, on the machine where it ended: ${resultPath}`,
  noStage: (runId: string) =>
    `Run ${runId} has no copy of its input: an earlier version of memberload began it, or the copy was removed.`,
  noStageHint: (runId: string) =>
    `Give the rest up with: memberload runs cancel ${runId} — then run the file anew. What was credited is known and is not credited again.`,

  // undo-run.ts
  undoOfNoTopup: (runId: string) => `Run ${runId} is no top-up: only credits can be taken back.`,
  undoInDoubt: (runId: string, count: number) =>
    `Run ${runId} has ${count} rows in doubt: nobody knows yet whether they are to be taken back.`,
  undoInDoubtHint: (runId: string) => `Nothing was sent. Decide them first: memberload resolve ${runId}`,
  nothingToUndo: (runId: string, areRowsNamed: boolean) =>
    `Run ${runId} has no credit that could be taken back${areRowsNamed ? ' among these rows' : ''}: what it credited was undone before, or it credited nobody.`,
  nothingToUndoHint: (runId: string) => `Nothing was sent. Look at it with: memberload runs ${runId}`,
  undoUnfinished: (runId: string) =>
    `Nothing was sent. Run ${runId} takes credits back and is not finished. Carry it on with: memberload resume ${runId}`,
  undoPrice: (rowCount: number, runId: string, callsPerRow: number) =>
    `${rowCount} rows of run ${runId} are taken back: at most ${callsPerRow} calls a row, ${rowCount * callsPerRow} in all. One of the two reads the member, before anything is sent.`,
  undoUnseen: 'The members are not looked at beforehand: the calls left today are too few to read and send all.',
  undoWarning: (rowNumber: number, member: string, text: string) => `Row ${rowNumber}, member ${member}: ${text}`,
  undoWarningsMore: (count: number) => `… and ${count} more such rows: the messages of the result name all of them.`,
  undoUnchanged: 'No member was changed since the credit, and none falls below zero.',

  // look-before-undo.ts
  changedSince: (changes: readonly { readonly name: string; readonly after: string; readonly now: string }[]) =>
    `Changed since the credit: ${changes.map(({ name, after, now }) => `${name} ${after}, now ${now}`).join('; ')}.`,
  belowZero: (left: readonly { readonly name: string; readonly left: string }[]) =>
    `Falls below zero when taken back: ${left.map(({ name, left: amount }) => `${name} ${amount}`).join('; ')}.`,

  // validate-file.ts, cli/map.ts
  checkedAs: (kind: string) => `Checked as ${kind}.`,
  unknownKind: (headers: readonly string[], more: number) =>
    `The header does not tell what kind of file this is. It has: ${headers.join(', ')}${more > 0 ? ` and ${more} more` : ''}.`,
  unknownKindHint: 'Say what it is for with --as members, customers, topup or lookups.',
  wouldCredit: (rowCount: number, points: string, balance: string, hasInvalid: boolean) => {
    const credit = `would credit ${rows(rowCount)}: ${points} points and ${balance} of balance in all.`;
    return hasInvalid
      ? `memberload topup refuses a file with wrong rows. With --skip-invalid it ${credit}`
      : `memberload topup ${credit}`;
  },
  wouldSaveCustomers: (rowCount: number) => `memberload import --to wonder would create or update ${rows(rowCount)}.`,
  wouldLookUp: (rowCount: number, isForWonder: boolean) =>
    `memberload export${isForWonder ? ' --from wonder' : ''} would look up ${rows(rowCount)}.`,
  wouldImport: (rowCount: number) => `memberload import would create or update ${rows(rowCount)}.`,
};

export const runTexts = topic('run', RUN);
