/** What every method of a vendor's client takes last. */
export type CallOptions = {
  /** Aborting cuts the call, even after it was sent: then it is unanswered. To let it finish, give none. */
  readonly signal?: CallSignal | undefined;
  /** Asked when the connection stands, immediately before the first byte: no means that the call is not sent. */
  readonly mayStart?: (() => boolean) | undefined;
  /** Called when the first byte goes out; meant for `Admission.sent` of the rate limiter. */
  readonly onSent?: (() => void) | undefined;
  /** For the log of calls. */
  readonly about?: CallSubject | undefined;
};

/** What the one call that listens needs of an `AbortSignal`. */
export type CallSignal = {
  readonly aborted: boolean;
  onabort: ((...event: never[]) => void) | null;
};

/** What a call is for. */
export type CallSubject = {
  /** 1-based; of a call that is about one row. */
  readonly rowNumber?: number;
  /** 1 for the first attempt of the call. */
  readonly attempt?: number;
};
