/** What every method of a vendor's client takes last. */
export type CallOptions = {
  /** Aborting cuts the call, even after it was sent: then it is unanswered. To let it finish, give none. */
  readonly signal?: AbortSignal | undefined;
  /** Called when the first byte goes out; meant for `Admission.sent` of the rate limiter. */
  readonly onSent?: (() => void) | undefined;
};
