import type { Answer } from './answer.ts';

/** Attempts of one call, the first included. */
const ATTEMPTS_MAX = 3;

/** Backoff before the first retry, doubled for each further one: guesses in common use, no vendor number exists. */
const BACKOFF_MS_BASE = 500;
const BACKOFF_MS_MAX = 20_000;

/** A vendor that says "come back tomorrow" is asked again after this: pausing a run for hours is not a retry. */
const RETRY_AFTER_MS_MAX = 5 * 60_000;

type RetryDecision = { readonly retry: false } | { readonly retry: true; readonly delayMs: number };

/**
 * Whether, and after how long, a call is sent again. Pure: whoever follows a `retry: true` calls
 * `budget.recordRetry()`.
 *
 * - `not_sent` and `too_fast` certainly changed nothing: any call may be sent again.
 * - `unanswered` may have been applied: only a repeatable call is sent again, an increment never.
 * - every other refusal would only be refused again.
 */
export function decideRetry(question: {
  /** 1 for the attempt that was just answered. */
  readonly attempt: number;
  readonly answer: Answer<unknown>;
  /** Whether applying the call twice is the same as applying it once. */
  readonly repeatable: boolean;
  readonly budget: Pick<RetryBudget, 'mayRetry'>;
  /** Evenly from 0 up to 1, as Math.random. */
  readonly random: () => number;
}): RetryDecision {
  const { attempt, answer, repeatable, budget, random } = question;
  if (attempt >= ATTEMPTS_MAX || !mayBeSentAgain(answer, repeatable) || !budget.mayRetry()) return { retry: false };
  const backoffMsMax = Math.min(BACKOFF_MS_BASE * 2 ** (attempt - 1), BACKOFF_MS_MAX);
  // Full jitter: many calls that failed together must not come back together.
  const backoffMs = Math.round(random() * backoffMsMax);
  const askedMs = 'retryAfterMs' in answer ? (answer.retryAfterMs ?? 0) : 0;
  return { retry: true, delayMs: Math.max(backoffMs, askedMs) };
}

function mayBeSentAgain(answer: Answer<unknown>, repeatable: boolean): boolean {
  switch (answer.kind) {
    case 'success':
      return false;
    case 'not_sent':
      return true;
    case 'unanswered':
      return repeatable;
    case 'refused':
      return answer.meaning === 'too_fast';
  }
}

/** Keeps retries of a whole run below a tenth of its calls: a vendor that is down is not hammered. */
interface RetryBudget {
  /** A first attempt was made. */
  recordCall(): void;
  recordRetry(): void;
  mayRetry(): boolean;
}

/** What a short run may spend before it has earned anything. */
const ALLOWANCE_RETRIES = 10;
/** A long good run saves up no more than this, or its first bad minute would be a storm. */
const SAVED_RETRIES_MAX = 50;
const CALLS_PER_RETRY = 10;

export function createRetryBudget(): RetryBudget {
  // Counted in tenths of a retry, so that the sum stays whole.
  let tenths = ALLOWANCE_RETRIES * CALLS_PER_RETRY;
  return {
    recordCall() {
      tenths = Math.min(tenths + 1, SAVED_RETRIES_MAX * CALLS_PER_RETRY);
    },
    recordRetry() {
      tenths = Math.max(tenths - CALLS_PER_RETRY, 0);
    },
    mayRetry: () => tenths >= CALLS_PER_RETRY,
  };
}

/**
 * Milliseconds to wait, from seconds (`120`) or one of the three HTTP date forms (RFC 9110 §5.6.7); undefined for
 * anything else. A date in the past is 0. Never more than RETRY_AFTER_MS_MAX: a timer of more than 24 days would
 * fire at once.
 */
export function parseRetryAfter(headerText: string, nowMs: number): number | undefined {
  const askedMs = readRetryAfter(headerText.trim(), nowMs);
  return askedMs === undefined ? undefined : Math.min(askedMs, RETRY_AFTER_MS_MAX);
}

function readRetryAfter(text: string, nowMs: number): number | undefined {
  if (/^\d+(\.\d+)?$/.test(text)) return Math.ceil(Number(text) * 1000);
  if (!/^(Mon|Tues?|Wed(nes)?|Thu(rs)?|Fri|Sat(ur)?|Sun)(day)?,? /.test(text)) return undefined;
  // asctime's form carries no zone and means GMT.
  const dateMs = Date.parse(text.endsWith('GMT') ? text : `${text} GMT`);
  return Number.isNaN(dateMs) ? undefined : Math.max(dateMs - nowMs, 0);
}
