/**
 * How one call ended, as far as the caller can know. Every vendor client reduces what came over the
 * wire to this, so that jobs and the retry rules never look at HTTP.
 */
export type Answer<T> = Success<T> | Refused | Unanswered | NotSent;

export type Success<T> = { readonly kind: 'success'; readonly data: T };

/** The vendor said no. `errorCode` is its own code as it came (`2012`, `E000002`), or `HTTP_<status>`. */
export type Refused = {
  readonly kind: 'refused';
  readonly errorCode: string;
  readonly messages: readonly string[];
  readonly meaning: Meaning;
  readonly retryAfterMs?: number;
};

/**
 * What the vendor said, in one line, between “ and ”: whoever reads it sees whose words these are, and the ledger
 * keeps a digest in their place (`stage/kept-words.ts`). '' when it said nothing.
 */
export function quoteWords(messages: readonly string[]): string {
  return messages.length === 0 ? '' : `“${messages.join('; ').replace(/[“”]/g, '"')}”`;
}

/** Bytes went out and nothing that can be believed came back: it may or may not have been applied. */
export type Unanswered = {
  readonly kind: 'unanswered';
  /** `TIMEOUT`, `CONNECTION_FAILED`, `HTTP_<status>` or `BAD_RESPONSE`. */
  readonly errorCode: string;
  readonly detail: string;
  readonly retryAfterMs?: number;
};

/** Certainly not sent: the name did not resolve, the connection was refused, TLS failed, aborted in the queue. */
export type NotSent = {
  readonly kind: 'not_sent';
  readonly errorCode: 'CONNECTION_FAILED' | 'TIMEOUT';
  readonly detail: string;
};

/**
 * What a refusal means to a run:
 * - `row`: this record's own fault; not applied; the others go on
 * - `not_found`, `exists`: row refusals a job may act on
 * - `credentials`: key, signature or permission of the whole account; the run stops
 * - `quota`: the day's calls are used up; the run pauses
 * - `too_fast`: not applied; may be sent again after a pause
 * - `repeat`: this dataChangeTime was applied to this member before
 * - `unknown`: a code nobody documents; for an increment as good as no answer
 */
export type Meaning = 'row' | 'not_found' | 'exists' | 'credentials' | 'quota' | 'too_fast' | 'repeat' | 'unknown';
