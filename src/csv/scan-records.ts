import { fileError } from '../base/errors.ts';
import { fileTexts } from '../texts/tables/files.ts';

/** A record beyond this is almost surely an unclosed quote. A guess: a member with 16 columns has some hundred bytes. */
const RECORD_BYTES_MAX = 1024 * 1024;

/** Whole records for the parser, and what the scanner has seen of them. */
export type RecordBatch = {
  readonly bytes: Buffer;
  /** The line on which each record starts; 0 for a line of spaces. Empty lines, which the parser skips, are not in it. */
  readonly lineNumbers: readonly number[];
  /** What ends every record of the batch; undefined when they differ. */
  readonly lineEnding: '\n' | '\r\n' | undefined;
  /** Whether a cell is Excel's `="…"` without quotes around it. */
  readonly hasTextFormula: boolean;
};

export interface RecordScanner {
  /** The records that are complete with this block of whole lines; the rest waits for the next block. */
  push(block: Buffer): RecordBatch;
  /** The last record, when the file does not end in a line end. */
  end(): RecordBatch;
  /** The line that the next block begins on. */
  lineNumber(): number;
}

/**
 * Finds where records begin and end in UTF-8 text, and refuses quotes that RFC 4180 does not allow, with the
 * line where a person has to look. The parser then only has to take well-formed records apart: it says neither
 * where a quote opened nor on which line a record starts, and what it lets pass (NUL after a closing quote) is
 * refused here. A block without a quote, which is most, is only searched for its line ends.
 *
 * Within a record: `cellStart → plain | equals | quoted`, `quoted → quoteSeen`, `quoteSeen → quoted` (a doubled
 * quote), `equals → formula` (`="`), `formula → formulaEnd`; a delimiter leads back to `cellStart`, a line end ends the
 * record, except in `quoted`.
 */
