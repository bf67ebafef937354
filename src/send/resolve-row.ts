import { decimalsEqual } from '../base/decimal.ts';
import { assert } from '../base/errors.ts';
import { zonedIso } from '../base/zoned-time.ts';
import { describeAnswer } from '../calls/describe-answer.ts';
import type { RunContext } from '../calls/run-context.ts';
import { readIncrementAnswer } from '../job/topup-steps.ts';
import { evidenceDetail } from '../ledger/evidence-detail.ts';
import type { Evidence, Ledger, LedgerReader, RowChange, RowRecord } from '../ledger/ledger.ts';
import type { RowState } from '../ledger/row-states.ts';
import { sendTexts } from '../texts/runs/send.ts';
import { answerDetail } from './answer-detail.ts';
import { looksApplied } from './judge-reads.ts';
import { readAmounts } from './read-amounts.ts';
import { performIncrement } from './send-increment.ts';
import { recordOutcome } from './send-row.ts';
import { toIncrement } from './settle.ts';

export type Verdict = 'applied' | 'not-applied';

/**
 * A person's part in the life of an increment in doubt (ledger/row-states.ts):
 *
 * ```
 * in doubt ──→ applied                                  done
 *     │   └──→ not-applied                              failed, IN_DOUBT
 *     │             └──→ resend ───→ intent → done | failed | in doubt
 *     └──→ resend ─────────────────→ intent → done | in doubt
 * ```
 *
 * A refusal of the second send is no word about the first one: only a person's decision is.
 *
 * Every step is kept as evidence with its time. A decision can be taken back until the row is sent again.
 */
export type RowInDoubt = {
  readonly record: RowRecord;
  readonly evidence: readonly Evidence[];
  /** Of a person, unless the row was sent again since. */
  readonly decision: Verdict | undefined;
  /** In doubt, or certainly not applied by a person's word or after having been sent again. */
  readonly mayResend: boolean;
};

/** The run's increments that are in doubt or were decided by a person, in the order of the file. */
export async function listRowsInDoubt(
  runId: string,
  ledger: LedgerReader,
): Promise<{ open: RowInDoubt[]; decided: RowInDoubt[] }> {
  const open: RowInDoubt[] = [];
  const decided: RowInDoubt[] = [];
  for await (const block of ledger.rows.read(runId)) {
    for (const record of block) {
      if (record.dataChangeTime === '') continue;
      if (isUnsettled(record)) open.push(await withEvidence(record, ledger));
      else if (record.state === 'failed' || record.state === 'done') {
        const row = await withEvidence(record, ledger);
        if (row.decision !== undefined) decided.push(row);
      }
    }
  }
  return { open, decided };
}

export function isUnsettled({ state, dataChangeTime }: RowRecord): boolean {
  return dataChangeTime !== '' && (state === 'in_doubt' || state === 'intent');
}

export async function withEvidence(record: RowRecord, ledger: LedgerReader): Promise<RowInDoubt> {
  const evidence = await ledger.rows.listEvidence(record.runId, record.rowNumber);
  // An answer that came after a decision and contradicts it: the decision counts no more.
  const isOver = record.state === 'in_doubt' && record.errorCode === 'RESPONSE_MISMATCH';
  const last = evidence.findLast(
    ({ kind }) => kind === 'decision' || kind === 'resend' || (kind === 'late_answer' && isOver),
  );
  const decision = last?.kind === 'decision' ? readVerdict(last) : undefined;
  const isLetGo = record.state === 'failed' && (decision === 'not-applied' || last?.kind === 'resend');
  return { record, evidence, decision, mayResend: isUnsettled(record) || isLetGo };
}

function readVerdict(decision: Evidence): Verdict | undefined {
  const { as } = evidenceDetail(decision);
  return as === 'applied' || as === 'not-applied' ? as : undefined;
}

/**
 * Keeps what a person has found out; the row and the decision become durable together.
 *
 * @param isAgain `--again`: although another person has decided otherwise
 * @returns why it was not kept, or undefined
 */
export async function decideRow(
  { record, evidence, decision }: RowInDoubt,
  verdict: Verdict,
  { ledger, storeZone, isAgain }: { ledger: Ledger; storeZone: string; isAgain: boolean },
): Promise<string | undefined> {
  const { decidedApplied, decidedNotApplied, decidedByOther, changedMeanwhile } = sendTexts();
  const last = evidence.findLast(({ kind }) => kind === 'decision');
  const by = last && readDecider(last);
  if (last && decision !== undefined && decision !== verdict && by && by !== ledger.person && !isAgain) {
    return decidedByOther(by, decision, zonedIso(last.recordedMs, storeZone));
  }
  const when = zonedIso(await ledger.now(), storeZone);
  const change =
    verdict === 'applied'
      ? ({ state: 'done', action: 'topped_up', errorCode: '', messages: [decidedApplied(when)] } as const)
      : ({
          state: 'failed',
          errorCode: 'IN_DOUBT',
          messages: [decidedNotApplied(when, `memberload resolve ${record.runId} --row ${record.rowNumber}`)],
        } as const);
  const { sequence } = record;
  const detail = { as: verdict, sequence, ...(ledger.person !== '' && { by: ledger.person }) };
  const isKept = await ledger.rows.decide(record, change, { kind: 'decision', detailJson: JSON.stringify(detail) });
  return isKept ? undefined : changedMeanwhile;
}

