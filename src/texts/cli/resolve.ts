import { topic } from '../texts.ts';

/** `resolve`: rows in doubt, and what is known of them. */
export const RESOLVE = {
  resolveWhat: 'resolve needs the run.',
  noTopup: (runId: string) => `Run ${runId} is no top-up: only increments can be in doubt.`,
  noTopupHint: (runId: string) => `Carry it on, if it is unfinished, with: memberload resume ${runId}`,
  pruned: (runId: string) => `Run ${runId} had nothing in doubt; its rows were dropped by runs prune.`,
  whichRow: '--as needs to know which row.',
  whichRowHint: 'Add --row N, --row N,M for several, or --row all.',
  threeWays: '--as, --resend and --settle are three ways to go.',
  threeWaysHint: 'Type one of them; --as not-applied may be followed by a --resend of its own.',
  resultNotWritten: (why: string) => `The decision is kept, but the result file was not written: ${why}`,
  /** `state`: as the ledger has it; undefined: the row was never begun. */
  notInDoubt: (row: number, runId: string, state: string | undefined) =>
    `Row ${row} of run ${runId} ${state === undefined ? 'was never begun' : `is ${state}`}: there is nothing to decide.`,
  rowsInDoubt: (runId: string) => `Its rows in doubt: memberload resolve ${runId}`,
  nothingToResend: 'No row was decided not-applied, so nothing is sent again. Name rows with --row N.',
  notDecided: (row: number, why: string) => `Row ${row} is left as it is: ${why}.`,
  notResent: (row: number, why: string) => `Row ${row} was not sent: ${why}.`,
  willLook: (rowCount: number, callsPerRow: number) =>
    `${rowCount === 1 ? '1 row is' : `${rowCount} rows are`} looked at again: at most ${callsPerRow} calls a row, ${rowCount * callsPerRow} in all.`,
  willResend: (rowCount: number, callsPerRow: number, more: number) =>
    `${rowCount === 1 ? '1 row is' : `${rowCount} rows are`} sent again: ${callsPerRow} calls a row, ${rowCount * callsPerRow} in all, and up to ${more} more for each that gets no answer again.`,
  creditedTwice: 'What was applied after all would be credited twice.',
  decided: (row: number, verdict: 'applied' | 'not-applied', messages: readonly string[]) =>
    `Row ${row}: decided ${verdict}. ${messages.join(' ')}`,
  noneInDoubt: (runId: string) => `Run ${runId} has no row in doubt.`,

  lookAgain: (command: string) => `To have the members looked at once more, later: ${command}`,
  lookYourself:
    'Look at each member in the back office, then type one of (several rows as --row 3,7, every row as --row all):',
  ways: {
    applied: 'it was credited once; nothing is sent',
    notApplied: 'it was not credited; the row becomes failed',
    resend: 'it was not credited; send it again now',
  },

  /** `number`: '' when the row has none. */
  row: (row: number, number: string, customerUid: string, points: string, balance: string, time: string) =>
    `Row ${row}: ${number === '' ? `customerUid ${customerUid}` : `member ${number} (customerUid ${customerUid})`}, points ${points}, balance ${balance}, dataChangeTime ${time}`,
  before: (values: readonly [points: string, balance: string] | undefined) =>
    `before: ${values === undefined ? 'not known' : `point ${values[0]}, balance ${values[1]}`}`,
  sent: (time: string) => `${time} sent`,
  backOffice: (member: string, points: string, balance: string, time: string) => {
    const amounts = [...(points === '' ? [] : [`points ${points}`]), ...(balance === '' ? [] : [`balance ${balance}`])];
    return `in the back office: open member ${member} and look among the changes by "API" for ${amounts.join(' and ')} at ${time} or shortly after.`;
  },
  noOutcome: (runId: string) =>
    `No outcome was recorded: the process ended first. memberload resume ${runId} looks at the member.`,
  evidence: {
    read: (point: string | undefined, balance: string | undefined) =>
      `read: point ${point ?? 'unknown'}, balance ${balance ?? 'unknown'}`,
    answer: (answer: string, data: string) => `the vendor said: ${answer}${data === '' ? '' : ` ${data}`}`,
    repeat: (answer: string) => `the same again: ${answer}`,
    decision: (verdict: string, by: string | undefined) => `decided by ${by ?? 'a person'}: ${verdict}`,
    lateAnswer: (state: string, point: string | undefined, balance: string | undefined) =>
      `an answer that came late, from the process that was taken for dead: ${state}${point === undefined ? '' : `, point ${point}, balance ${balance ?? 'unknown'}`}`,
    resend: (detail: string) => `sent again by a person: ${detail}`,
  },
};

export const resolveTexts = topic('resolve', RESOLVE);
