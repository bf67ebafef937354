import { codeOf, EXIT, type ExitCode, errorText, OperatorError, usageError } from '../../base/errors.ts';
import { sharedLedgerTexts } from '../../texts/runs/shared-ledger.ts';
import { DamagedValueError } from '../columns.ts';

/** Whatever goes wrong while the shared ledger is at work. Calls may have been made already: exit 5. */
export function explainAtWork(error: unknown, place: string): OperatorError {
  if (error instanceof OperatorError) return error;
  // Raised by memberload.apply.
  if (codeOf(error) === 'ML001') return ledgerFailedOver(place, EXIT.stopped);
  const texts = sharedLedgerTexts();
  if (error instanceof DamagedValueError) {
    return new OperatorError({
      code: 'LEDGER_DAMAGED',
      message: texts.damaged(place, error.message),
      hint: texts.damagedHint,
      exitCode: EXIT.stopped,
      cause: error,
    });
  }
  return new OperatorError({
    code: 'LEDGER_FAILED',
    message: texts.failed(place, describe(error)),
    hint: texts.failedHint,
    exitCode: EXIT.stopped,
    cause: error,
  });
}

/** The same while the shared ledger is being opened: nothing was called. */
export function explainAtOpen(error: unknown, place: string): OperatorError {
  if (error instanceof OperatorError) return error;
  const { unreachable, unreachableHint, nothingSent } = sharedLedgerTexts();
  return usageError('LEDGER_UNREACHABLE', unreachable(place, describe(error)), nothingSent(unreachableHint), error);
}

/** A credit that the copy does not know would be given twice. */
export function ledgerFailedOver(place: string, exitCode: ExitCode): OperatorError {
  const { failedOver, takenOver, failedOverHint } = sharedLedgerTexts();
  const message = failedOver(place, takenOver);
  return new OperatorError({ code: 'LEDGER_FAILED_OVER', message, hint: failedOverHint, exitCode });
}

/** An AggregateError (every address of a name refused) has a code and no message. */
function describe(error: unknown): string {
  const code = codeOf(error);
  return [errorText(error), code].filter((part) => part !== '').join(', ');
}

/** The transaction was rolled back for the sake of another one, and may be tried again: deadlock, serialization. */
export function isRolledBackForOthers(error: unknown): boolean {
  return codeOf(error) === '40P01' || codeOf(error) === '40001';
}
