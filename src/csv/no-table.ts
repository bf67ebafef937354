import { fileError } from '../base/errors.ts';
import { fileTexts } from '../texts/tables/files.ts';

/** What a file is that is no CSV file, by its first bytes. Undefined: it may be one. */
export function whatFileIs(head: Buffer): 'zip' | 'other' | undefined {
  if (head.subarray(0, 4).equals(ZIP)) return 'zip';
  return findSignature(head) === undefined && !isMarkup(head) ? undefined : 'other';
}

/** Refuses with what the file is and what to do. `head` is the start of the file. */
export function refuseNoTable(name: string, head: Buffer): never {
  const { kinds, notATable } = fileTexts();
  const [what, hint] = kinds[findSignature(head)?.kind ?? 'webPage'];
  throw fileError('NOT_CSV', notATable(name, what), hint);
}

const ZIP = Buffer.from('PK\u0003\u0004', 'latin1');

const SIGNATURES: readonly { bytes: Buffer; kind: keyof ReturnType<typeof fileTexts>['kinds'] }[] = [
  { bytes: Buffer.from('d0cf11e0a1b11ae1', 'hex'), kind: 'oldWorkbook' },
  { bytes: Buffer.from('0908', 'hex'), kind: 'veryOldWorkbook' },
  { bytes: Buffer.from('%PDF'), kind: 'pdf' },
  { bytes: Buffer.from('1f8b08', 'hex'), kind: 'gzip' },
  { bytes: Buffer.from('Rar!'), kind: 'rar' },
  { bytes: Buffer.from('377abcaf271c', 'hex'), kind: 'sevenZip' },
  { bytes: Buffer.from('SQLite format 3'), kind: 'sqlite' },
  { bytes: Buffer.from('-----BEGIN '), kind: 'pem' },
  { bytes: Buffer.from('89504e470d0a1a0a', 'hex'), kind: 'picture' },
  { bytes: Buffer.from('ffd8ff', 'hex'), kind: 'picture' },
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
