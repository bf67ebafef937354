import { isAscii } from 'node:buffer';
import { fileError } from '../base/errors.ts';
import { fileTexts } from '../texts/tables/files.ts';
import { characterCosts, costOfText } from './character-costs.ts';
import { decodeStrictly } from './strict-decoder.ts';
import { withoutWords } from './table-header.ts';
import { findByteOrderMark, utf32 } from './text-encoding.ts';

export type TextEncoding = {
  /** Canonical name: `utf-8`, `utf-16le`, `gb18030`, … */
  readonly name: string;
  readonly byteOrderMarkLength: number;
  /** `assumed`: only ASCII was seen so far, and UTF-8 is taken until other bytes come. */
  readonly source: 'mark' | 'told' | 'found' | 'assumed';
  /** One sentence for the person, when an encoding other than UTF-8 was found. */
  readonly note?: string;
  /** The hint when bytes cannot be decoded: the encoding that they do fit. */
  readonly advice?: string;
};

export type EncodingOptions = {
  /** A canonical name of `findEncoding`. */
  readonly told: string | undefined;
  readonly isHeaderName: (text: string) => boolean;
};

/**
 * Decides on the start of a file: its byte order mark, else what the caller told, else strict UTF-8, else the
 * candidate whose text is likeliest to be a member list. Throws BAD_ENCODING when nothing fits, when candidates are
 * too close to tell apart, and when what was told makes text that nobody has.
 */
export function decideEncoding(name: string, head: Buffer, options: EncodingOptions): TextEncoding {
  const mark = findByteOrderMark(name, head);
  if (mark !== undefined) {
    if (options.told !== undefined && options.told !== mark.encoding) {
      throw fileError(
        'BAD_ENCODING',
        fileTexts().otherMark(name, mark.encoding, options.told),
        fileTexts().otherMarkHint,
      );
    }
    return { name: mark.encoding, byteOrderMarkLength: mark.byteLength, source: 'mark' };
  }
  if (options.told !== undefined) {
    return toldEncoding(name, head, options.told, options);
  }
  return findEncodingOf(name, head, options);
}

/** As `decideEncoding`, for bytes without a mark that nobody has told the encoding of. */
export function findEncodingOf(name: string, bytes: Buffer, options: EncodingOptions): TextEncoding {
  if (isAscii(bytes) && !bytes.includes(0)) {
    if (ESCAPE_SEQUENCES.some((sequence) => bytes.includes(sequence))) {
      throw fileError('BAD_ENCODING', fileTexts().iso2022(name), fileTexts().saveAsUtf8);
    }
    return { name: 'utf-8', byteOrderMarkLength: 0, source: 'assumed' };
  }
  if (looksLikeUtf32(bytes)) throw utf32(name);
  const sample = sampleOf(bytes);
  if (isPlainUtf8(sample, sample.length === SAMPLE_BYTES))
    return { name: 'utf-8', byteOrderMarkLength: 0, source: 'found' };
  // A damaged UTF-8 file: the decoder tells where. In a small one the bad bytes may be a good part.
  if (isDamagedUtf8(sample)) return { name: 'utf-8', byteOrderMarkLength: 0, source: 'found' };
  const candidates = rankCandidates(sample, sample.length === SAMPLE_BYTES, options.isHeaderName);
  const [best, second] = candidates;
  // Mostly UTF-8 with a bad byte is a damaged UTF-8 file: the decoder tells where.
  if (best === undefined || !isPlausible(best)) {
    if (isMostlyUtf8(sample)) return { name: 'utf-8', byteOrderMarkLength: 0, source: 'found' };
    throw unsure(name, candidates);
  }
  if (second !== undefined && second.cost - best.cost < MARGIN) throw unsure(name, candidates);
  const encoding = { name: best.encoding, byteOrderMarkLength: 0, source: 'found' } as const;
  return best.encoding === 'utf-8' ? encoding : { ...encoding, note: chosenNote(best, second) };
}

/** What is scored: more tells nothing new, and costs time. */
const SAMPLE_BYTES = 64 * 1024;
/** How many times likelier the chosen candidate must be, as a power of ten. Tried on generated lists of one row. */
const MARGIN = 2;
const ESCAPE_SEQUENCES = ['\u001b$', '\u001b('];

type Candidate = {
  readonly encoding: string;
  readonly text: string;
  /** Less is likelier. */
  readonly cost: number;
  readonly knownHeaders: readonly string[];
  /** It has a cell `result_for` as memberload writes it. */
  readonly isOwnResult: boolean;
  readonly foreignCount: number;
  /** For one character that is not ASCII. */
  readonly meanCost: number;
};

