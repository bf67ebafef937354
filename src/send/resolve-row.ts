import type { Clock } from '../base/clock.ts';
import { addDecimals, decimalsEqual, isZeroDecimal } from '../base/decimal.ts';
import { assert } from '../base/errors.ts';
import { zonedIso } from '../base/zoned-time.ts';
import { describeAnswer } from '../calls/describe-answer.ts';
import type { KybioVendor } from '../calls/vendors.ts';
import { readIncrementAnswer } from '../job/topup-steps.ts';
import type { Evidence, Ledger, RowRecord } from '../ledger/ledger.ts';
import { repeatCodesOf } from './repeat-fact.ts';
import { performIncrement, recordOutcome } from './send-row.ts';
import { type Reading, readAmounts, toIncrement } from './settle.ts';

export type Verdict = 'applied' | 'not-applied';

/**
 * A person's part in the life of an increment in doubt (ledger/row-states.ts):
 *
 * ```
 * in doubt ──→ applied                                  done
 *     │   └──→ not-applied                              failed, IN_DOUBT
 *     │             └──→ resend ─┐
 *     └──→ resend ───────────────┴─→ intent → done | failed | in doubt
 * ```
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
export function listRowsInDoubt(runId: string, ledger: Ledger): { open: RowInDoubt[]; decided: RowInDoubt[] } {
  const open: RowInDoubt[] = [];
  const decided: RowInDoubt[] = [];
  for (const record of ledger.rows.iterate(runId)) {
    if (record.dataChangeTime === '') continue;
    if (isUnsettled(record)) open.push(withEvidence(record, ledger));
    else if (record.state === 'failed' || record.state === 'done') {
      const row = withEvidence(record, ledger);
      if (row.decision !== undefined) decided.push(row);
    }
  }
  return { open, decided };
}

export function isUnsettled({ state, dataChangeTime }: RowRecord): boolean {
  return dataChangeTime !== '' && (state === 'in_doubt' || state === 'intent');
}

export function withEvidence(record: RowRecord, ledger: Ledger): RowInDoubt {
  const evidence = ledger.evidence.list(record.runId, record.rowNumber);
  const last = evidence.findLast(({ kind }) => kind === 'decision' || kind === 'resend');
  const decision = last?.kind === 'decision' ? (JSON.parse(last.detailJson) as { as: Verdict }).as : undefined;
  const isLetGo = record.state === 'failed' && (decision === 'not-applied' || last?.kind === 'resend');
  return { record, evidence, decision, mayResend: isUnsettled(record) || isLetGo };
}

/** Keeps what a person has found out; the row and the decision become durable together. */
export async function decideRow(
  record: RowRecord,
  verdict: Verdict,
  { ledger, clock, storeZone }: { ledger: Ledger; clock: Clock; storeZone: string },
): Promise<void> {
  const nowMs = clock.nowMs();
  const when = `Decided by a person at ${zonedIso(nowMs, storeZone)}`;
  const change =
    verdict === 'applied'
      ? ({ state: 'done', action: 'topped_up', errorCode: '', messages: [`${when}: it was applied.`] } as const)
      : ({
          state: 'failed',
          errorCode: 'IN_DOUBT',
          messages: [
            `${when}: it was not applied. To credit it after all, either run the result file again or type: memberload resolve ${record.runId} --row ${record.rowNumber} --resend`,
          ],
        } as const);
  await Promise.all([
    ledger.rows.record(record, change, nowMs),
    ledger.evidence.add(record.runId, record.rowNumber, {
      recordedMs: nowMs,
      kind: 'decision',
      detailJson: JSON.stringify({ as: verdict }),
    }),
  ]);
}

/** One read and one increment. */
export const RESEND_CALLS = 2;

export type ResendParts = {
  readonly kybio: KybioVendor;
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly storeZone: string;
  /** --again: although the member's values, or another run, say that it was applied. */
  readonly isAgain: boolean;
};

/**
 * Sends a row's increment once more, with the dataChangeTime that it always had: an account that refuses
 * repeats cannot apply it twice. The member is read first, so that an answer that is lost again leaves evidence.
 *
 * @returns why it was not sent, or undefined; what became of it is in the ledger
 * @throws StoppedError when the run stops first; the row is then as it was
 */
