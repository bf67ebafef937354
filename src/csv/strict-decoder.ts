import { isUtf8 } from 'node:buffer';

/**
 * The bytes as UTF-8, or undefined when one of them is no character in the encoding: never U+FFFD.
 * `bytes` must end where a character ends. `encoding` is a canonical name of `findEncoding`.
 */
export function toUtf8(bytes: Buffer, encoding: string): Buffer | undefined {
  if (encoding === 'utf-8') return isUtf8(bytes) ? bytes : undefined;
  const text = decodeText(bytes, encoding, false);
  return text === undefined ? undefined : Buffer.from(text, 'utf8');
}

/** Where the first character begins that cannot be decoded; only for bytes which `toUtf8` refuses. */
export function firstInvalidByte(bytes: Buffer, encoding: string): number {
  // Every start of a valid start is valid, so the longest one can be searched by halves.
  let valid = 0;
  let invalid = bytes.length + 1;
  while (invalid - valid > 1) {
    const middle = (valid + invalid) >>> 1;
    if (decodeText(bytes.subarray(0, middle), encoding, true) === undefined) invalid = middle;
    else valid = middle;
  }
  // It may end within the character that turns out invalid: go back to where that begins.
  let start = valid;
  while (start > 0 && decodeText(bytes.subarray(0, start), encoding, false) === undefined) start -= 1;
  return start;
}

function decodeText(bytes: Buffer, encoding: string, mayEndWithinCharacter: boolean): string | undefined {
  if (encoding === 'windows-1252') return decodeWindows1252(bytes);
  // A subset that Node decodes leniently; the Encoding Standard, too, decodes GBK as GB18030.
  const name = encoding === 'gbk' ? 'gb18030' : encoding;
  try {
    const text = new TextDecoder(name, { fatal: true, ignoreBOM: true }).decode(bytes, {
      stream: mayEndWithinCharacter,
    });
    if (COVERS_UNICODE.has(name)) return text;
    return NOT_A_CHARACTER.test(text) ? undefined : text;
  } catch {
    return undefined;
  }
}

const COVERS_UNICODE: ReadonlySet<string> = new Set(['utf-8', 'utf-16le', 'utf-16be', 'gb18030']);

/**
 * For bytes without a character, Node's ICU gives C1 controls or private-use characters in the older
 * encodings even when `fatal` (seen on Node 20: Big5 0xFF gives U+F8F8). That would be silent damage.
 */
const NOT_A_CHARACTER = /[\u0080-\u009f\ue000-\uf8ff]/;

/** Node 20 decodes windows-1252 as Latin-1, so that 0x80 is a control character instead of `€`. */
function decodeWindows1252(bytes: Buffer): string | undefined {
  const text = bytes.toString('latin1');
  const decoded = text.replace(/[\u0080-\u009f]/g, (control) => WINDOWS_1252[control.charCodeAt(0) - 0x80] ?? control);
  return NOT_A_CHARACTER.test(decoded) ? undefined : decoded;
}

/** 0x80 to 0x9F, from the Encoding Standard; a blank where the code page has no character. */
const WINDOWS_1252 = Array.from('€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ');
