import { fileError, usageError } from '../base/errors.ts';
import { toUtf8 } from './strict-decoder.ts';

export type TextEncoding = {
  /** Canonical name: `utf-8`, `utf-16le`, `gbk`, … */
  readonly name: string;
  readonly byteOrderMarkLength: number;
  /** Whether the file or the caller said so; false when UTF-8 is only assumed. */
  readonly isTold: boolean;
};

/** The byte order mark decides, else what the caller told, else UTF-8. `head` is the start of the file. */
export function decideEncoding(path: string, head: Buffer, told: string | undefined): TextEncoding {
  const mark = BYTE_ORDER_MARKS.find(({ bytes }) => head.subarray(0, bytes.length).equals(bytes));
  if (mark !== undefined) {
    if (told !== undefined && told !== mark.encoding) {
      throw fileError(
        'BAD_ENCODING',
        `${path} begins with the byte order mark of ${mark.encoding}, but --encoding says ${told}.`,
        'Leave --encoding away.',
      );
    }
    return { name: mark.encoding, byteOrderMarkLength: mark.bytes.length, isTold: true };
  }
  if (told !== undefined) return { name: told, byteOrderMarkLength: 0, isTold: true };
  const bare = bareUtf16(head);
  if (bare !== undefined) {
    throw fileError(
      'BAD_ENCODING',
      `${path} looks like UTF-16 without a byte order mark.`,
      `Run again with --encoding ${bare}, or save the file as CSV UTF-8.`,
    );
  }
  return { name: 'utf-8', byteOrderMarkLength: 0, isTold: false };
}

/** The canonical name of an encoding as a user writes it; a usage error when nobody knows it. */
export function findEncoding(name: string): string {
  const label = name.trim().toLowerCase();
  try {
    const encoding = new TextDecoder(CODE_PAGES.get(label) ?? label).encoding;
    // Stateful: a line end does not have to be a character's end.
    if (encoding !== 'iso-2022-jp') return encoding;
  } catch {
    // Unknown: told below.
  }
  throw usageError(
    'UNKNOWN_ENCODING',
    `Encoding '${name}' is not known.`,
    'Common ones: utf-8, utf-16le, utf-16be, gb18030, gbk, big5, shift_jis, euc-kr, windows-1252.',
  );
}

/** What to type when bytes are no UTF-8: the encoding they do fit. `sample` holds whole characters. */
export function encodingHint(sample: Buffer): string {
  const isGb18030 = toUtf8(sample, 'gb18030') !== undefined;
  const isBig5 = toUtf8(sample, 'big5') !== undefined;
  if (isBig5 && (!isGb18030 || looksLikeBig5(sample))) {
    return 'The bytes fit Big5 (traditional Chinese Excel): run again with --encoding big5, or with --encoding gb18030 if names come out wrong, or save the file as CSV UTF-8.';
  }
  if (isGb18030) {
    const orBig5 = isBig5 ? ', or with --encoding big5 if names come out wrong' : '';
    return `The bytes fit GB18030 (simplified Chinese Excel): run again with --encoding gb18030${orBig5}, or save the file as CSV UTF-8.`;
  }
  return 'Save the file as CSV UTF-8, or name its encoding: --encoding windows-1252, shift_jis, euc-kr, ….';
}

const BYTE_ORDER_MARKS = [
  { encoding: 'utf-8', bytes: Buffer.from([0xef, 0xbb, 0xbf]) },
  { encoding: 'utf-16le', bytes: Buffer.from([0xff, 0xfe]) },
  { encoding: 'utf-16be', bytes: Buffer.from([0xfe, 0xff]) },
];

/** Names that people know from Windows or iconv and that the Encoding Standard does not. */
const CODE_PAGES: ReadonlyMap<string, string> = new Map([
  ['utf16le', 'utf-16le'],
  ['utf16be', 'utf-16be'],
  ['utf16', 'utf-16le'],
  ['cp65001', 'utf-8'],
  ['cp936', 'gbk'],
  ['cp950', 'big5'],
  ['cp932', 'shift_jis'],
  ['cp949', 'euc-kr'],
]);

/**
 * ASCII text in UTF-16 is valid UTF-8 full of NULs, and would read as nonsense. Text proper has no NUL
 * in every second place; a guess (32 bytes), and it only refuses, never decides.
 */
function bareUtf16(head: Buffer): 'utf-16le' | 'utf-16be' | undefined {
  const sample = head.subarray(0, 32);
  if (sample.length < 8) return undefined;
  const isNul = (offset: number) => sample.every((byte, index) => (index % 2 === offset) === (byte === 0));
  if (isNul(1)) return 'utf-16le';
  return isNul(0) ? 'utf-16be' : undefined;
}

/**
 * Most Big5 text is valid GB18030 as well. Its second bytes lie below 0x7F in about four characters of
 * ten; in GB2312 text, which the simplified characters in use belong to, never.
 */
function looksLikeBig5(bytes: Buffer): boolean {
  let pairs = 0;
  let lowSecondBytes = 0;
  for (let index = 0; index < bytes.length - 1; index += 1) {
    if ((bytes[index] ?? 0) < 0x80) continue;
    index += 1;
    pairs += 1;
    if ((bytes[index] ?? 0) < 0x80) lowSecondBytes += 1;
  }
  return lowSecondBytes * 10 > pairs;
}
