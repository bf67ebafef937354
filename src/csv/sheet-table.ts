import { fileError } from '../base/errors.ts';
import { nearestName } from '../base/nearest.ts';
import { quoted } from '../base/quoted.ts';
import { fileTexts } from '../texts/tables/files.ts';
import { openWorkbook, type Workbook } from '../xlsx/open-workbook.ts';
import { noFacts, type SheetFacts, type SheetRow } from '../xlsx/sheet-rows.ts';
import type { ByteSource } from './byte-source.ts';
import { hasValue, iteratedOnce, noHeaderRow, recordShaper } from './csv-table.ts';
import { type CellDamage, RESULT_SHEETS, type RecordBlock, type Table, type TableOptions } from './table.ts';
import { checkHeader, findHeaderRow } from './table-header.ts';

/** A workbook from a stream is kept in memory as a whole, for a zip is read from its end. */
const STREAM_BYTES_MAX = 256 * 1024 * 1024;

/** Reads the header of a workbook's sheet; the rows follow on demand. `head` was read already. Owns `source`. */
export async function openSheetTable(source: ByteSource, head: Buffer, options: TableOptions): Promise<Table> {
  const { name } = source;
  const needsAllBytes = source.descriptor === undefined || options.wantsDigest === true;
  const bytes = needsAllBytes ? await readToEnd(source, head) : undefined;
  const workbook = await openWorkbook(
    name,
    source.descriptor === undefined ? { bytes: bytes ?? head } : { descriptor: source.descriptor },
  );
  const sheet = chooseSheet(name, workbook, options.sheet);
  const facts = noFacts();
  const iterator = workbook.readRows(sheet, facts)[Symbol.asyncIterator]();
  const next = async (): Promise<SheetRow[] | undefined> => {
    options.signal?.throwIfAborted();
    const { done, value } = await iterator.next();
    return done ? undefined : value;
  };
  const close = async (): Promise<void> => {
    await iterator.return?.();
    await source.close();
  };

  const top = await readTop(next);
  const header = findHeader(name, top, options);
  const width = header.names.length;
  const counts = { blank: 0 };
  const shaper = recordShaper(width, header.cellCount, counts);

  const toBlock = (rows: readonly SheetRow[], firstRowNumber: number): RecordBlock | undefined => {
    const damage = new Map<number, ReadonlyMap<number, CellDamage>>();
    const kept = rows.filter(({ cells }) => hasValue(cells));
    counts.blank += rows.length - kept.length;
    for (const [index, { cells, damagedCells }] of kept.entries()) {
      while (cells.length < width) cells.push('');
      if (damagedCells !== undefined) damage.set(index, new Map(damagedCells.map((at) => [at, 'EXCEL_DAMAGED'])));
    }
    const block = shaper(
      { cells: kept.map(({ cells }) => cells), lineNumbers: kept.map(({ lineNumber }) => lineNumber) },
      firstRowNumber,
    );
    return block === undefined || damage.size === 0 ? block : { ...block, damage };
  };

  async function* readBlocks(): AsyncGenerator<RecordBlock> {
    try {
      let rowNumber = 1;
      for (let rows: SheetRow[] | undefined = header.rest; rows !== undefined; rows = await next()) {
        const block = toBlock(rows, rowNumber);
        if (block === undefined) continue;
        rowNumber += block.cells.length;
        yield block;
      }
      await source.checkUnchanged();
    } finally {
      await close();
    }
  }

  return {
    header: header.names,
    form: { kind: 'xlsx', sheet },
    notes() {
      const notes = sheetNotes(workbook, sheet, facts);
      if (header.skipped > 0) notes.push(fileTexts().headerBelow(header.lineNumber, header.skipped));
      if (counts.blank > 0) notes.push(fileTexts().blankRows(counts.blank));
      return notes;
    },
    blocks: iteratedOnce(readBlocks),
    sha256: () => source.sha256(),
    close,
  };
}

async function readToEnd(source: ByteSource, head: Buffer): Promise<Buffer | undefined> {
  const isKept = source.descriptor === undefined;
  const chunks = [head];
  let length = head.length;
  for (let chunk = await source.read(); chunk !== undefined; chunk = await source.read()) {
    if (!isKept) continue;
    chunks.push(chunk);
    length += chunk.length;
    if (length > STREAM_BYTES_MAX) {
      throw fileError('FILE_TOO_LARGE', fileTexts().streamTooLarge(source.name), fileTexts().streamTooLargeHint);
    }
  }
  return isKept ? Buffer.concat(chunks) : undefined;
}

function chooseSheet(name: string, workbook: Workbook, told: string | undefined): string {
  const names = workbook.sheets.map((sheet) => sheet.name);
  if (told !== undefined) {
    if (names.includes(told)) return told;
    const nearest = nearestName(told, names);
    throw fileError(
      'NO_SUCH_SHEET',
      fileTexts().noSuchSheet(name, told, names),
      fileTexts().noSuchSheetHint(nearest && quoted(nearest)),
    );
  }
  const sheet = workbook.sheets.find(({ isHidden }) => !isHidden) ?? workbook.sheets[0];
  if (sheet === undefined) throw fileError('FILE_IS_EMPTY', fileTexts().noSheet(name), fileTexts().noSheetHint);
  return sheet.name;
}

/** Rows enough to find the header in. */
async function readTop(next: () => Promise<SheetRow[] | undefined>): Promise<SheetRow[]> {
  const rows: SheetRow[] = [];
  while (rows.length < 25) {
    const more = await next();
    if (more === undefined) break;
    rows.push(...more);
  }
  return rows;
}

function findHeader(name: string, top: readonly SheetRow[], options: TableOptions) {
  const { headerRow } = options;
  const rows = top.filter(({ cells }) => hasValue(cells));
  if (rows.length === 0) {
    throw fileError('FILE_IS_EMPTY', fileTexts().emptySheet(name), fileTexts().emptySheetHint);
  }
  const index =
    headerRow === undefined
      ? findHeaderRow(
          rows.map(({ cells }) => cells),
          options.isHeaderName,
        ).index
      : rows.findIndex(({ lineNumber }) => lineNumber === headerRow);
  const row = rows[index];
  if (row === undefined) throw noHeaderRow(name, headerRow ?? 1);
  return {
    names: checkHeader(fileTexts().row(name, row.lineNumber), row.cells),
    lineNumber: row.lineNumber,
    cellCount: row.cells.length,
    skipped: index,
    rest: top.slice(top.indexOf(row) + 1),
  };
}

function sheetNotes(workbook: Workbook, sheet: string, facts: SheetFacts): string[] {
  const notes: string[] = [];
  const others = workbook.sheets.filter(({ name }) => name !== sheet).map(({ name }) => `'${name}'`);
  const texts = fileTexts();
  const { hiddenRows, hiddenColumnCount, mergedAreaCount, formulaCount } = facts;
  if (others.length > 0) notes.push(texts.onlySheet(sheet, others));
  const { rows, toCorrect } = RESULT_SHEETS;
  if (sheet === rows && workbook.sheets.some(({ name }) => name === toCorrect))
    notes.push(texts.correctInRows(rows, toCorrect));
  if (hiddenRows.length > 0) notes.push(texts.hiddenRows(hiddenRows.length, hiddenRows.slice(0, 5)));
  if (hiddenColumnCount > 0) notes.push(texts.hiddenColumns(hiddenColumnCount));
  if (mergedAreaCount > 0) notes.push(texts.mergedAreas(mergedAreaCount));
  if (formulaCount > 0) notes.push(texts.formulas(formulaCount));
  return notes;
}
