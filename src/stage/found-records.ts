import { closeSync, existsSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import { requireNoLink } from '../base/private-folder.ts';
import { type TextFields, textFields } from '../base/text-fields.ts';
import { stageFailed } from './stage.ts';

/**
 * What lookups found, until the result file is written: personal data, therefore not in the ledger but in
 * the run's own folder, which is removed when the run has finished.
 */
export interface FoundRecords {
  /**
   * Survives a kill. After a power cut the last lookups may be asked again, which is harmless.
   *
   * @throws OperatorError STAGE_FAILED (exit 5)
   */
  write(rowNumber: number, fields: TextFields): void;
  /** @throws OperatorError STAGE_FAILED (exit 5) */
  read(rowNumber: number): TextFields | undefined;
  /** Does nothing when it is closed already. */
  close(): void;
}

/** @throws OperatorError STAGE_FAILED (exit 5) */
export function openFoundRecords(folder: string): FoundRecords {
  return orStageFailedAtOnce(() => openDatabase(join(folder, 'found.sqlite')));
}

function openDatabase(path: string): FoundRecords {
  requireNoLink(path);
  if (!existsSync(path)) closeSync(openSync(path, 'a', 0o600));
  const database = new DatabaseSync(path);
  database.exec(`
    PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;
    CREATE TABLE IF NOT EXISTS found (row_number INTEGER PRIMARY KEY, fields_json TEXT NOT NULL)`);
  const write = database.prepare('INSERT OR REPLACE INTO found VALUES (?, ?)');
  const read = database.prepare('SELECT fields_json FROM found WHERE row_number = ?');
  return {
    write(rowNumber, fields) {
      orStageFailedAtOnce(() => write.run(rowNumber, JSON.stringify(fields)));
    },
    read(rowNumber) {
      const row = orStageFailedAtOnce(() => read.get(rowNumber)) as { fields_json: string } | undefined;
      return row && textFields(Object.entries(JSON.parse(row.fields_json) as Record<string, string>));
    },
    close() {
      if (database.isOpen) database.close();
    },
  };
}

export function orStageFailedAtOnce<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw stageFailed(error);
  }
}
