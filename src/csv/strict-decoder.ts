import { isUtf8 } from 'node:buffer';
import { createRequire } from 'node:module';
import type * as Iconv from 'iconv-lite';

/**
 * The bytes as UTF-8, or undefined when one of them is no character in the encoding: never U+FFFD.
 * `bytes` must end where a character ends. `encoding` is a canonical name of `findEncoding`.
 */
export function toUtf8(bytes: Buffer, encoding: string): Buffer | undefined {
  if (encoding === 'utf-8') return isUtf8(bytes) ? bytes : undefined;
  const text = decodeStrictly(bytes, encoding);
  return text === undefined ? undefined : Buffer.from(text, 'utf8');
}

/** As `toUtf8`, as a string. With `mayEndWithinCharacter` an unfinished last character is left out. */
export function decodeStrictly(bytes: Buffer, encoding: string, mayEndWithinCharacter = false): string | undefined {
  if (UNICODE_ENCODINGS.has(encoding)) {
    try {
      return new TextDecoder(encoding, { fatal: true, ignoreBOM: true }).decode(bytes, {
        stream: mayEndWithinCharacter,
      });
    } catch {
      return undefined;
    }
  }
  const decoder = iconv().getDecoder(ICONV_NAMES.get(encoding) ?? encoding);
  const text = decoder.write(bytes) + (mayEndWithinCharacter ? '' : (decoder.end() ?? ''));
  return NOT_A_CHARACTER.test(text) ? undefined : text;
}

/** Where the first character begins that cannot be decoded; only for bytes which `toUtf8` refuses. */
export function firstInvalidByte(bytes: Buffer, encoding: string): number {
  // Every start of a valid start is valid, so the longest one can be searched by halves.
  let valid = 0;
  let invalid = bytes.length + 1;
  while (invalid - valid > 1) {
    const middle = (valid + invalid) >>> 1;
    if (decodeStrictly(bytes.subarray(0, middle), encoding, true) === undefined) invalid = middle;
    else valid = middle;
  }
  // It may end within the character that turns out invalid: go back to where that begins.
  let start = valid;
  while (start > 0 && decodeStrictly(bytes.subarray(0, start), encoding) === undefined) start -= 1;
  return start;
}

/** Whether our decoders know the encoding. */
export function canDecode(encoding: string): boolean {
  return UNICODE_ENCODINGS.has(encoding) || iconv().encodingExists(ICONV_NAMES.get(encoding) ?? encoding);
}

let loaded: typeof Iconv | undefined;

/** Loaded with the first file that is not Unicode: that takes half as long as the start of Node. */
function iconv(): typeof Iconv {
  loaded ??= createRequire(import.meta.url)('iconv-lite') as typeof Iconv;
  return loaded;
}

const UNICODE_ENCODINGS: ReadonlySet<string> = new Set(['utf-8', 'utf-16le', 'utf-16be']);

/**
 * iconv-lite decodes the older encodings, the same on every version of Node. Node's own decoder knows neither the
 * characters of Hong Kong in Big5 nor the later half of CP949, and reads windows-1252 as Latin-1 (seen on Node 20).
 */
const ICONV_NAMES: ReadonlyMap<string, string> = new Map([
  ['gbk', 'gb18030'],
  ['big5', 'big5hkscs'],
  ['euc-kr', 'cp949'],
  ['shift_jis', 'shiftjis'],
  ['euc-jp', 'eucjp'],
]);

/**
 * What no text has: C1 controls, private use, U+FFFD, which stands for bytes without a character, and the high
 * surrogates of the private planes. Big5 told to be GB18030 shows itself by private use.
 */
const NOT_A_CHARACTER = /[\u0080-\u009f\ue000-\uf8ff\ufffd\udb80-\udbff]/;
