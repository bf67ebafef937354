import type { Answer } from '../../src/http/answer.ts';
import type { Call, Found } from '../../src/job/call.ts';
import type { Outcome, Steps } from '../../src/job/outcome.ts';

/**
 * Plays the vendor's part: gives the steps one answer after the other and collects the calls they make. No page of
 * members was read.
 */
export function drive(steps: Steps, ...answers: readonly Answer<unknown>[]): { calls: Call[]; outcome: Outcome } {
  return driveAll(withoutPages(steps), ...answers);
}

function* withoutPages(steps: Steps): Steps {
  let next = steps.next();
  while (!next.done) {
    const call = next.value;
    const isFree = 'source' in call && call.source === 'snapshot_only' && call.endpoint.startsWith('customerOpenApi/');
    next = steps.next(isFree ? notRead : yield call);
  }
  return next.value;
}

/** As `drive`, with an answer to what the pages are asked too. */
export function driveAll(steps: Steps, ...answers: readonly Answer<unknown>[]): { calls: Call[]; outcome: Outcome } {
  const calls: Call[] = [];
  let next = steps.next();
  for (const answer of answers) {
    if (next.done) throw new Error(`ended after ${calls.length} calls, before all answers were given`);
    calls.push(next.value);
    next = steps.next(answer);
  }
  if (!next.done) throw new Error(`wants ${next.value.endpoint} after ${calls.length} calls`);
  return { calls, outcome: next.value };
}

/** The names of the calls, without their group. */
export function endpointsOf(calls: readonly Call[]): string[] {
  return calls.map(({ endpoint }) => endpoint.replace('customerOpenApi/', ''));
}

export const success = (data: unknown = undefined): Answer<unknown> => ({ kind: 'success', data });

export const found = (fields: Record<string, string>, lacks: readonly string[] = [], isOfThisRun = true) =>
  success({ state: 'present', fields, lacks, isOfThisRun, sequence: 7 } satisfies Found);

export const absent = success({ state: 'absent' } satisfies Found);
export const notRead = success({ state: 'not_read' } satisfies Found);

export const unanswered: Answer<unknown> = { kind: 'unanswered', errorCode: 'TIMEOUT', detail: 'no complete answer' };
export const notSent: Answer<unknown> = { kind: 'not_sent', errorCode: 'CONNECTION_FAILED', detail: 'refused' };

type Refused = Extract<Answer<unknown>, { kind: 'refused' }>;

export function refused(meaning: Refused['meaning'], errorCode: string): Answer<unknown> {
  return { kind: 'refused', errorCode, messages: [`says ${errorCode}`], meaning };
}

export const exists = refused('exists', '2012');
