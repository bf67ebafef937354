import { assumedData } from '../calls/endpoints.ts';
import type { Answer } from '../http/answer.ts';
import { type Found, isLookup, type LookupCall, type WriteCall } from '../job/call.ts';
import { CATEGORY_CALL, CATEGORY_ROWS_PER_CALL } from '../job/category-calls.ts';
import type { Outcome, Steps } from '../job/outcome.ts';

/** What one row would do next: the write it would send, or how it would end without one. */
export type RowPlan = {
  readonly write: WriteCall | undefined;
  /** How the row would end, its write included; undefined where that takes the vendor's own words. */
  readonly outcome: Outcome | undefined;
  /** The record as it was read, for a diff. */
  readonly found: Extract<Found, { readonly state: 'present' }> | undefined;
};

/** Answers a lookup while planning; `undefined` ends the row's plan there. */
type AnswerLookup = (call: LookupCall) => Promise<Answer<Found> | undefined> | Answer<Found> | undefined;

/** Follows a row's steps up to its write, without sending it. */
export async function planRow(steps: Steps, answerLookup: AnswerLookup): Promise<RowPlan> {
  const planning = planSteps(steps);
  let next = planning.next();
  while (!next.done) next = planning.next(await answerLookup(next.value));
  return next.value;
}

/** The same where no lookup has to be waited for. */
export function planRowNow(steps: Steps, answerLookup: (call: LookupCall) => Answer<Found> | undefined): RowPlan {
  const planning = planSteps(steps);
  let next = planning.next();
  while (!next.done) next = planning.next(answerLookup(next.value));
  return next.value;
}

function* planSteps(steps: Steps): Generator<LookupCall, RowPlan, Answer<Found> | undefined> {
  let found: RowPlan['found'];
  let next = steps.next();
  while (!next.done) {
    const call = next.value;
    if (!isLookup(call)) {
      const after = steps.next({ kind: 'success', data: assumedData(call) });
      return { write: call, outcome: after.done ? after.value : undefined, found };
    }
    const answer = yield call;
    if (answer === undefined) return { write: undefined, outcome: undefined, found };
    if (answer.kind === 'success' && answer.data.state === 'present') found = answer.data;
    next = steps.next(answer);
  }
  return { write: undefined, outcome: next.value, found };
}

/** Counts calls by endpoint; the price of a run is made of these. */
export class CallCounts {
  readonly #counts = new Map<string, number>();
  #deferredCount = 0;

  add(endpoint: string, count = 1): void {
    if (count > 0) this.#counts.set(endpoint, (this.#counts.get(endpoint) ?? 0) + count);
  }

  addRow({ write, outcome }: RowPlan): void {
    if (write) this.add(write.endpoint);
    if (outcome?.status === 'deferred') this.#deferredCount += 1;
  }

  /** With the calls that change categories by the hundred. */
  byEndpoint(): Readonly<Record<string, number>> {
    const counts = new Map(this.#counts);
    if (this.#deferredCount > 0) counts.set(CATEGORY_CALL, Math.ceil(this.#deferredCount / CATEGORY_ROWS_PER_CALL));
    return Object.fromEntries(counts);
  }
}
