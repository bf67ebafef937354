import { EXIT, type ExitCode, errorText, OperatorError, usageError } from '../../base/errors.ts';
import { DamagedValueError } from '../columns.ts';

/** Whatever goes wrong while the shared ledger is at work. Calls may have been made already: exit 5. */
export function explainAtWork(error: unknown, place: string): OperatorError {
  if (error instanceof OperatorError) return error;
  // Raised by memberload.apply.
  if (codeOf(error) === 'ML001') return ledgerFailedOver(place, EXIT.stopped);
  if (error instanceof DamagedValueError) {
    return new OperatorError({
      code: 'LEDGER_DAMAGED',
      message: `The shared ledger ${place} is damaged: ${error.message}.`,
      hint: 'Nothing more is sent. Put a backup of it back after checking by hand what was credited since.',
      exitCode: EXIT.stopped,
      cause: error,
    });
  }
  return new OperatorError({
    code: 'LEDGER_FAILED',
    message: `The shared ledger ${place} could not be read or written: ${describe(error)}.`,
    hint: 'Nothing more is sent. When the database is there again, carry on with: memberload resume',
    exitCode: EXIT.stopped,
    cause: error,
  });
}

/** The same while the shared ledger is being opened: nothing was called. */
export function explainAtOpen(error: unknown, place: string): OperatorError {
  if (error instanceof OperatorError) return error;
  return usageError(
    'LEDGER_UNREACHABLE',
    `The shared ledger ${place} cannot be used: ${describe(error)}.`,
    'Nothing was sent. Check MEMBERLOAD_LEDGER_URL, the password (PGPASSFILE, or MEMBERLOAD_LEDGER_URL_FILE) and that the server can be reached.',
    error,
  );
}

export const TAKEN_OVER =
  'another copy of the database has taken over: a failover, or a backup that was put back. What was sent at the end may be missing in it';

/** A credit that the copy does not know would be given twice. */
export function ledgerFailedOver(place: string, exitCode: ExitCode): OperatorError {
  return new OperatorError({
    code: 'LEDGER_FAILED_OVER',
    message: `The shared ledger ${place} is not the one it was: ${TAKEN_OVER}. No increment is sent until a person has looked.`,
    hint: 'See what to look for, and go on with: memberload ledger status --accept-failover',
    exitCode,
  });
}

/** An AggregateError (every address of a name refused) has a code and no message. */
function describe(error: unknown): string {
  const code = codeOf(error);
  return [errorText(error), code].filter((part) => part !== '').join(', ');
}

/** SQLSTATE, or the code of a system call; '' when there is none. */
export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}

/** The transaction was rolled back for the sake of another one, and may be tried again: deadlock, serialization. */
export function isRolledBackForOthers(error: unknown): boolean {
  return codeOf(error) === '40P01' || codeOf(error) === '40001';
}
