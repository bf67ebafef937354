import { closeSync, existsSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import { type TextFields, textFields } from '../base/text-fields.ts';
import { stageFailed } from './stage.ts';

/**
 * What lookups found, until the result file is written: personal data, therefore not in the ledger but in
 * the run's own folder, which is removed when the run has finished.
 */
export interface FoundRecords {
  /**
   * Written through to the disk before it returns: a lookup is not paid for twice.
   *
   * @throws OperatorError STAGE_FAILED (exit 5)
   */
  write(rowNumber: number, fields: TextFields): void;
  read(rowNumber: number): TextFields | undefined;
  /** Does nothing when it is closed already. */
  close(): void;
}

export function openFoundRecords(folder: string): FoundRecords {
  const path = join(folder, 'found.sqlite');
  if (!existsSync(path)) closeSync(openSync(path, 'a', 0o600));
  const database = new DatabaseSync(path);
  // NORMAL survives a killed process; after a power cut the last lookups are asked again, which is harmless.
  database.exec(`
    PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;
    CREATE TABLE IF NOT EXISTS found (row_number INTEGER PRIMARY KEY, fields_json TEXT NOT NULL)`);
  const write = database.prepare('INSERT OR REPLACE INTO found VALUES (?, ?)');
  const read = database.prepare('SELECT fields_json FROM found WHERE row_number = ?');
  return {
    write(rowNumber, fields) {
      try {
        write.run(rowNumber, JSON.stringify(fields));
      } catch (error) {
        throw stageFailed(error);
      }
    },
    read(rowNumber) {
      const row = read.get(rowNumber) as { fields_json: string } | undefined;
      return row && textFields(Object.entries(JSON.parse(row.fields_json) as Record<string, string>));
    },
    close() {
      if (database.isOpen) database.close();
    },
  };
}
