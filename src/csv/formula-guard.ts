/**
 * Cells that a spreadsheet would run as a formula are written with an apostrophe before the formula and read back
 * without it (CONTRACT §5). `unguardCell(guardCell(text, delimiter)) === text` for every text and delimiter.
 *
 * A formula begins with `= + - @` or their full-width forms, which Excel runs under Chinese and Japanese settings,
 * also after blanks, a byte order mark or zero-width characters, which importers trim; and whatever begins with a
 * tab or a line end is guarded as OWASP advises. A spreadsheet of another locale splits at another delimiter, and
 * then neither quotes nor line ends within a cell hold it together: `Flat 3;=1+1` becomes a cell `=1+1`. Each
 * place behind such a delimiter is guarded like the start of the cell. Plain numbers and `+85291234567` are no
 * formulas to protect from: `+852-9123-4567` is one, a spreadsheet computes it.
 *
 * What already has apostrophes there gets one more, whatever the delimiter, so that reading takes away one that is ours.
 */
export function guardCell(text: string, delimiter: string): string {
  if (!mayNeedGuard(text)) return text;
  const inside = guardInside(text, delimiter);
  return needsGuardAtStart(text) ? `'${inside}` : inside;
}

/** Takes away the apostrophes that `guardCell` puts; leaves every other text alone. */
export function unguardCell(text: string): string {
  if (!text.includes("'")) return text;
  const inside = unguardInside(text);
  return inside.startsWith("'") && isGuardable(inside, countApostrophes(inside, 0)) ? inside.slice(1) : inside;
}

/** A quick no for nearly every cell: no sign at its start, and no apostrophe or delimiter within. */
function mayNeedGuard(text: string): boolean {
  if (text === '') return false;
  if (isFormulaSign(text.charCodeAt(0)) || isInvisible(text, 0)) return true;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code === APOSTROPHE || isBoundary(code)) return true;
  }
  return false;
}

function needsGuardAtStart(text: string): boolean {
  const apostrophes = countApostrophes(text, 0);
  if (!isGuardable(text, apostrophes)) return false;
  return apostrophes > 0 || !isNumberOrPhone(text, 0, text.length);
}

/** From `start`: a tab or line end, or blanks and then a sign that begins a formula. */
function isGuardable(text: string, start: number): boolean {
  const first = text.charCodeAt(start);
  if (first === TAB || first === CR || first === LF) return true;
  let index = start;
  while (index < text.length && isInvisible(text, index)) index += 1;
  return isFormulaSign(text.charCodeAt(index));
}

/** Puts an apostrophe behind each delimiter of another locale that a formula follows. */
function guardInside(text: string, delimiter: string): string {
  const places: number[] = [];
  forEachCellStart(text, (boundary, start, apostrophes) => {
    const isGuarded =
      apostrophes > 0 || (text[boundary] !== delimiter && !isNumberOrPhone(text, start, segmentEnd(text, start)));
    if (isGuarded) places.push(start);
    return false;
  });
  return join(text, places, 0, "'");
}

function unguardInside(text: string): string {
  const places: number[] = [];
  forEachCellStart(text, (_, start, apostrophes) => {
    if (apostrophes > 0) places.push(start);
    return apostrophes > 0;
  });
  return join(text, places, 1, '');
}

/**
 * Finds each place within the cell that begins a cell in another locale: behind a delimiter or line end come
 * apostrophes, blanks, and a formula sign. `visit` tells whether it takes one of the apostrophes away. One pass, from
 * the end: what lies behind a place is then known, and is the same in the guarded and in the unguarded text.
 */
function forEachCellStart(
  text: string,
  visit: (boundary: number, start: number, apostrophes: number) => boolean,
): void {
  /** The first sign at or behind `index` that is to be seen. */
  let visible = Number.NaN;
  let apostrophes = 0;
  let behindApostrophes = Number.NaN;
  for (let index = text.length - 1; index >= 0; index -= 1) {
    const code = text.charCodeAt(index);
    if (code === APOSTROPHE) {
      if (apostrophes === 0) behindApostrophes = visible;
      apostrophes += 1;
      visible = code;
      continue;
    }
    if (isBoundary(code) && isFormulaSign(apostrophes > 0 ? behindApostrophes : visible)) {
      const isTaken = visit(index, index + 1, apostrophes);
      if (isTaken && apostrophes === 1) visible = behindApostrophes;
    }
    apostrophes = 0;
    if (!isInvisible(text, index)) visible = code;
  }
}

/** The text with `insert` at each place, where `skip` characters are left out. Places come from the last to the first. */
function join(text: string, places: readonly number[], skip: number, insert: string): string {
  if (places.length === 0) return text;
  const pieces: string[] = [];
  let from = 0;
  for (const place of places.toReversed()) {
    pieces.push(text.slice(from, place), insert);
    from = place + skip;
  }
  pieces.push(text.slice(from));
  return pieces.join('');
}

/** Where the segment ends, looking no further than a number or phone can be long. */
function segmentEnd(text: string, from: number): number {
  const limit = Math.min(text.length, from + NUMBER_LENGTH_MAX + 1);
  for (let index = from; index < limit; index += 1) if (isBoundary(text.charCodeAt(index))) return index;
  return limit;
}

function countApostrophes(text: string, start: number): number {
  let end = start;
  while (text.charCodeAt(end) === APOSTROPHE) end += 1;
  return end - start;
}

const APOSTROPHE = 0x27;
const TAB = 0x09;
const LF = 0x0a;
const CR = 0x0d;
/** Longer ones are guarded without a look. */
const NUMBER_LENGTH_MAX = 40;

/** `,`, `;`, tab, and the ends of a line. */
function isBoundary(code: number): boolean {
  return code === 0x2c || code === 0x3b || code === TAB || code === LF || code === CR;
}

/** `= + - @`, and full-width `＝ ＋ － ＠`. */
function isFormulaSign(code: number): boolean {
  switch (code) {
    case 0x3d:
    case 0x2b:
    case 0x2d:
    case 0x40:
    case 0xff1d:
    case 0xff0b:
    case 0xff0d:
    case 0xff20:
      return true;
    default:
      return false;
  }
}

/** Blanks, controls, and what has no width: importers trim some of them. */
function isInvisible(text: string, index: number): boolean {
  const code = text.charCodeAt(index);
  if (code <= 0x20) return true;
  if (code < 0x7f) return false;
  return code <= 0xa0 || INVISIBLE.test(text.charAt(index));
}

const INVISIBLE = /[\s\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]/;

/** `-12.50`, `+5`, `+85291234567`. */
function isNumberOrPhone(text: string, start: number, end: number): boolean {
  return end - start <= NUMBER_LENGTH_MAX && /^[+-][0-9]+(\.[0-9]+)?$/.test(text.slice(start, end));
}
