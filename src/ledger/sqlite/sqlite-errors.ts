import { codeOf, EXIT, errorText, OperatorError } from '../../base/errors.ts';
import { ledgerTexts } from '../../texts/runs/ledger.ts';
import { DamagedValueError } from '../columns.ts';

/** SQLite's result codes (https://sqlite.org/rescode.html). */
const SQLITE_BUSY = 5;
const SQLITE_CORRUPT = 11;
const SQLITE_NOTADB = 26;

/**
 * Whatever goes wrong while the ledger is at work, as the error that leaves the ledger. Calls may have been
 * made already, so the exit code is 5: exit 2 would say that there were none.
 */
export function explainAtWork(error: unknown, path: string): OperatorError {
  if (error instanceof OperatorError) return error;
  if (isDamage(error)) return ledgerDamaged(error, path, EXIT.stopped);
  return new OperatorError({
    code: 'LEDGER_FAILED',
    message: ledgerTexts().failed(path, errorText(error)),
    hint: ledgerTexts().failedHint,
    exitCode: EXIT.stopped,
    cause: error,
  });
}

/** The same while the ledger is being opened: nothing was called. */
export function explainAtOpen(error: unknown, path: string): OperatorError {
  if (error instanceof OperatorError) return error;
  if (isDamage(error)) return ledgerDamaged(error, path, EXIT.usage);
  return new OperatorError({
    code: 'LEDGER_NOT_WRITABLE',
    message: ledgerTexts().notUsable(path, errorText(error)),
    hint: ledgerTexts().notUsableHint,
    exitCode: EXIT.usage,
    cause: error,
  });
}

export function isBusy(error: unknown): boolean {
  return resultCodeOf(error) === SQLITE_BUSY;
}

export function isSqliteError(error: unknown): boolean {
  return codeOf(error) === 'ERR_SQLITE_ERROR';
}

function isDamage(error: unknown): boolean {
  const code = resultCodeOf(error);
  return error instanceof DamagedValueError || code === SQLITE_CORRUPT || code === SQLITE_NOTADB;
}

function ledgerDamaged(error: unknown, path: string, exitCode: typeof EXIT.usage | typeof EXIT.stopped): OperatorError {
  return new OperatorError({
    code: 'LEDGER_DAMAGED',
    message: ledgerTexts().damaged(path, errorText(error)),
    hint: ledgerTexts().damagedHint,
    exitCode,
    cause: error,
  });
}

/** The texts that SQLite keeps for its result codes (sqlite3_errstr). */
const CODE_OF_TEXT: Readonly<Record<string, number>> = {
  'database is locked': SQLITE_BUSY,
  'database disk image is malformed': SQLITE_CORRUPT,
  'file is not a database': SQLITE_NOTADB,
};

/** The driver (1.2.1) gives the result code with errors of `exec` alone; errors of statements have only the text. */
function resultCodeOf(error: unknown): number | undefined {
  if (!(error instanceof Error)) return undefined;
  if ('errcode' in error) return Number(error.errcode) & 0xff;
  return isSqliteError(error) ? CODE_OF_TEXT[error.message] : undefined;
}
