import { fileError, usageError } from '../base/errors.ts';
import { fileTexts } from '../texts/tables/files.ts';
import { canDecode } from './strict-decoder.ts';

/** The byte order mark that the bytes begin with. Throws for UTF-32, which nothing here reads. */
export function findByteOrderMark(name: string, head: Buffer): { encoding: string; byteLength: number } | undefined {
  const mark = BYTE_ORDER_MARKS.find(({ bytes }) => head.subarray(0, bytes.length).equals(bytes));
  if (mark === undefined) return undefined;
  if (mark.encoding.startsWith('utf-32')) throw utf32(name);
  return { encoding: mark.encoding, byteLength: mark.bytes.length };
}

export function utf32(name: string) {
  return fileError('BAD_ENCODING', fileTexts().utf32(name), fileTexts().saveAsUtf8);
}

/** The canonical name of an encoding as a user writes it; a usage error when nobody knows it. */
export function findEncoding(label: string): string {
  const name = label.trim().toLowerCase();
  try {
    const encoding = new TextDecoder(CODE_PAGES.get(name) ?? name).encoding;
    // Stateful: in ISO-2022-JP a line end does not have to be a character's end.
    if (encoding !== 'iso-2022-jp' && canDecode(encoding)) return encoding;
  } catch {
    // Unknown: told below.
  }
  throw usageError(
    'UNKNOWN_ENCODING',
    fileTexts().unknownEncoding(label),
    fileTexts().unknownEncodingHint(COMMON_ENCODINGS),
  );
}

const COMMON_ENCODINGS = [
  ...['utf-8', 'utf-16le', 'utf-16be', 'gb18030', 'gbk', 'big5', 'shift_jis', 'euc-kr', 'windows-1252'],
];

/** UTF-32 goes first: its mark begins with the one of UTF-16. */
const BYTE_ORDER_MARKS = [
  { encoding: 'utf-32le', bytes: Buffer.from([0xff, 0xfe, 0x00, 0x00]) },
  { encoding: 'utf-32be', bytes: Buffer.from([0x00, 0x00, 0xfe, 0xff]) },
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
  ['hkscs', 'big5'],
  ['cp932', 'shift_jis'],
  ['cp949', 'euc-kr'],
  ['uhc', 'euc-kr'],
]);
