import { topic } from '../texts.ts';

/** Member, amounts and time of a credit that the ledger knows. `when`: '' when it was not sent. */
type Credit = {
  readonly rowNumber: number;
  readonly runId: string;
  readonly isDone: boolean;
  readonly member: { readonly customerUid: string } | { readonly number: string };
  readonly points: string;
  readonly balance: string;
  readonly when: string;
};

function tellCredit({ rowNumber, runId, isDone, member, points, balance, when }: Credit): string {
  const verb = isDone ? 'credited' : 'credits, without an outcome yet,';
  const who = 'number' in member ? `number ${member.number}` : `customerUid ${member.customerUid}`;
  return `Row ${rowNumber} of run ${runId} ${verb} ${who} with points ${points}, balance ${balance} ${when === '' ? '' : ` (${when})`}`;
}

/** What the values of a member were before an increment, and what each later read gave. */
type Reads = {
  readonly before: { readonly point: string; readonly balance: string };
  readonly reads: readonly { readonly point: string | undefined; readonly balance: string | undefined }[];
};

function tellReads({ before, reads }: Reads): string {
  const seen = reads
    .map(({ point, balance }) => `point ${point ?? 'unknown'}, balance ${balance ?? 'unknown'}`)
    .join('; then ');
  return `before: point ${before.point}, balance ${before.balance}; read: ${seen}.`;
}

