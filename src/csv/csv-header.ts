import { fileError, usageError } from '../base/errors.ts';

/** What the header line tells about the file: the line where columns begin to have names. */
export type HeaderLine = { readonly delimiter: string; readonly lineEnding: '\n' | '\r\n' };

/** The characters that are looked for when nobody names the delimiter; the first wins a tie. */
const USUAL_DELIMITERS = [',', ';', '\t', '|'];

/**
 * Reads the delimiter and the line end off the first line that is not blank, looking only outside quotes.
 * Undefined when that line is not complete in `text` and more of it `mayFollow`.
 */
export function readHeaderLine(text: Buffer, mayFollow: boolean): HeaderLine | undefined {
  const counts = new Map(USUAL_DELIMITERS.map((delimiter) => [delimiter.charCodeAt(0), 0]));
  let isQuoted = false;
  let isBlank = true;
  for (let index = 0; index < text.length; index += 1) {
    const byte = text[index] ?? 0;
    if (byte === 0x22) isQuoted = !isQuoted;
    if (!isQuoted && (byte === 0x0a || byte === 0x0d) && !isBlank) {
      return { delimiter: mostUsed(counts), lineEnding: byte === 0x0d && text[index + 1] === 0x0a ? '\r\n' : '\n' };
    }
    if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d) isBlank = false;
    const count = counts.get(byte);
    if (count !== undefined && !isQuoted) counts.set(byte, count + 1);
  }
  return mayFollow ? undefined : { delimiter: mostUsed(counts), lineEnding: '\n' };
}

/** The delimiter as a user writes it: one ASCII character, or `\t` or `tab`, which a shell makes hard to type. */
export function findDelimiter(text: string): string {
  const delimiter = text === '\\t' || text.toLowerCase() === 'tab' ? '\t' : text;
  if (/^[\t!-~]$/.test(delimiter) && !/["'0-9A-Za-z]/.test(delimiter)) return delimiter;
  throw usageError(
    'BAD_DELIMITER',
    `Delimiter '${text}' cannot be used.`,
    "Give one ASCII sign, such as ',', ';', '|' or 'tab'.",
  );
}

/**
 * Checks the header's cells and returns the column names, without the nameless columns that Excel leaves at
 * the right end. Throws `fileError`s.
 */
export function checkHeader(path: string, lineNumber: number, cells: readonly string[]): string[] {
  const names = cells.map((cell) => cell.trim());
  while (names.length > 0 && names.at(-1) === '') names.pop();
  const place = `${path}, line ${lineNumber}`;
  const blank = names.indexOf('');
  if (blank !== -1 || names.length === 0) {
    throw fileError(
      'BLANK_HEADER',
      `${place}: column ${blank === -1 ? 1 : blank + 1} has no name.`,
      'Give every column a name in the first line.',
    );
  }
  if (names.every(looksLikeData)) {
    throw fileError(
      'NO_HEADER',
      `${place}: the first line looks like data: ${names.slice(0, 3).join(', ')}.`,
      'Put a line with the column names first.',
    );
  }
  const columnNumbers = new Map<string, number>();
  names.forEach((name, index) => {
    const earlier = columnNumbers.get(name);
    if (earlier !== undefined) {
      throw fileError(
        'DUPLICATE_HEADER',
        `${place}: columns ${earlier} and ${index + 1} are both named '${name}'.`,
        'Rename or remove one of them.',
      );
    }
    columnNumbers.set(name, index + 1);
  });
  return names;
}

/** A number, phone number, date or e-mail address: no name that anybody gives a column. */
export function looksLikeData(name: string): boolean {
  return /^[+-]?[0-9][0-9 .,:/-]*$/.test(name) || /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(name);
}

function mostUsed(counts: ReadonlyMap<number, number>): string {
  let best = ',';
  let bestCount = 0;
  for (const [byte, count] of counts) {
    if (count > bestCount) {
      best = String.fromCharCode(byte);
      bestCount = count;
    }
  }
  return best;
}
