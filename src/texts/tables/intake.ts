import { topic } from '../texts.ts';

type Identity = { readonly reference: string } | { readonly campaign: string };

/** Rows of one run that stand in the way of a top-up. `when`: of the run. */
type CreditingRun = {
  readonly runId: string;
  readonly when: string;
  readonly creditedCount: number;
  readonly unsentCount: number;
  /** Credits of an earlier run that this run of `undo` is still to take back, or has in doubt. */
  readonly takenBackCount: number;
};

function tellRun({ runId, when, creditedCount, unsentCount, takenBackCount }: CreditingRun): string {
  const what = [
    creditedCount > 0 ? `credited ${creditedCount}` : '',
    unsentCount > 0 ? `has ${unsentCount} still to credit or in doubt` : '',
    takenBackCount > 0 ? `is taking ${takenBackCount} of them back` : '',
  ].filter(Boolean);
  return `run ${runId} of ${when} ${what.join(' and ')}`;
}

/** Why a file is refused as a whole, before anything is sent. */
export const INTAKE = {
  row: (rowNumber: number, lineNumber: number, message: string) => `Row ${rowNumber} (line ${lineNumber}), ${message}`,

  // guard-topup.ts
  expectedRows: (expected: number, actual: number) => `--expect-rows ${expected}, the file has ${actual} to credit`,
  expectedAmount: (flag: string, expected: string, actual: string) =>
    `${flag} ${expected}, the file adds up to ${actual}`,
  totalsDiffer: (differences: readonly string[]) => `The file is not what was expected: ${differences.join('; ')}.`,
  totalsDifferHint: 'Nothing was sent. Check that it is the right file, whole and not edited.',
  repeatedRows: (count: number, rowCount: number, first: readonly string[]) =>
    `${count} of ${rowCount} rows name a member or a reference that another row names already. ${first.join(' ')}`.trim(),
  repeatedRowsHint: (areMembersAllowed: boolean, checking: string) =>
    `Nothing was sent. ${
      areMembersAllowed
        ? `Keep one row a reference (${checking} lists them all), or give each row its own.`
        : `Keep one row a member and a reference (${checking} lists them all), or credit each row of a member with --on-duplicate allow.`
    }`,
  invalidRows: (count: number, rowCount: number, first: readonly string[]) =>
    `${count} of ${rowCount} rows cannot be credited. ${first.join(' ')}`,
  invalidRowsHint: (checking: string) =>
    `Nothing was sent. Correct them (${checking} lists them all), or credit the others with --skip-invalid.`,

  doneByHand: (rowCount: number, rowNumber: number) =>
    `Warning: ${rowCount === 1 ? '1 row is' : `${rowCount} rows are`} called done without a result_action, which memberload writes into every row that is done. The first is row ${rowNumber}. Such a row is skipped. If it was not sent, empty its result_status.`,
  // credit-guard.ts
  campaignAlike: (rowCount: number, campaign: string, other: string) =>
    `Warning: ${rowCount === 1 ? '1 row credits a member' : `${rowCount} rows credit members`} with the same amounts as in campaign '${other}', which is another campaign than '${campaign}'. If both names mean the same occasion, stop now and type --campaign '${other}'.`,
  changedAfterCredit: (
    rowCount: number,
    rowNumber: number,
    credit: {
      readonly runId: string;
      readonly number: string;
      readonly customerUid: string;
      readonly points: string;
      readonly balance: string;
    },
  ) => {
    const rows = rowCount === 1 ? '1 row is' : `${rowCount} rows are`;
    const member = credit.number === '' ? `customerUid ${credit.customerUid}` : `member ${credit.number}`;
    return `Warning: ${rows} called done, but another member or other amounts stand there than were credited. Row ${rowNumber}: run ${credit.runId} credited ${member} with points ${credit.points}, balance ${credit.balance}. Such a row is skipped. Put back what the result file had, or empty its result_status to credit what stands there as well.`;
  },
  notDone: (rowCount: number, rowNumber: number, origin: { readonly runId: string; readonly rowNumber: number }) =>
    `Warning: ${rowCount === 1 ? '1 row is' : `${rowCount} rows are`} called done, but the run that it names has it otherwise. Row ${rowNumber}: see memberload runs ${origin.runId}, row ${origin.rowNumber}. Such a row is skipped. Write that result anew with memberload result ${origin.runId}, or empty the row's result_status to credit it.`,
  takenBackSince: (
    rowCount: number,
    rowNumber: number,
    credit: { readonly runId: string; readonly number: string; readonly customerUid: string },
  ) => {
    const rows = rowCount === 1 ? '1 row is' : `${rowCount} rows are`;
    const member = credit.number === '' ? `customerUid ${credit.customerUid}` : `member ${credit.number}`;
    return `Warning: ${rows} called done, but undo has taken the credit back since. Row ${rowNumber}: run ${credit.runId} had credited ${member}. Such a row is skipped. To credit it again, empty its result_status.`;
  },
  creditedBefore: (
    count: number,
    rowCount: number,
    runs: readonly CreditingRun[],
    moreRuns: number,
    firstRow: number,
  ) =>
    `${count} of ${rowCount} rows credit a member with the same amounts as before: ${[
      ...runs.map(tellRun),
      ...(moreRuns > 0 ? [`${moreRuns} more runs`] : []),
    ].join('; ')}. The first is row ${firstRow}.`,
  /** `open`: a run that has rows still to credit, and whether it has ended, so that they are in doubt. */
  creditedBeforeHint: (
    open: { readonly runId: string; readonly hasEnded: boolean } | undefined,
    skipsAlready: boolean,
  ) => {
    const first =
      open === undefined
        ? ''
        : open.hasEnded
          ? ` First decide what is in doubt: memberload resolve ${open.runId}.`
          : ` First carry on what is not finished: memberload resume ${open.runId}.`;
    const skip = skipsAlready ? '' : ' To credit only the other rows, add --skip-credited.';
    return `Nothing was sent.${first}${skip} If this is another occasion, name it: --campaign NAME. To credit all rows once more, add --again.`;
  },
  creditedOtherwise: (
    identity: Identity,
    rowNumber: number,
    runId: string,
    { points, balance }: { readonly points: string; readonly balance: string },
  ) =>
    `${
      'reference' in identity ? `reference '${identity.reference}'` : `campaign '${identity.campaign}'`
    } was credited with other amounts or another member: row ${rowNumber} of run ${runId} (points ${points}, balance ${balance}). Correct the row, or give it a reference of its own.`,

  // read-input.ts
  otherResult: (rowNumber: number, forText: string, resultFor: string) =>
    `Row ${rowNumber} is a result of '${forText}', this run would be '${resultFor}': what another command, vendor, store or the sandbox has done says nothing here.`,
  resultOfNothing: (rowNumber: number) =>
    `Row ${rowNumber} says that it is done, and does not say where (result_for is blank): what another command, vendor, store or the sandbox has done says nothing here.`,
  otherResultHint:
    'Nothing was sent. Run the result file where it belongs. To send all its rows from here as plain input, add --ignore-results.',
  interrupted: 'Interrupted while the file was being checked; nothing was sent.',
  interruptedHint: 'Type the same command to begin again.',

  // seen-keys.ts
  scratchFailed: (folder: string, why: string) =>
    `The file in ${folder} that tells which rows name one member could not be written or read: ${why}.`,
  scratchFailedHint:
    'Nothing was sent. Free disk space there, or set TMPDIR to another folder, and type the command again.',

  // stage-input.ts
  usedMapping: (path: string) =>
    `A file with this header was read with a mapping before. To read this one in the same way, add: --map ${path}`,
  strippedResult: (columns: readonly string[]) =>
    `The file is the result of an earlier run, and has lost its column ${columns.join(' and ')}: nobody can tell which of its rows are done.`,
  strippedResultHint:
    'Nothing was sent. Take the result file as it was written. To use all its rows as plain input, add --ignore-results.',
};

export const intakeTexts = topic('intake', INTAKE);
