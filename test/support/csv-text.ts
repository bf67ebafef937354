import { parse } from 'csv-parse/sync';

/** Lines as a file, each ended. */
export function lines(...texts: readonly string[]): string {
  return texts.map((text) => `${text}\n`).join('');
}

/** The records of a CSV text by column name; read by csv-parse alone, not by our reader. */
export function recordsOf(text: string): Record<string, string>[] {
  return parse(text, { bom: true, columns: true }) as Record<string, string>[];
}

/** One column of a CSV text. */
export function columnOf(text: string, name: string): string[] {
  return recordsOf(text).map((record) => record[name] ?? `(no column ${name})`);
}

/** What differs from run to run, by what it is: ids that the sandbox gave, ids and times that the ledger gave. */
export function masked(text: string): string {
  return text
    .replace(/\b[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}\b/g, 'UUID')
    .replace(/\b[0-9]{18,19}\b/g, 'UID')
    .replace(/\b2[0-9]{3}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}\b/g, 'TIME')
    .replace(/\b[0-9]{8}-[0-9]{6}-[0-9a-f]{4}\b/g, 'RUN');
}

/** The result columns of every row, joined: `done created`, `invalid REQUIRED`, `failed 2012`. */
export function outcomesOf(text: string): string[] {
  return recordsOf(text).map((record) =>
    [record.result_status, record.result_action, record.result_errorCode].filter(Boolean).join(' '),
  );
}