/** Increments: sent, refused, settled, resolved. */
export const SEND = {
  // send-increment.ts
  row: (rowNumber: number, text: string) => `row ${rowNumber}: ${text}`,
  shutOut: (rowNumber: number, errorCode: string) =>
    `row ${rowNumber}: the increment was answered with ${errorCode}, not by Kybio itself`,
  replayedTime: (rowNumber: number, runId: string) =>
    `The answer is not believed: it names the dataChangeTime of row ${rowNumber} of run ${runId}. Something between us and Kybio may replay answers. Look at the member in the back office before anything else is sent.`,
  replayedValues: (rowNumber: number) =>
    `The answer is not believed: its values before are those from before row ${rowNumber}, which was credited meanwhile. Something between us and Kybio may replay answers. Look at the member in the back office before anything else is sent.`,
  repeatUnread: 'Refused as a repeat of another change, and the member could not be read to make sure.',
  repeatApplied: 'Applied once: it was refused as a repeat, and the member has the values before plus the increment.',
  notSent: 'Not sent: the run was stopped.',
  timeTaken: (time: string, customerUid: string) =>
    `dataChangeTime: '${time}' was already used for member ${customerUid}; it was probably credited then. Leave the column blank to credit again.`,
  /** `isOtherRun`: the row in doubt is of another run. */
  memberWaits: (rowNumber: number, runId: string, isOtherRun: boolean) =>
    `Waits: row ${rowNumber}${isOtherRun ? ` of run ${runId}` : ''} credits the same member and is in doubt. Decide it first with: memberload resolve ${runId}`,
  takenBack: (rowNumber: number, runId: string, undoRun: string) =>
    `Waits: row ${rowNumber} of run ${runId} credited the same, and run ${undoRun} is taking it back. Carry that run on first: memberload resume ${undoRun}`,
  memberRepeated: (rowNumber: number, customerUid: string) =>
    `This is the member of row ${rowNumber} (customerUid ${customerUid}), given under another key. Remove one of the two, or use --on-duplicate allow.`,
  skippedAsCredited: (credit: Credit) => `${tellCredit(credit)}, the same as this row: skipped.`,
  creditedBefore: (credit: Credit, wayOn: 'skip' | 'resolve' | 'resume') =>
    `${tellCredit(credit)}, the same as this row. Nothing was sent. ${
      {
        skip: 'To skip such rows use --skip-credited',
        resolve: `Decide that row first with: memberload resolve ${credit.runId}`,
        resume: `Carry that run on first with: memberload resume ${credit.runId}`,
      }[wayOn]
    }; to name what is credited use --campaign NAME; to credit once more use --again.`,
  creditedOtherwise: (credit: Credit, identity: { readonly reference: string } | { readonly campaign: string }) =>
    `${tellCredit(credit)} for ${
      'reference' in identity ? `reference '${identity.reference}'` : `campaign '${identity.campaign}'`
    }, with other amounts than this row. Nothing was sent. Correct the row, or give it another reference or campaign.`,

  // settle.ts
  lookingAgain: (rowCount: number, seconds: number) =>
    `${rowCount} ${rowCount === 1 ? 'row has' : 'rows have'} no answer yet; looking again in ${seconds} s (quietWindow).`,
  repeatRefused: (errorCode: string) =>
    `Applied once: the vendor refused the same dataChangeTime again (${errorCode}).`,
  appliedNow: 'No answer came; sent again with the same dataChangeTime, and applied then.',
  creditedTwice:
    'Probably credited twice: the vendor applied the same dataChangeTime again, and the values before it are those after the first time. This account does not refuse repeats after all (forgotten; memberload doctor --probe-repeat learns it anew). Look at the member in the back office and take one of the two back.',

  // judge-reads.ts
  beforeUnknown: 'The values before are not known, so reading the member decides nothing.',
  appliedByReads: (reads: Reads) => `No answer came; applied once by the evidence: ${tellReads(reads)}`,
  /** `40 s`, `12 min`, `3 h` or `2 days`; an age below zero (the clock was set back) is told as unknown. */
  age: (ageMs: number) => {
    if (ageMs < 0) return 'an unknown time';
    const seconds = Math.round(ageMs / 1000);
    if (seconds < 120) return `${seconds} s`;
    if (seconds < 7200) return `${Math.round(seconds / 60)} min`;
    if (seconds < 172_800) return `${Math.round(seconds / 3600)} h`;
    return `${Math.round(seconds / 86_400)} days`;
  },
  notAppliedSoFar: (reads: Reads, age: string, resolve: string) =>
    `Not applied so far: the call left ${age} ago; ${tellReads(reads)} The vendor may still apply it. Look again later with: ${resolve} --settle. Only when you are sure, send it again with: ${resolve} --resend`,
  readsTellNothing: (reads: Reads) =>
    `The evidence does not tell: ${tellReads(reads)} Look at the member in the back office.`,
  repeatContradicted: (errorCode: string, reads: Reads) =>
    `The vendor refused the same dataChangeTime again (${errorCode}), which speaks for once applied; the values do not: ${tellReads(reads)} A till may have moved them since, or that second is somebody else's change and this one was never applied. Look at the member in the back office.`,
  sharedMember:
    'Two rows in doubt credit this member: its values cannot tell which was applied. Look at the member in the back office.',

  // resolve-row.ts: decided by a person
  ledgerGone:
    'MEMBERLOAD_HOME was deleted while this run was at work, and with it the memory of who was credited: nothing more is sent. Put the folder back from a copy. Without a copy keep the result file, and run that file, never the first one',
  outOfTouch:
    'this machine was out of touch with the shared ledger for too long, and others may carry on its runs: nothing more is sent',
  decidedByOther: (by: string, decision: string, when: string) =>
    `${by} decided ${decision} at ${when}; to decide otherwise, add --again`,
  changedMeanwhile: 'it was changed by somebody else at this moment; look at it again',
  decidedApplied: (when: string) => `Decided by a person at ${when}: it was applied.`,
  decidedNotApplied: (when: string, resolve: string) =>
    `Decided by a person at ${when}: it was not applied. To credit it after all, run the result file again with the flags of the run (its campaign!) or type: ${resolve} --resend`,
  // resolve-row.ts: why a row is not sent again
  mismatchUndecided: 'the vendor said that it applied something else; look at the member, and decide with --as first',
  otherInDoubt: (rowNumber: number, runId: string) =>
    `row ${rowNumber} of run ${runId} credits the same member and is in doubt; decide that first`,
  otherCredited: (
    rowNumber: number,
    runId: string,
    what: { readonly reference: string } | { readonly campaign: string } | 'same amounts',
    isDone: boolean,
  ) => {
    const credited =
      what === 'same amounts'
        ? 'the member the same amounts since'
        : 'reference' in what
          ? `reference '${what.reference}'`
          : `the member for campaign '${what.campaign}'`;
    return `row ${rowNumber} of run ${runId} has credited ${credited}${isDone ? '' : ', or is about to'}; if this one is meant as well, add --again`;
  },
  memberUnread: 'the member could not be read',
  looksApplied:
    'the member has by now exactly the values before plus the increment, so it looks applied; decide with --as applied, or add --again to send it all the same',
  // resolve-row.ts: what became of a row that was sent again
  resent: (when: string) => `Sent again at ${when} on a person's word.`,
  resentRefused: (when: string, errorCode: string) =>
    `Sent again at ${when} on a person's word; refused as a repeat (${errorCode}): it had been applied before, once.`,
  resentUnsettled: (when: string, said: string) =>
    `Sent again at ${when} on a person's word; this second send was not applied: ${said}. The first may be: the row stays in doubt.`,
  resentNotApplied: (when: string, said: string) =>
    `Sent again at ${when} on a person's word; it was not applied: ${said}.`,

  // probe-repeat.ts: why nothing was learned
  probe: {
    lookupFailed: (said: string) => `the member could not be looked up: ${said}`,
    noMember: (number: string) => `no member has the number '${number}'`,
    moved: "the member's point or balance changed meanwhile, or could not be read again",
    firstNotApplied: (said: string) => `the first increment of nothing was not applied: ${said}`,
    secondUnanswered: (said: string) => `the second has no answer that can be believed: ${said}`,
    secondOtherwise: (said: string) => `the second was refused with a code that has another meaning: ${said}`,
    noFreeTime: (time: string) => `the member had every second between ${time} and an hour before it`,
    notTwice: (second: string, third: string) => `the second was refused (${second}), but not once more: ${third}`,
    earlierOtherwise: (said: string) => `one with an earlier dataChangeTime has another answer: ${said}`,
    newRefused: (errorCode: string, said: string) =>
      `the second was refused (${errorCode}), but so was one with a new dataChangeTime: ${said}`,
  },
};

export const sendTexts = topic('send', SEND);