/** In this order candidates win a tie; the number is what the first users are likelier to have, as a power of ten. */
const CANDIDATES: readonly (readonly [encoding: string, prior: number])[] = [
  ['utf-8', 2],
  ['utf-16le', 1],
  ['utf-16be', 0.5],
  ['gb18030', 1],
  ['big5', 1],
  ['shift_jis', 0],
  ['euc-kr', 0],
  ['windows-1252', 0],
  ['euc-jp', -0.5],
  ['windows-1251', -1],
];

/** The likeliest first; of several that read the same text only one. */
function rankCandidates(sample: Buffer, isCut: boolean, isHeaderName: (text: string) => boolean): Candidate[] {
  const hasNul = sample.includes(0);
  const ranked: Candidate[] = [];
  for (const [encoding, prior] of CANDIDATES) {
    const isUtf16 = encoding.startsWith('utf-16');
    // Text in UTF-16 has commas and line ends, and each of those has a NUL; no other text has one.
    if (isUtf16 ? !hasNul : hasNul && encoding !== 'utf-8') continue;
    const text = decodeStrictly(sample, encoding, isCut || isUtf16);
    // Strict UTF-8 is no accident, whatever its characters are.
    if (text === undefined || text === '' || (encoding !== 'utf-8' && NO_TEXT.test(text))) continue;
    if (ranked.some((other) => other.text === text)) continue;
    const { total, foreignCost, foreignCount } = costOfText(text, characterCosts(encoding));
    const knownHeaders = foreignHeaders(text, isHeaderName);
    const ownPlaceCount = text.match(OWN_PLACE)?.length ?? 0;
    ranked.push({
      encoding,
      text,
      cost: total - prior - HEADER_EVIDENCE * (knownHeaders.length + ownPlaceCount),
      isOwnResult: ownPlaceCount > 0,
      knownHeaders,
      foreignCount,
      meanCost: foreignCount === 0 ? 0 : foreignCost / foreignCount,
    });
  }
  return ranked.sort((one, other) => one.cost - other.cost);
}

/** No wrong reading of bytes makes a column name that we know. */
const HEADER_EVIDENCE = 8;
/**
 * The end of `result_for` (`topup kybio …CDEF`). In a result with nothing else beyond ASCII, which a spreadsheet has
 * saved again, the dots of each row are all that tells the encoding.
 */
