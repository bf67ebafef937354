import type { TextFields } from '../base/text-fields.ts';
import { type Answer, quoteWords } from '../http/answer.ts';
import { stepTexts } from '../texts/runs/steps.ts';
import type { Call } from './call.ts';

export type Action = 'created' | 'updated' | 'unchanged' | 'topped_up' | 'credited_before' | 'found' | 'upserted';

/** How a row ended at one target. */
export type Outcome = Done | Failed | Invalid | InDoubt | Unapplied | Deferred;

export type Done = {
  readonly status: 'done';
  readonly action: Action;
  readonly messages: readonly string[];
  readonly customerUid?: string;
  readonly uuid?: string;
  /** Top-up: the values before and after, as the vendor or the evidence says. */
  readonly change?: Change;
  /** Lookup: the vendor's record. */
  readonly found?: TextFields;
};

export type Change = {
  readonly pointBefore: string;
  readonly pointAfter: string;
  readonly balanceBefore: string;
  readonly balanceAfter: string;
};

/** Refused by the vendor, or by our own reading of its answer before anything was written. */
export type Failed = {
  readonly status: 'failed';
  readonly errorCode: string;
  readonly messages: readonly string[];
  /** Whether `resume` of an unfinished run tries again: no answer came to a call that may be repeated. */
  readonly mayRetry: boolean;
  readonly customerUid?: string;
  readonly uuid?: string;
};

/** Refused by us after intake; nothing was sent. */
export type Invalid = {
  readonly status: 'invalid';
  readonly errorCode: string;
  readonly messages: readonly string[];
};

/** An increment that may or may not have been applied. */
export type InDoubt = {
  readonly status: 'in_doubt';
  readonly errorCode: string;
  readonly messages: readonly string[];
  /** The vendor says that it applied something else than was asked, or its answer is another's: the run must stop. */
  readonly isMismatch: boolean;
};

/** Certainly not applied, and not the row's fault: done by `resume`. */
export type Unapplied = {
  readonly status: 'unapplied';
  readonly errorCode: string;
  readonly messages: readonly string[];
  readonly customerUid?: string;
  readonly uuid?: string;
};

/** Everything is done but the category, which is changed for a hundred members in one call. */
type Deferred = {
  readonly status: 'deferred';
  readonly categoryUid: string;
  readonly customerUid: string;
  readonly messages: readonly string[];
};

/**
 * What a job does with one row at one target: yields the calls it wants, is sent their answers, returns the
 * outcome. Pure, so that every path is tested without a network; `send/send-row.ts` performs the calls.
 */
export type Steps<Result = Outcome> = Generator<Call, Result, Answer<unknown>>;

/** `resume` does not try such a row again; a caller that wants it says `mayRetry: true` beside it. */
export function failed(errorCode: string, message: string): Failed {
  return { status: 'failed', errorCode, messages: [message], mayRetry: false };
}

/** The outcome of a call that did not succeed and has no meaning of its own to the job. */
export function unsuccessful(
  answer: Exclude<Answer<unknown>, { kind: 'success' }>,
  call: keyof ReturnType<typeof stepTexts>['calls'],
): Failed | Unapplied {
  const { calls, refused, noAnswer } = stepTexts();
  switch (answer.kind) {
    case 'refused': {
      const messages = [refused(calls[call], quoteWords(answer.messages))];
      if (answer.meaning === 'credentials' || answer.meaning === 'quota') {
        return { status: 'unapplied', errorCode: answer.errorCode, messages };
      }
      return { status: 'failed', errorCode: answer.errorCode, messages, mayRetry: answer.meaning === 'too_fast' };
    }
    case 'unanswered':
    case 'not_sent':
      return { ...failed(answer.errorCode, noAnswer(calls[call], answer.detail)), mayRetry: true };
  }
}
