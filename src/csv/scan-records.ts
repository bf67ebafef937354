import { fileError } from '../base/errors.ts';

/** A record beyond this is almost surely an unclosed quote. A guess: a member with 16 columns has some hundred bytes. */
export const RECORD_BYTES_MAX = 1024 * 1024;

/** Whole records, and the line on which each starts; 0 for a blank line, which the parser sees but nobody wants. */
export type RecordBatch = { readonly bytes: Buffer; readonly lineNumbers: readonly number[] };

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
 * refused here.
 *
 * Within a record: `cellStart → plain | quoted`, `quoted → quoteSeen`, `quoteSeen → quoted` (a doubled quote);
 * a delimiter leads back to `cellStart`, a line end ends the record, except in `quoted`.
 */
export function recordScanner(path: string, delimiter: string): RecordScanner {
  const kinds = byteKinds(delimiter);
  let pending: Buffer = Buffer.alloc(0);
  let state: number = CELL_START;
  let lineNumber = 1;
  let recordLine = 1;
  let quoteLine = 1;
  let columnNumber = 1;
  let isBlank = true;

  const place = () => `${path}, line ${lineNumber}, column ${columnNumber}`;

  const scan = (bytes: Buffer, from: number): RecordBatch => {
    const lineNumbers: number[] = [];
    let recordStart = 0;
    for (let index = from; index < bytes.length; index += 1) {
      const kind = kinds[bytes[index] ?? 0];
      if (kind === ORDINARY) {
        if (state === QUOTE_SEEN) throw textAfterQuote(place(), quoteLine);
        if (state === CELL_START) state = PLAIN;
        isBlank = false;
      } else if (kind === QUOTE) {
        if (state === PLAIN) throw quoteInCell(place());
        if (state === CELL_START) quoteLine = lineNumber;
        state = state === QUOTED ? QUOTE_SEEN : QUOTED;
        isBlank = false;
      } else if (kind === SPACE) {
        if (state === QUOTE_SEEN) throw textAfterQuote(place(), quoteLine);
        if (state === CELL_START) state = PLAIN;
      } else if (kind === DELIMITER) {
        if (state === QUOTED) continue;
        state = CELL_START;
        columnNumber += 1;
        isBlank = false;
      } else {
        if (kind === CARRIAGE_RETURN && bytes[index + 1] === 0x0a) index += 1;
        lineNumber += 1;
        if (state === QUOTED) continue;
        if (index + 1 - recordStart > RECORD_BYTES_MAX) throw tooLong(path, recordLine, undefined);
        lineNumbers.push(isBlank ? 0 : recordLine);
        recordStart = index + 1;
        recordLine = lineNumber;
        columnNumber = 1;
        isBlank = true;
        state = CELL_START;
      }
    }
    pending = bytes.subarray(recordStart);
    if (pending.length > RECORD_BYTES_MAX) throw tooLong(path, recordLine, state === QUOTED ? quoteLine : undefined);
    return { bytes: bytes.subarray(0, recordStart), lineNumbers };
  };

  return {
    push: (block) => (pending.length === 0 ? scan(block, 0) : scan(Buffer.concat([pending, block]), pending.length)),
    end() {
      if (state === QUOTED) {
        throw fileError(
          'UNCLOSED_QUOTE',
          `${path}, line ${quoteLine}, column ${columnNumber}: the quote that opens here is never closed.`,
          'Close the quote, or take it away; a quote within a quoted cell is written twice.',
        );
      }
      const batch = { bytes: pending, lineNumbers: pending.length === 0 ? [] : [isBlank ? 0 : recordLine] };
      pending = Buffer.alloc(0);
      return batch;
    },
    lineNumber: () => lineNumber,
  };
}

const CELL_START = 0;
const PLAIN = 1;
const QUOTED = 2;
const QUOTE_SEEN = 3;

const ORDINARY = 0;
const QUOTE = 1;
const SPACE = 2;
const DELIMITER = 3;
const LINE_FEED = 4;
const CARRIAGE_RETURN = 5;

function byteKinds(delimiter: string): Uint8Array {
  const kinds = new Uint8Array(256);
  kinds[0x22] = QUOTE;
  kinds[0x20] = SPACE;
  kinds[0x0a] = LINE_FEED;
  kinds[0x0d] = CARRIAGE_RETURN;
  kinds[delimiter.charCodeAt(0)] = DELIMITER;
  return kinds;
}

const DOUBLED =
  'Put the whole cell in quotes, without spaces around them, and write each quote within it twice: "say ""hi""".';

function quoteInCell(place: string) {
  return fileError('STRAY_QUOTE', `${place}: a quote stands within a cell that does not begin with one.`, DOUBLED);
}

function textAfterQuote(place: string, quoteLine: number) {
  return fileError(
    'STRAY_QUOTE',
    `${place}: text follows a closing quote (the cell's quote opened on line ${quoteLine}).`,
    DOUBLED,
  );
}

function tooLong(path: string, recordLine: number, quoteLine: number | undefined) {
  const quote = quoteLine === undefined ? '' : ` The quote that opened on line ${quoteLine} is not closed.`;
  return fileError(
    'ROW_TOO_LONG',
    `${path}, line ${recordLine}: the row that begins here is longer than 1 MiB.${quote}`,
    'This is nearly always a quote that is never closed: look at that line.',
  );
}