export function recordScanner(name: string, delimiter: string, firstLine: number): RecordScanner {
  const kinds = byteKinds(delimiter);
  let pending: Buffer = Buffer.alloc(0);
  let state: number = CELL_START;
  let lineNumber = firstLine;
  let recordLine = firstLine;
  let quoteLine = firstLine;
  let columnNumber = 1;
  let isBlank = true;

  const place = () => fileTexts().lineAndColumn(name, lineNumber, columnNumber);

  const scan = (bytes: Buffer, from: number): RecordBatch => {
    const lineNumbers: number[] = [];
    let recordStart = 0;
    let recordCount = 0;
    let crLfCount = 0;
    let lfCount = 0;
    let hasTextFormula = false;
    for (let index = from; index < bytes.length; index += 1) {
      const kind = kinds[bytes[index] ?? 0];
      if (kind === ORDINARY || kind === EQUALS) {
        if (state === QUOTE_SEEN) throw textAfterQuote(place(), quoteLine);
        if (state === FORMULA_END) throw quoteInCell(place());
        if (state === CELL_START) state = kind === EQUALS ? EQUALS_SEEN : PLAIN;
        else if (state === EQUALS_SEEN) state = PLAIN;
        isBlank = false;
      } else if (kind === QUOTE) {
        if (state === PLAIN) throw quoteInCell(place());
        isBlank = false;
        if (state === EQUALS_SEEN || state === FORMULA_END) {
          state = FORMULA;
          hasTextFormula = true;
        } else if (state === FORMULA) state = FORMULA_END;
        else {
          if (state === CELL_START) quoteLine = lineNumber;
          state = state === QUOTED ? QUOTE_SEEN : QUOTED;
        }
      } else if (kind === SPACE) {
        if (state === QUOTE_SEEN) throw textAfterQuote(place(), quoteLine);
        if (state === FORMULA_END) throw quoteInCell(place());
        if (state === CELL_START || state === EQUALS_SEEN) state = PLAIN;
      } else if (kind === DELIMITER) {
        if (state === QUOTED) continue;
        if (state === FORMULA) throw quoteInCell(place());
        state = CELL_START;
        columnNumber += 1;
        isBlank = false;
      } else {
        if (state === FORMULA) throw quoteInCell(place());
        const isCrLf = kind === CARRIAGE_RETURN && bytes[index + 1] === 0x0a;
        if (isCrLf) index += 1;
        lineNumber += 1;
        if (state === QUOTED) continue;
        if (index + 1 - recordStart > RECORD_BYTES_MAX) throw tooLong(name, recordLine, undefined);
        recordCount += 1;
        if (isCrLf) crLfCount += 1;
        else if (kind === LINE_FEED) lfCount += 1;
        const length = index + 1 - recordStart - (isCrLf ? 2 : 1);
        if (length > 0) lineNumbers.push(isBlank ? 0 : recordLine);
        recordStart = index + 1;
        recordLine = lineNumber;
        columnNumber = 1;
        isBlank = true;
        state = CELL_START;
      }
    }
    pending = bytes.subarray(recordStart);
    if (pending.length > RECORD_BYTES_MAX) throw tooLong(name, recordLine, state === QUOTED ? quoteLine : undefined);
    const lineEnding = lfCount === recordCount ? '\n' : crLfCount === recordCount ? '\r\n' : undefined;
    return { bytes: bytes.subarray(0, recordStart), lineNumbers, lineEnding, hasTextFormula };
  };

  /** A block of whole lines without a quote: each line is a record. Undefined when lines end in a lone CR. */
  const scanLines = (bytes: Buffer): RecordBatch | undefined => {
    const lineNumbers: number[] = [];
    let line = lineNumber;
    let start = 0;
    let crLfCount = 0;
    let lineCount = 0;
    let nextReturn = bytes.indexOf(0x0d);
    while (start < bytes.length) {
      const end = bytes.indexOf(0x0a, start);
      if (end === -1) break;
      let textEnd = end;
      if (nextReturn !== -1 && nextReturn < end) {
        if (nextReturn !== end - 1) return undefined;
        textEnd = nextReturn;
        crLfCount += 1;
        nextReturn = bytes.indexOf(0x0d, end);
      }
      if (textEnd - start > RECORD_BYTES_MAX) throw tooLong(name, line, undefined);
      if (textEnd > start) lineNumbers.push(bytes[start] === 0x20 && isAllSpace(bytes, start, textEnd) ? 0 : line);
      lineCount += 1;
      line += 1;
      start = end + 1;
    }
    if (start < bytes.length) return undefined;
    lineNumber = line;
    recordLine = line;
    const lineEnding = crLfCount === 0 ? '\n' : crLfCount === lineCount ? '\r\n' : undefined;
    return { bytes, lineNumbers, lineEnding, hasTextFormula: false };
  };

  return {
    push(block) {
      if (pending.length > 0) return scan(Buffer.concat([pending, block]), pending.length);
      return (block.includes(0x22) ? undefined : scanLines(block)) ?? scan(block, 0);
    },
    end() {
      if (state === QUOTED) {
        throw fileError(
          'UNCLOSED_QUOTE',
          fileTexts().unclosedQuote(fileTexts().lineAndColumn(name, quoteLine, columnNumber)),
          fileTexts().unclosedQuoteHint,
        );
      }
      if (state === FORMULA) throw quoteInCell(place());
      const lineNumbers = pending.length === 0 ? [] : [isBlank ? 0 : recordLine];
      const batch = { bytes: pending, lineNumbers, lineEnding: undefined, hasTextFormula: pending.includes('="') };
      pending = Buffer.alloc(0);
      return batch;
    },
    lineNumber: () => lineNumber,
  };
}

function isAllSpace(bytes: Buffer, start: number, end: number): boolean {
  for (let index = start; index < end; index += 1) if (bytes[index] !== 0x20) return false;
  return true;
}

const CELL_START = 0;
const PLAIN = 1;
const QUOTED = 2;
const QUOTE_SEEN = 3;
const EQUALS_SEEN = 4;
const FORMULA = 5;
const FORMULA_END = 6;

const ORDINARY = 0;
const QUOTE = 1;
const SPACE = 2;
const DELIMITER = 3;
const LINE_FEED = 4;
const CARRIAGE_RETURN = 5;
const EQUALS = 6;

function byteKinds(delimiter: string): Uint8Array {
  const kinds = new Uint8Array(256);
  kinds[0x22] = QUOTE;
  kinds[0x20] = SPACE;
  kinds[0x0a] = LINE_FEED;
  kinds[0x0d] = CARRIAGE_RETURN;
  kinds[0x3d] = EQUALS;
  kinds[delimiter.charCodeAt(0)] = DELIMITER;
  return kinds;
}

function quoteInCell(place: string) {
  return fileError('STRAY_QUOTE', fileTexts().quoteInCell(place), fileTexts().strayQuoteHint);
}

function textAfterQuote(place: string, quoteLine: number) {
  return fileError('STRAY_QUOTE', fileTexts().textAfterQuote(place, quoteLine), fileTexts().strayQuoteHint);
}

function tooLong(name: string, recordLine: number, quoteLine: number | undefined) {
  const { line, rowTooLong, rowTooLongHint } = fileTexts();
  return fileError('ROW_TOO_LONG', rowTooLong(line(name, recordLine), quoteLine), rowTooLongHint);
}