const OWN_PLACE = /\b(?:import|topup|export) [^,;\t\r\n]{1,200}…[^\s,;"']{4}(?=["',;\t\r\n]|$)/gu;
/** Unassigned and private-use characters, and controls beyond tab and line ends. */
const NO_TEXT = /(?![\t\n\v\f\r\0])\p{Cc}|\p{Cn}|\p{Co}/u;

/** Known column names in the first lines that are not all ASCII: those say something about the encoding. */
function foreignHeaders(text: string, isHeaderName: (text: string) => boolean): string[] {
  const lines = text.split(/\r\n|\n|\r/, 20);
  const cells = lines.flatMap((line) => (line.length > 4096 ? [] : line.split(/[,;\t|]/)));
  const names = cells.map((cell) => cell.replace(/^["'\s]+|["'\s]+$/g, '')).filter((cell) => /\P{ASCII}/u.test(cell));
  return [...new Set(names.filter((cell) => cell.length <= 64 && isHeaderName(cell)))];
}

/** Above this a character is, on average, one that nobody's name has: bytes that are no text in the encoding. */
function isPlausible(candidate: Candidate): boolean {
  const { encoding, knownHeaders, isOwnResult, foreignCount } = candidate;
  if (encoding === 'utf-8' || knownHeaders.length > 0 || isOwnResult || foreignCount === 0) return true;
  return candidate.meanCost <= (encoding.startsWith('windows') ? 4.2 : 5.6);
}

/** From the start, or from the line of the first byte beyond ASCII when that comes late: plain ASCII tells nothing. */
function sampleOf(bytes: Buffer): Buffer {
  const first = bytes.findIndex((byte) => byte >= 0x80);
  const start = first < SAMPLE_BYTES / 2 || bytes.includes(0) ? 0 : bytes.lastIndexOf(0x0a, first) + 1;
  return bytes.subarray(start, start + SAMPLE_BYTES);
}

/**
 * Valid UTF-8 with a character of three bytes, or with many of two, is nothing else; but UTF-16 that is mostly ASCII
 * is valid UTF-8 as well, full of NULs.
 */
function isPlainUtf8(sample: Buffer, isCut: boolean): boolean {
  const text = decodeStrictly(sample, 'utf-8', isCut);
  if (text === undefined) return false;
  const nulCount = text.split('\0').length - 1;
  if (nulCount * 20 > sample.length) return false;
  const foreign = text.replace(/\p{ASCII}+/gu, '');
  return foreign === '' || /[\u0800-\uffff]/.test(foreign) || foreign.length > 24;
}

/**
 * Half of the bytes beyond ASCII are characters of three or four bytes in UTF-8, such as Chinese. Text in no other
 * encoding has more than a few of these by accident.
 */
function isDamagedUtf8(sample: Buffer): boolean {
  const characters = sample.toString('utf8').match(/[\u0800-\ufffc]|[\u{10000}-\u{10ffff}]/gu) ?? [];
  const foreignCount = sample.reduce((count, byte) => (byte < 0x80 ? count : count + 1), 0);
  return characters.length > 0 && Buffer.byteLength(characters.join('')) * 2 >= foreignCount;
}

/** Nine in ten of the bytes beyond ASCII belong to valid UTF-8. */
function isMostlyUtf8(sample: Buffer): boolean {
  const text = sample.toString('utf8');
  const damaged = text.split('\ufffd').length - 1;
  const foreign = text.replace(/[\p{ASCII}\ufffd]+/gu, '').length;
  return foreign > 0 && damaged * 9 <= foreign;
}

/** Three bytes of four are NUL, always the same ones: ASCII in UTF-32. */
function looksLikeUtf32(bytes: Buffer): boolean {
  const sample = bytes.subarray(0, 64);
  if (sample.length < 8) return false;
  const isText = (place: number) => sample.every((byte, index) => index % 4 === place || byte === 0);
  return isText(0) || isText(3);
}

/** A told encoding counts, unless its text is one that nobody has while another encoding reads well. */
function toldEncoding(name: string, head: Buffer, told: string, options: EncodingOptions): TextEncoding {
  const encoding = { name: told, byteOrderMarkLength: 0, source: 'told' } as const;
  const sample = head.subarray(0, SAMPLE_BYTES);
  if (isAscii(sample) && !sample.includes(0)) return encoding;
  const toldName = told === 'gbk' ? 'gb18030' : told;
  const candidates = rankCandidates(sample, head.length > SAMPLE_BYTES, options.isHeaderName);
  const [best] = candidates;
  if (best === undefined || best.encoding === toldName || !isPlausible(best)) return encoding;
  const advice = fileTexts().betterEncoding(best.encoding, firstForeignRow(best.text));
  const other = candidates.find((candidate) => candidate.encoding === toldName);
  // Not among the candidates: its bytes cannot all be decoded, and the decoder tells where when it comes there.
  if (other === undefined || other.cost - best.cost <= TOLD_MARGIN) return { ...encoding, advice };
  throw fileError('BAD_ENCODING', fileTexts().notInEncoding(name, told, firstForeignRow(other.text)), advice);
}

/** What was told is believed until it is this much less likely, as a power of ten. */
const TOLD_MARGIN = 12;

function chosenNote(best: Candidate, second: Candidate | undefined): string {
  const { encodingByNames, encodingByCharacters } = fileTexts();
  return best.knownHeaders.length > 0
    ? encodingByNames(best.encoding, best.knownHeaders.slice(0, 3))
    : encodingByCharacters(best.encoding, second?.encoding);
}

function unsure(name: string, candidates: readonly Candidate[]) {
  const texts = fileTexts();
  const [first] = candidates;
  if (first === undefined) return fileError('BAD_ENCODING', texts.noEncoding(name), texts.noEncodingHint);
  const readings = candidates
    .slice(0, 3)
    .map((candidate) => [candidate.encoding, firstForeignRow(candidate.text)] as const);
  return fileError('BAD_ENCODING', texts.unsureEncoding(name, readings), texts.unsureEncodingHint(first.encoding));
}

/** The first line that looks different in different encodings, shortened for a message. It may be a key. */
function firstForeignRow(text: string): string {
  const lines = text.split(/\r\n|\n|\r/).filter((line) => /\P{ASCII}/u.test(line));
  const line = withoutWords(lines[1] ?? lines[0] ?? text);
  return `"${line.length > 60 ? `${line.slice(0, 60)}…` : line}"`;
}
