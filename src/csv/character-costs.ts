import {
  HANGUL,
  HONG_KONG_HAN,
  JAPANESE_HAN,
  LATIN_LETTERS,
  SIMPLIFIED_HAN,
  TRADITIONAL_HAN,
} from './character-tables.ts';
import { decodeStrictly } from './strict-decoder.ts';

/**
 * How unlikely a member list has this text, as the sum over its characters of -log10 of a probability. The
 * candidates for an encoding read the same bytes, so their sums can be compared; a difference of 3 means "a
 * thousand times more likely". The numbers are guesses by the size of each class, tried on generated lists.
 */
type TextCost = { readonly total: number; readonly foreignCount: number; readonly foreignCost: number };

/** The cost of one character that is not ASCII, between its neighbours (0: none). */
type CharacterCost = (code: number, before: number, after: number) => number;

export function costOfText(text: string, costOf: CharacterCost): TextCost {
  let asciiCost = 0;
  let foreignCost = 0;
  let foreignCount = 0;
  let before = 0;
  for (let index = 0; index < text.length; ) {
    const code = text.codePointAt(index) ?? 0;
    index += code > 0xffff ? 2 : 1;
    if (code < 0x80) asciiCost += isControl(code) ? CONTROL : ASCII;
    else {
      const after = text.codePointAt(index) ?? 0;
      foreignCost += costOf(code, before, after);
      // "Mart韓 Hidalgo": an accented letter and its neighbour read as one character.
      if (code >= 0x1100 && (isPlainLowerCase(before) || isPlainLowerCase(after))) foreignCost += INSIDE_WORD;
      foreignCount += 1;
    }
    before = code;
  }
  return { total: asciiCost + foreignCost, foreignCount, foreignCost };
}

/** One of about 25 letters and digits. */
const ASCII = 1.4;
const CONTROL = 8;
const INSIDE_WORD = 3.5;
/** A character of the script that is in no table. */
const UNUSUAL = 6.8;
/** Letters of other alphabets, boxes, mathematical signs. */
const OUT_OF_PLACE = 7;

/** The model of each encoding that is tried: made at its first use, for most files are UTF-8. */
export function characterCosts(encoding: string): CharacterCost {
  let costs = made.get(encoding);
  if (costs === undefined) {
    costs = makeCosts(encoding);
    made.set(encoding, costs);
  }
  return costs;
}

const made = new Map<string, CharacterCost>();

function makeCosts(encoding: string): CharacterCost {
  switch (encoding) {
    case 'gb18030':
      return simplifiedChinese();
    case 'big5':
      return traditionalChinese();
    case 'shift_jis':
    case 'euc-jp':
      return japanese();
    case 'euc-kr':
      return korean();
    case 'windows-1252':
      return latin();
    case 'windows-1251':
      return cyrillic();
    default:
      return anyScript();
  }
}

/** The rows of a double-byte table, each with all characters of that row that exist. */
function charactersOfRows(encoding: string, firstLead: number, lastLead: number): Set<number> {
  const codes = new Set<number>();
  for (let lead = firstLead; lead <= lastLead; lead += 1) {
    for (let trail = encoding === 'big5' ? 0x40 : 0xa1; trail <= 0xfe; trail += 1) {
      const text = decodeStrictly(Buffer.from([lead, trail]), encoding);
      if (text !== undefined && text.length === 1) codes.add(text.charCodeAt(0));
    }
  }
  return codes;
}

/** Costs by rank: the first 100 share half of all occurrences, the first 400 most of the rest. */
function ranked(characters: string): Map<number, number> {
  const costs = new Map<number, number>();
  for (const [rank, character] of Array.from(characters).entries()) {
    costs.set(character.codePointAt(0) ?? 0, rank < 100 ? 2.4 : rank < 400 ? 2.9 : 3.5);
  }
  return costs;
}

function simplifiedChinese(): CharacterCost {
  const frequent = ranked(SIMPLIFIED_HAN);
  // Traditional names are also saved with a simplified Windows: GBK has their characters.
  const traditional = ranked(TRADITIONAL_HAN);
  const common = charactersOfRows('gb18030', 0xb0, 0xd7);
  const rare = charactersOfRows('gb18030', 0xd8, 0xf7);
  return (code) =>
    frequent.get(code) ??
    wideSign(code) ??
    (common.has(code) ? 4.6 : traditional.has(code) ? 5 : rare.has(code) ? 5.8 : isHan(code) ? UNUSUAL : OUT_OF_PLACE);
}

function traditionalChinese(): CharacterCost {
  const frequent = ranked(TRADITIONAL_HAN);
  const hongKong = new Set(Array.from(HONG_KONG_HAN, (character) => character.codePointAt(0) ?? 0));
  const common = charactersOfRows('big5', 0xa4, 0xc6);
  const rare = charactersOfRows('big5', 0xc9, 0xf9);
  return (code) =>
    frequent.get(code) ??
    wideSign(code) ??
    (hongKong.has(code) ? 4.4 : common.has(code) ? 4.7 : rare.has(code) ? 6 : isHan(code) ? UNUSUAL : OUT_OF_PLACE);
}

function japanese(): CharacterCost {
  const frequent = ranked(JAPANESE_HAN);
  const common = charactersOfRows('euc-jp', 0xb0, 0xcf);
  const rare = charactersOfRows('euc-jp', 0xd0, 0xf4);
  return (code, before, after) => {
    if (code >= 0xff61 && code <= 0xff9f) return halfWidthKana(code, before, after);
    if ((code >= 0x3041 && code <= 0x30fe) || code === 0x3005) return 2.2;
    return (
      frequent.get(code) ??
      wideSign(code) ??
      (common.has(code) ? 4.6 : rare.has(code) ? 6 : isHan(code) ? UNUSUAL : OUT_OF_PLACE)
    );
  };
}

