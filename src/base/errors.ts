/**
 * Exit codes of CONTRACT §6. The order of precedence when several apply is decided in one place, the CLI.
 */
export const EXIT = {
  ok: 0,
  rowsFailed: 1,
  usage: 2,
  file: 3,
  credentials: 4,
  stopped: 5,
  paused: 6,
  inDoubt: 7,
  bug: 70,
  hangup: 129,
  interrupted: 130,
  terminated: 143,
} as const;

/** Of a command that a signal has stopped. */
export const SIGNAL_EXITS = { SIGHUP: EXIT.hangup, SIGINT: EXIT.interrupted, SIGTERM: EXIT.terminated } as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/**
 * Something the person who runs the tool can put right. Stops the command; printed in one place as
 * `message` and then `hint`. Match on `code`, never on the text.
 */
export class OperatorError extends Error {
  readonly code: string;
  /** What to do now: a full sentence. */
  readonly hint: string;
  readonly exitCode: ExitCode;
  /** Calls that were made before it, for `--json`; undefined: none. */
  spent?: { readonly sent: number; readonly retried: number; readonly byEndpoint: Readonly<Record<string, number>> };

  /** The run that had begun before it, for `--json`; undefined: none. */
  runId?: string;

  constructor(fields: { code: string; message: string; hint: string; exitCode: ExitCode; cause?: unknown }) {
    super(fields.message, fields.cause === undefined ? undefined : { cause: fields.cause });
    this.name = 'OperatorError';
    this.code = fields.code;
    this.hint = fields.hint;
    this.exitCode = fields.exitCode;
  }
}

/** Wrong flags or settings: nothing was called. */
export function usageError(code: string, message: string, hint: string, cause?: unknown): OperatorError {
  return new OperatorError({ code, message, hint, exitCode: EXIT.usage, cause });
}

/** The file cannot be read as asked: nothing was written. */
export function fileError(code: string, message: string, hint: string, cause?: unknown): OperatorError {
  return new OperatorError({ code, message, hint, exitCode: EXIT.file, cause });
}

/** A bug of ours: exit 70. */
export class BugError extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'BugError';
  }
}

/** Asserts what must hold; a failure is a bug of ours, never the user's. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new BugError(message);
}

/** Ends a switch over a closed union: a new member fails to compile here. */
export function unreachable(value: never): never {
  throw new BugError(`unexpected value: ${JSON.stringify(value)}`);
}

/** `ENOENT`, a SQLSTATE and the like; '' when there is none. */
export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}

/** The text of anything thrown, for a message. */
export function errorText(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
