import { type ByteSource, openByteSource, type TableSource } from './byte-source.ts';
import { findDelimiter } from './csv-shape.ts';
import { openCsvTable } from './csv-table.ts';
import { refuseNoTable, whatFileIs } from './no-table.ts';
import type { Table, TableOptions } from './table.ts';
import { findEncoding } from './text-encoding.ts';

/**
 * Opens a CSV file or an .xlsx workbook, told apart by their first bytes, and reads the header; the rows are read by
 * blocks, on demand. Memory does not grow with the file (of a workbook, with its different texts).
 *
 * @throws OperatorError usage errors (exit 2) for options that name no encoding or delimiter; exit 3 for whatever
 *   cannot be read as asked, also from `blocks`: INPUT_CHANGED when the file changes while it is read
 */
export async function openTable(source: TableSource, options: TableOptions): Promise<Table> {
  // Wrong options are told before the file is looked at.
  const told = {
    encoding: options.encoding === undefined ? undefined : findEncoding(options.encoding),
    delimiter: options.delimiter === undefined ? undefined : findDelimiter(options.delimiter),
    headerRow: options.headerRow,
    raw: options.raw,
    isHeaderName: options.isHeaderName,
  };
  const bytes = await openByteSource(source, { wantsDigest: options.wantsDigest ?? false, signal: options.signal });
  try {
    const head = await readHead(bytes);
    switch (whatFileIs(head)) {
      case 'zip': {
        const { openSheetTable } = await import('./sheet-table.ts');
        return await openSheetTable(bytes, head, options);
      }
      case 'other':
        return refuseNoTable(bytes.name, head);
      default:
        return await openCsvTable(bytes, head, told);
    }
  } catch (error) {
    await bytes.close();
    throw error;
  }
}

/** What the encoding is decided on. */
const HEAD_BYTES = 256 * 1024;

async function readHead(source: ByteSource): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  while (length < HEAD_BYTES) {
    const chunk = await source.read();
    if (chunk === undefined) break;
    chunks.push(chunk);
    length += chunk.length;
  }
  return chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks);
}