/**
 * Half-width kana take one byte, so that many other texts read as kana. Real ones stand in words of kana: a mark of
 * voice follows only the syllables that can have one, a small or long kana begins no word.
 */
function halfWidthKana(code: number, before: number, after: number): number {
  const follows = before >= 0xff66 && before <= 0xff9f;
  if (code <= 0xff65) return 4.5;
  if (code === 0xff9e)
    return (before >= 0xff76 && before <= 0xff84) || (before >= 0xff8a && before <= 0xff8e) ? 1.5 : 5;
  if (code === 0xff9f) return before >= 0xff8a && before <= 0xff8e ? 1.8 : 5;
  const isWordPart = (code >= 0xff66 && code <= 0xff70) || code === 0xff9d;
  const besideHan = isHan(before) || isHan(after) ? 2 : 0;
  return (isWordPart && !follows ? 4.5 : 1.9) + besideHan;
}

function korean(): CharacterCost {
  const frequent = ranked(HANGUL);
  const common = charactersOfRows('euc-kr', 0xb0, 0xc8);
  return (code) => {
    const known = frequent.get(code) ?? wideSign(code);
    if (known !== undefined) return known;
    if (code >= 0xac00 && code <= 0xd7a3) return common.has(code) ? 4.4 : 6.2;
    return isHan(code) ? 5.9 : OUT_OF_PLACE;
  };
}

function latin(): CharacterCost {
  const letters = new Map(Array.from(LATIN_LETTERS, (letter, rank) => [letter, rank < 8 ? 2.1 : 2.8]));
  return (code, before, after) => {
    const letter = String.fromCodePoint(code);
    const lower = letter.toLowerCase();
    const cost = letters.get(lower);
    if (cost === undefined) return WESTERN_SIGNS.has(letter) ? 3.5 : 5.5;
    // Accented letters stand among plain ones; a capital begins a word, or all of its word are capitals.
    const isAlone = !isLatinLetter(before) && !isLatinLetter(after);
    const isBesideForeign = (before >= 0x80 ? 1.5 : 0) + (after >= 0x80 ? 1.5 : 0);
    const isOddCapital = letter !== lower && isLowerCase(before);
    return cost + (isAlone ? 1.5 : 0) + isBesideForeign + (isOddCapital ? 3 : 0);
  };
}

const WESTERN_SIGNS: ReadonlySet<string> = new Set('€£°’‘“”–—…ºª·¿¡§«»\u00a0');

function cyrillic(): CharacterCost {
  return (code, before, after) => {
    if (code < 0x410 || code > 0x44f) return code === 0x451 || code === 0x401 ? 3.5 : 5.5;
    const isCapital = code < 0x430;
    const isWordStart = before < 0x400 || before > 0x45f;
    const besideLatin = isLatinLetter(before) || isLatinLetter(after) ? 4 : 0;
    return (isCapital ? (isWordStart ? 2.2 : 3.2) : isWordStart ? 2.4 : 1.5) + besideLatin;
  };
}

/** Unicode: whatever has a table in any script. */
function anyScript(): CharacterCost {
  const frequent = new Map([
    ...ranked(HANGUL),
    ...ranked(JAPANESE_HAN),
    ...ranked(TRADITIONAL_HAN),
    ...ranked(SIMPLIFIED_HAN),
  ]);
  const common = new Set([...charactersOfRows('gb18030', 0xb0, 0xd7), ...charactersOfRows('big5', 0xa4, 0xc6)]);
  const hangul = charactersOfRows('euc-kr', 0xb0, 0xc8);
  const western = latin();
  return (code, before, after) => {
    const known = frequent.get(code) ?? wideSign(code);
    if (known !== undefined) return known;
    if (code < 0x250 || (code >= 0x2010 && code <= 0x20ac)) return western(code, before, after);
    if (code >= 0x3041 && code <= 0x30fe) return 2.2;
    if (code >= 0xac00 && code <= 0xd7a3) return hangul.has(code) ? 4.4 : 6.2;
    if (isHan(code)) return common.has(code) ? 4.6 : UNUSUAL;
    if (code >= 0x1f000) return 3;
    // Cyrillic, Greek, Arabic, Thai and others: their letters stand together.
    if (code >= 0x1100) return OUT_OF_PLACE;
    return before >> 8 === code >> 8 || after >> 8 === code >> 8 ? 3 : 5;
  };
}

/** Punctuation and full-width digits of east Asian text. */
function wideSign(code: number): number | undefined {
  if (code >= 0xff01 && code <= 0xff5e) return 3.8;
  if (code >= 0x3000 && code <= 0x3011) return 3.8;
  return code === 0x2019 || code === 0x201c || code === 0x201d || code === 0xb7 || code === 0x30fb ? 4.2 : undefined;
}

function isHan(code: number): boolean {
  return (
    (code >= 0x4e00 && code <= 0x9fff) ||
    (code >= 0x3400 && code <= 0x4dbf) ||
    (code >= 0xf900 && code <= 0xfaff) ||
    (code >= 0x20000 && code <= 0x323af)
  );
}

function isLatinLetter(code: number): boolean {
  return (code >= 0x41 && code <= 0x5a) || (code >= 0x61 && code <= 0x7a) || (code >= 0xc0 && code <= 0x17f);
}

function isPlainLowerCase(code: number): boolean {
  return code >= 0x61 && code <= 0x7a;
}

function isLowerCase(code: number): boolean {
  return (code >= 0x61 && code <= 0x7a) || (code >= 0xdf && code <= 0xff);
}

function isControl(code: number): boolean {
  return code < 0x20 && code !== 0x09 && code !== 0x0a && code !== 0x0d;
}
