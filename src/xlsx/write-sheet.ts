import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { fileError } from '../base/errors.ts';
import { fileTexts } from '../texts/tables/files.ts';
import { encodeCellText } from './cell-text.ts';
import { columnName } from './sheet-rows.ts';
import { PARTS_OF_TEXT, STYLE } from './workbook-parts.ts';

/** A row of a result and what a workbook shows of it. */
export type RowToWrite = {
  readonly cells: readonly string[];
  /** Decides the colour. */
  readonly tone: 'good' | 'bad' | 'warning' | 'waiting';
  /** Such rows stand once more on a sheet of their own. */
  readonly isToCorrect: boolean;
  /** Index of the cell to mark. */
  readonly badCell?: number | undefined;
  /** The comment on that cell. */
  readonly message?: string | undefined;
};

/** The XML of one sheet, piece by piece, and of the comments on its cells. */
export type SheetText = {
  start(): string;
  row(row: RowToWrite): string;
  end(): string;
  /** With the header. */
  rowCount(): number;
  commentCount(): number;
  comments(): Iterable<Buffer>;
  commentShapes(): Iterable<Buffer>;
};

/** Of Excel: a longer text makes a workbook that Excel calls damaged. */
const CELL_CHARACTERS_MAX = 32_767;

/**
 * Every cell is text and has the number format "text", also an empty one: an id that a person types stays an id.
 */
export function sheetText(header: readonly string[]): SheetText {
  const columns = header.map((_, index) => columnName(index));
  const comments = spool();
  const shapes = spool();
  let rowCount = 1;
  let commentCount = 0;

  const cellXml = (index: number, text: string, style: number): string => {
    const place = `${columns[index] ?? columnName(index)}${rowCount}`;
    if (text === '') return `<c r="${place}" s="${style}"/>`;
    if (text.length > CELL_CHARACTERS_MAX) {
      throw fileError('CELL_TOO_LONG', fileTexts().cellTooLongForSheet(place, text.length), fileTexts().writeCsv);
    }
    return `<c r="${place}" s="${style}" t="inlineStr"><is><t xml:space="preserve">${encodeCellText(text)}</t></is></c>`;
  };

  return {
    rowCount: () => rowCount,
    commentCount: () => commentCount,
    start: () =>
      `${PARTS_OF_TEXT.sheetStart(header.map(widthOf))}<row r="1">${header.map((name, index) => cellXml(index, name, STYLE.header)).join('')}</row>`,
    row({ cells, tone, badCell, message }) {
      rowCount += 1;
      const xml: string[] = [];
      for (let index = 0; index < cells.length; index += 1) {
        xml.push(cellXml(index, cells[index] ?? '', index === badCell ? STYLE.badCell : STYLE[tone]));
      }
      if (badCell !== undefined && message !== undefined) {
        commentCount += 1;
        comments.write(PARTS_OF_TEXT.comment(`${columnName(badCell)}${rowCount}`, encodeCellText(message)));
        shapes.write(PARTS_OF_TEXT.commentShape(rowCount - 1, badCell, commentCount));
      }
      return `<row r="${rowCount}">${xml.join('')}</row>`;
    },
    end: () => PARTS_OF_TEXT.sheetEnd(`A1:${columnName(Math.max(0, header.length - 1))}${rowCount}`, commentCount > 0),
    *comments() {
      yield Buffer.from(PARTS_OF_TEXT.commentsStart);
      yield* comments.read();
      yield Buffer.from(PARTS_OF_TEXT.commentsEnd);
    },
    *commentShapes() {
      yield Buffer.from(PARTS_OF_TEXT.shapesStart);
      yield* shapes.read();
      yield Buffer.from(PARTS_OF_TEXT.shapesEnd);
    },
  };
}

/** In characters of the default font; a Chinese one is twice as wide. */
function widthOf(name: string): number {
  let width = 4;
  for (const character of name.slice(0, 60)) width += (character.codePointAt(0) ?? 0) > 0x2e7f ? 2 : 1;
  return Math.max(12, width);
}

type Spool = { write(text: string): void; read(): Iterable<Buffer> };

const SPOOL_CHARACTERS = 256 * 1024;

/** Text that waits for its turn, deflated in memory: no file with members' data is left by a crash. */
export function spool(): Spool {
  const chunks: Buffer[] = [];
  let waiting: string[] = [];
  let length = 0;
  const deflate = (): void => {
    if (length === 0) return;
    chunks.push(deflateRawSync(Buffer.from(waiting.join(''), 'utf8'), { level: 1 }));
    waiting = [];
    length = 0;
  };
  return {
    write(text) {
      waiting.push(text);
      length += text.length;
      if (length >= SPOOL_CHARACTERS) deflate();
    },
    *read() {
      deflate();
      for (const chunk of chunks) yield inflateRawSync(chunk);
    },
  };
}
