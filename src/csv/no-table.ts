import { fileError } from '../base/errors.ts';

/** What a file is that is no CSV file, by its first bytes. Undefined: it may be one. */
export function whatFileIs(head: Buffer): 'zip' | 'other' | undefined {
  if (head.subarray(0, 4).equals(ZIP)) return 'zip';
  return findSignature(head) === undefined && !isMarkup(head) ? undefined : 'other';
}

/** Refuses with what the file is and what to do. `head` is the start of the file. */
export function refuseNoTable(name: string, head: Buffer): never {
  const signature = findSignature(head);
  if (signature !== undefined) throw fileError('NOT_CSV', `${name} is ${signature.what}.`, signature.hint);
  throw fileError(
    'NOT_CSV',
    `${name} is a web page (HTML or XML), whatever its name says.`,
    'Open it in Excel, save it as .xlsx or as "CSV UTF-8 (Comma delimited)", and give that file.',
  );
}

const ZIP = Buffer.from('PK\u0003\u0004', 'latin1');
const SAVE_AGAIN = 'Open it in Excel, save it as .xlsx or as "CSV UTF-8 (Comma delimited)", and give that file.';
const GIVE_A_TABLE = 'Give a CSV or .xlsx file.';

const SIGNATURES: readonly { bytes: Buffer; what: string; hint: string }[] = [
  {
    bytes: Buffer.from('d0cf11e0a1b11ae1', 'hex'),
    what: 'an old Excel workbook (.xls), or a workbook with a password',
    hint: 'Open it in Excel, save it as .xlsx without a password, and give that file.',
  },
  { bytes: Buffer.from('0908', 'hex'), what: 'a very old Excel workbook (.xls)', hint: SAVE_AGAIN },
  { bytes: Buffer.from('%PDF'), what: 'a PDF file', hint: GIVE_A_TABLE },
  { bytes: Buffer.from('1f8b08', 'hex'), what: 'compressed (gzip)', hint: 'Unpack it first.' },
  { bytes: Buffer.from('Rar!'), what: 'a RAR archive', hint: 'Unpack it first.' },
  { bytes: Buffer.from('377abcaf271c', 'hex'), what: 'a 7z archive', hint: 'Unpack it first.' },
  { bytes: Buffer.from('SQLite format 3'), what: 'a SQLite database', hint: GIVE_A_TABLE },
  { bytes: Buffer.from('-----BEGIN '), what: 'a key or a certificate (PEM)', hint: GIVE_A_TABLE },
  { bytes: Buffer.from('89504e470d0a1a0a', 'hex'), what: 'a picture', hint: GIVE_A_TABLE },
  { bytes: Buffer.from('ffd8ff', 'hex'), what: 'a picture', hint: GIVE_A_TABLE },
];

function findSignature(head: Buffer) {
  return SIGNATURES.find(({ bytes }) => head.subarray(0, bytes.length).equals(bytes));
}

/** Shops' systems save HTML or XML tables under the name .xls. */
function isMarkup(head: Buffer): boolean {
  const start = head
    .subarray(0, 512)
    .toString('latin1')
    .replace(/^(\u00ef\u00bb\u00bf|\u00ff\u00fe|\u00fe\u00ff)/, '')
    .replaceAll('\u0000', '');
  return /^\s*<(!doctype|html|head|meta|table|style|body|div|\?xml|!--)/i.test(start);
}