function readDecider(decision: Evidence): string | undefined {
  const { by } = evidenceDetail(decision);
  return typeof by === 'string' ? by : undefined;
}

/** One read and one increment. */
export const RESEND_CALLS = 2;

/**
 * Sends a row's increment once more, with the dataChangeTime that it always had: an account that refuses
 * repeats cannot apply it twice. The member is read first, so that an answer that is lost again leaves evidence.
 *
 * @param isAgain `--again`: although the member's values, or another row, say that it was applied
 * @returns why it was not sent, or undefined; what became of it is in the ledger
 * @throws StoppedError when the run stops first; the row is then as it was
 */
export async function resendRow(row: RowInDoubt, context: RunContext, isAgain: boolean): Promise<string | undefined> {
  const { record } = row;
  const { vendors, ledger } = context;
  const { kybio } = vendors;
  assert(kybio, 'no Kybio client is open');
  const { account } = kybio.lane.settings;
  if (record.errorCode === 'RESPONSE_MISMATCH' && row.decision === undefined) {
    return sendTexts().mismatchUndecided;
  }
  const other = (await ledger.increments.listUnsettled(account)).find(
    (one) => one.customerUid === record.customerUid && !isSameRow(one, record),
  );
  if (other) {
    return sendTexts().otherInDoubt(other.rowNumber, other.runId);
  }
  const credited = isAgain ? undefined : await findCredited(row, account, ledger);
  if (credited) {
    const { rowNumber, runId, what, state } = credited;
    return sendTexts().otherCredited(rowNumber, runId, what, state === 'done');
  }

  const sequence = await ledger.sequence();
  const { point, balance } = await readAmounts(record.customerUid, kybio, false);
  await addEvidence(record, 'read', { point, balance }, ledger);
  if (point === undefined || balance === undefined) return sendTexts().memberUnread;
  if (!isAgain && looksApplied(record, { point, balance })) {
    return sendTexts().looksApplied;
  }

  await addEvidence(record, 'resend', { dataChangeTime: record.dataChangeTime, before: { point, balance } }, ledger);
  const performed = await performIncrement(
    { ...toIncrement(record), before: { point, balance, sequence } },
    {
      context,
      key: record,
      isResend: true,
      // What was credited since is looked for above: a person decides here, not the guard of a run.
      guard: undefined,
      whenNotSent: asBefore(record),
    },
  );
  assert(performed.kind !== 'outdated', 'a row that is sent again is no difference to a value');
  if (performed.kind === 'ended' && performed.answer === undefined) return performed.outcome.messages.join(' ');
  await recordResend(row, performed, context);
  await ledger.flush();
  return undefined;
}

/**
 * The row as it was before it was sent again. What the vendor said to the second send changes nothing about the first
 * one: its time and its values before stay those of the first.
 */
function asBefore(record: RowRecord): RowChange & { readonly state: RowState } {
  const { messages, intentMs, pointBefore, balanceBefore } = record;
  const kept = { messages, intentMs, pointBefore, balanceBefore };
  if (!isUnsettled(record)) return { ...kept, state: record.state, errorCode: record.errorCode };
  return { ...kept, state: 'in_doubt', errorCode: record.errorCode || 'IN_DOUBT' };
}

async function recordResend(
  { record, evidence }: RowInDoubt,
  performed: ResendPerformed,
  context: RunContext,
): Promise<void> {
  const { answer, attempts } = performed;
  const when = zonedIso(await context.ledger.now(), context.settings.storeZone);
  const texts = sendTexts();
  const row = { context, key: record };
  // A refused repeat proves a first send that had no answer: an account that refuses repeats has applied it.
  const isProof =
    answer?.kind === 'refused' && answer.meaning === 'repeat' && !wasRefusedBefore(record, evidence, answer.errorCode);
  if (isProof) {
    const messages = [texts.resentRefused(when, answer.errorCode)];
    return recordOutcome({ status: 'done', action: 'topped_up', messages }, attempts, answer, row);
  }
  const outcome =
    performed.kind === 'ended' ? performed.outcome : readIncrementAnswer(toIncrement(record), performed.answer);
  switch (outcome.status) {
    case 'done':
      return recordOutcome({ ...outcome, messages: [texts.resent(when)] }, attempts, answer, row);
    case 'in_doubt':
      return recordOutcome(outcome, attempts, answer, row);
    case 'failed':
    case 'unapplied': {
      const said = answer === undefined ? outcome.errorCode : describeAnswer(answer);
      if (isUnsettled(record)) {
        // Nobody has said that the first send was not applied: the vendor may still apply it, or has.
        const messages = [texts.resentUnsettled(when, said)];
        const refusal = answer && { kind: 'answer', detailJson: JSON.stringify(answerDetail(answer)) };
        return context.ledger.rows.record(record, { ...asBefore(record), messages }, refusal);
      }
      const messages = [texts.resentNotApplied(when, said)];
      return context.ledger.rows.record(record, { state: 'failed', errorCode: outcome.errorCode, messages });
    }
    case 'invalid':
    case 'deferred':
      assert(false, `an increment that was sent again ended as ${outcome.status}`);
  }
}