export async function resendRow(row: RowInDoubt, parts: ResendParts): Promise<string | undefined> {
  const { record } = row;
  const { kybio, ledger, clock, isAgain } = parts;
  const { account } = kybio.lane.settings;
  if (record.errorCode === 'RESPONSE_MISMATCH' && row.decision === undefined) {
    return 'the vendor said that it applied something else; look at the member, and decide with --as first';
  }
  const other = ledger.rows
    .listUnsettledIncrements(account)
    .find((one) => one.customerUid === record.customerUid && !isSameRow(one, record));
  if (other)
    return `row ${other.rowNumber} of run ${other.runId} credits the same member and is in doubt; decide that first`;
  const since = isAgain ? undefined : findCreditedSince(record, account, ledger);
  if (since) {
    return `row ${since.rowNumber} of run ${since.runId} has credited the member the same amounts since; if this one is meant as well, add --again`;
  }

  const reading = await readAmounts(record.customerUid, kybio, false);
  await addEvidence(row, 'read', reading, parts);
  if (reading.point === undefined || reading.balance === undefined) return 'the member could not be read';
  if (!isAgain && looksApplied(record, reading)) {
    return 'the member has by now exactly the values before plus the increment, so it looks applied; decide with --as applied, or add --again to send it all the same';
  }

  const before = { point: reading.point, balance: reading.balance };
  await addEvidence(row, 'resend', { dataChangeTime: record.dataChangeTime, before }, parts);
  const { state, errorCode, messages } = record;
  const call = { ...toIncrement(record), before };
  const performed = await performIncrement(call, {
    key: record,
    vendors: { kybio },
    ledger,
    clock,
    storeZone: parts.storeZone,
    // Nothing else is sent beside it.
    enterMember: () => Promise.resolve('go'),
    whenNotSent: { state: state === 'intent' ? 'in_doubt' : state, errorCode, messages },
  });
  assert('answer' in performed, 'a row in doubt lost its dataChangeTime');
  await recordResend(record, call, performed, parts);
  await ledger.flush();
  return undefined;
}

async function recordResend(
  record: RowRecord,
  call: ReturnType<typeof toIncrement>,
  { answer, attempts }: { answer: Parameters<typeof describeAnswer>[0]; attempts: number },
  parts: ResendParts,
): Promise<void> {
  const { kybio, ledger, clock, storeZone } = parts;
  const when = `Sent again at ${zonedIso(clock.nowMs(), storeZone)} on a person's word`;
  const context = { ledger, clock, key: record };
  const repeatCodes = repeatCodesOf(ledger, kybio.lane.settings.account, kybio.repeatCodes);
  if (answer.kind === 'refused' && repeatCodes.includes(answer.errorCode)) {
    const messages = [`${when}; refused as a repeat (${answer.errorCode}): it had been applied before, once.`];
    return recordOutcome({ status: 'done', action: 'topped_up', messages }, attempts, answer, context);
  }
  const outcome = readIncrementAnswer(call, answer);
  switch (outcome.status) {
    case 'done':
      return recordOutcome({ ...outcome, messages: [`${when}.`] }, attempts, answer, context);
    case 'in_doubt':
      return recordOutcome(outcome, attempts, answer, context);
    case 'failed':
    case 'unapplied': {
      const messages = [`${when}; it was not applied: ${describeAnswer(answer)}.`];
      return ledger.rows.record(record, { state: 'failed', errorCode: outcome.errorCode, messages }, clock.nowMs());
    }
    default:
      assert(false, `an increment ended as ${outcome.status}`);
  }
}

function isSameRow(left: RowRecord, right: RowRecord): boolean {
  return left.runId === right.runId && left.rowNumber === right.rowNumber;
}

/** The result file run again, for example: a person who sends the old row as well would credit twice. */
function findCreditedSince(record: RowRecord, account: string, ledger: Ledger): RowRecord | undefined {
  return ledger.rows
    .listOfMember(account, record.customerUid)
    .find(
      (other) =>
        !isSameRow(other, record) &&
        other.intentMs >= record.intentMs &&
        other.state === 'done' &&
        decimalsEqual(other.pointIncrement, record.pointIncrement) &&
        decimalsEqual(other.balanceIncrement, record.balanceIncrement),
    );
}

function looksApplied(record: RowRecord, { point = '', balance = '' }: Reading): boolean {
  const { pointBefore, balanceBefore, pointIncrement, balanceIncrement } = record;
  if (pointBefore === '' || balanceBefore === '') return false;
  if (isZeroDecimal(pointIncrement) && isZeroDecimal(balanceIncrement)) return false;
  return (
    decimalsEqual(point, addDecimals(pointBefore, pointIncrement)) &&
    decimalsEqual(balance, addDecimals(balanceBefore, balanceIncrement))
  );
}

async function addEvidence({ record }: RowInDoubt, kind: string, detail: object, parts: ResendParts): Promise<void> {
  await parts.ledger.evidence.add(record.runId, record.rowNumber, {
    recordedMs: parts.clock.nowMs(),
    kind,
    detailJson: JSON.stringify(detail),
  });
}
