import type { ColumnType } from '../columns.ts';

/** What was changed in a cell without losing anything of its value. Told once for each column, with a count. */
export type Repair = 'blanks' | 'invisible' | 'apostrophe' | 'formula' | 'width';

type RepairedCell = { readonly text: string; readonly repairs: readonly Repair[] };

/** A longer cell is only trimmed: no id, phone, amount or date is so long. */
const REPAIRED_LENGTH_MAX = 1000;

/**
 * A cell as its column takes it. Spaces around the value go in every column: nobody sees them, and they would
 * make equal values differ. The rest is done where a value is an id, a phone number, an amount or a date:
 * there a leading `'`, a zero-width character or a full-width digit is never meant. Names, addresses and
 * remarks keep theirs (`'t Hooft` is a name, emoji are joined by invisible characters).
 */
export function repairCell(raw: string, type: ColumnType): RepairedCell {
  let text = raw.trim();
  const repairs: Repair[] = text === raw ? [] : ['blanks'];
  const take = (repair: Repair, changed: string) => {
    if (changed === text) return;
    if (!repairs.includes(repair)) repairs.push(repair);
    text = changed;
  };
  take('invisible', withoutOuterInvisible(text));
  if (type === 'secret' || text.length > REPAIRED_LENGTH_MAX) return { text, repairs };
  const formula = TEXT_FORMULA.exec(text);
  if (formula !== null) take('formula', (formula[1] ?? '').replaceAll('""', '"').trim());
  if (type === 'text') return { text, repairs };
  take('invisible', text.replace(INVISIBLE, ''));
  if (isNumberLike(type)) {
    take('width', text.normalize('NFKC').trim());
    take('formula', text.replace(/^=(?=[0-9]+$)/, ''));
  }
  take('apostrophe', text.replace(/^'(?=.)/, '').trim());
  return { text, repairs };
}

/** `="00123"`: how people make a spreadsheet keep a text. */
const TEXT_FORMULA = /^="((?:[^"]|"")*)"$/;

/** Zero-width characters and the marks that turn the direction of text; the joiner U+200D of emoji is not among them. */
const INVISIBLE = /[\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]/g;

/** Also between spaces: U+FEFF counts as a space of its own, U+200B does not. */
function withoutOuterInvisible(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isOuterInvisible(text.charCodeAt(start))) start += 1;
  while (end > start && isOuterInvisible(text.charCodeAt(end - 1))) end -= 1;
  return start === 0 && end === text.length ? text : text.slice(start, end).trim();
}

function isOuterInvisible(unit: number): boolean {
  return unit === 0x200b || unit === 0x2060 || (unit >= 0x202a && unit <= 0x202e) || unit === 0xfeff || unit === 0x20;
}

/** Values of digits and plain letters, in which the width of a character means nothing. */
function isNumberLike(type: ColumnType): boolean {
  return type === 'reference' || type === 'uid' || type === 'uuid' || type === 'contact' || type === 'phone';
}