type ResendPerformed = Exclude<Awaited<ReturnType<typeof performIncrement>>, { readonly kind: 'outdated' }>;

function isSameRow(left: Pick<RowRecord, 'runId' | 'rowNumber'>, right: RowRecord): boolean {
  return left.runId === right.runId && left.rowNumber === right.rowNumber;
}

/**
 * Whether a send of the row was refused with that code before, and the row is not done for that: another's change has
 * the second, or the values contradict. One refusal more proves no more. Judged by the evidence: the row's errorCode is
 * that of the last send, or a person's decision.
 */
function wasRefusedBefore(record: RowRecord, evidence: readonly Evidence[], errorCode: string): boolean {
  const answers = evidence.filter(({ kind }) => kind === 'answer' || kind === 'repeat');
  // Earlier versions kept no evidence of a first answer.
  if (answers.length === 0) return !evidence.some(({ kind }) => kind === 'resend') && record.errorCode === errorCode;
  return answers.some((answer) => {
    const { refused } = evidenceDetail(answer);
    if (refused !== undefined) return refused === errorCode;
    // Earlier versions kept the code within an English text alone.
    return answer.detailJson.includes(`refused ${errorCode}:`);
  });
}

type Credited = Pick<RowRecord, 'runId' | 'rowNumber' | 'state'> & {
  readonly what: Parameters<ReturnType<typeof sendTexts>['otherCredited']>[2];
};

/**
 * Another row that has credited, or will, what this row is about (DESIGN §4): its reference, else its campaign, else
 * the same amounts since. The result file run again, for example: a person who sends the old row as well would
 * credit twice.
 */
async function findCredited(row: RowInDoubt, account: string, ledger: LedgerReader): Promise<Credited | undefined> {
  const { record } = row;
  const { number, customerUid, reference, campaign } = record;
  if (reference === '' && campaign === '') return findCreditedSince(row, account, ledger);
  const credits = await ledger.increments.findCredits(account, {
    numbers: reference === '' && number !== '' ? [number] : [],
    customerUids: reference === '' ? [customerUid] : [],
    references: reference === '' ? [] : [reference],
  });
  const same = credits.find(
    (credit) => !isSameRow(credit, record) && !credit.isUndone && (reference !== '' || credit.campaign === campaign),
  );
  if (same === undefined) return undefined;
  return { ...same, what: reference === '' ? { campaign } : { reference } };
}

async function findCreditedSince(
  { record, evidence }: RowInDoubt,
  account: string,
  ledger: LedgerReader,
): Promise<Credited | undefined> {
  const ofMember = await ledger.increments.listOfMember(account, record.customerUid);
  const sentSequence = sequenceBeforeDecisions(record, evidence);
  const since = ofMember.find(
    (other) =>
      !isSameRow(other, record) &&
      other.state === 'done' &&
      // By the ledger's own order, which no clock can turn around. The clock is for decisions of earlier versions,
      // which did not keep where the row stood.
      (other.sequence > sentSequence || other.intentMs >= record.intentMs) &&
      decimalsEqual(other.pointIncrement, record.pointIncrement) &&
      decimalsEqual(other.balanceIncrement, record.balanceIncrement),
  );
  return since && { ...since, what: 'same amounts' };
}

/** Where the row stood in the ledger's order after its last send: every decision moves the row to the end. */
function sequenceBeforeDecisions({ sequence }: RowRecord, evidence: readonly Evidence[]): number {
  const lastSend = evidence.findLastIndex(({ kind }) => kind === 'answer' || kind === 'resend');
  const decisions = evidence.slice(lastSend + 1).filter(({ kind }) => kind === 'decision');
  const kept = decisions.map((decision) => evidenceDetail(decision).sequence);
  return Math.min(sequence, ...kept.filter((one) => typeof one === 'number'));
}

function addEvidence(record: RowRecord, kind: string, detail: object, ledger: Ledger): Promise<void> {
  return ledger.rows.addEvidence(record, { kind, detailJson: JSON.stringify(detail) });
}
