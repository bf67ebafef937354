import { nearestName } from '../base/nearest.ts';
import { COLUMNS, type Column, type FileKind } from './columns.ts';
import { headerKey, isMoneyLike, knownColumns, resultColumnOf } from './header-names.ts';

/** A header of a file, and the column that it may be. */
export type ProposedColumn = {
  /** As the file writes it. */
  readonly header: string;
  readonly index: number;
  /** '' for: not used. */
  readonly column: string;
  /**
   * - `known`: a sure name
   * - `guessed`: near a name, or with a name in it; a person should look
   * - `money`: looks like money or points; which amount it is, only a person knows
   * - `unknown`: nothing is near
   */
  readonly certainty: 'known' | 'guessed' | 'money' | 'unknown';
};

/**
 * What each header of the file may be. Headers without a text, headers that stand twice, and the columns of an
 * earlier result are left out: a mapping cannot name them.
 */
export function proposeMapping(header: readonly string[], kind: FileKind): readonly ProposedColumn[] {
  const { byHeader } = knownColumns([kind]);
  const texts = header.map((text) => text.trim());
  const indexes = texts
    .map((text, index) => ({ text, index }))
    .filter(({ text }) => text !== '' && resultColumnOf(text) === undefined && countOf(text, texts) === 1)
    .map(({ index }) => index);
  const taken = new Set<string>();
  const known = new Map<number, string>();
  for (const index of indexes) {
    const column = byHeader.get(headerKey(texts[index] ?? ''));
    if (column === undefined || taken.has(column.name)) continue;
    taken.add(column.name);
    known.set(index, column.name);
  }
  return indexes.map((index): ProposedColumn => {
    const text = texts[index] ?? '';
    const sure = known.get(index);
    if (sure !== undefined) return { header: text, index, column: sure, certainty: 'known' };
    if (isMoneyLike(text)) return { header: text, index, column: '', certainty: 'money' };
    const guess = guessColumn(
      text,
      COLUMNS[kind].filter((column) => mayBeGuessed(column) && !taken.has(column.name)),
    );
    if (guess === undefined) return { header: text, index, column: '', certainty: 'unknown' };
    taken.add(guess);
    return { header: text, index, column: guess, certainty: 'guessed' };
  });
}

function countOf(text: string, texts: readonly string[]): number {
  return texts.filter((other) => other === text).length;
}

/** A wrong guess at an amount or a password does more harm than no guess. */
function mayBeGuessed({ type }: Column): boolean {
  return type !== 'decimal' && type !== 'percentage' && type !== 'secret' && type !== 'choice';
}

/** A header is no longer than this: nothing longer is compared. */
const COMPARED_LENGTH_MAX = 60;

function guessColumn(text: string, columns: readonly Column[]): string | undefined {
  if (text.length > COMPARED_LENGTH_MAX) return undefined;
  const key = headerKey(text);
  const used = columns.find(({ name }) => ALSO_USED[name]?.includes(key));
  if (used !== undefined) return used.name;
  const words = columns.flatMap(({ name, synonyms }) =>
    [name, ...synonyms].map((word) => ({ name, key: headerKey(word) })),
  );
  const near = nearestName(
    key,
    words.map((word) => word.key),
  );
  if (near !== undefined) return words.find((word) => word.key === near)?.name;
  return words
    .filter((word) => isTelling(word.key) && key.includes(word.key))
    .sort((left, right) => right.key.length - left.key.length)[0]?.name;
}

/** Words of old card systems. Each may mean something else too, so none of them is a sure name. By their keys. */
const ALSO_USED: Readonly<Record<string, readonly string[]>> = {
  number: ['card', 'card#', 'id', 'no', '#', 'code', 'memberid', 'member#', 'cardid', '编号', '編號', '卡'],
  reference_number: ['id', 'code', 'customerid', 'ref'],
  name: [
    'holder',
    'cardholder',
    'customer',
    'client',
    'member',
    '名字',
    '客户',
    '客戶',
    '顾客',
    '顧客',
    '会员',
    '會員',
  ],
  phone: ['cell', 'contact', 'whatsapp', '联系方式', '聯絡方式', '聯繫方式'],
  birthday: ['born', 'birth', 'bday'],
  email: ['mail'],
  remarks: ['note', 'notes', 'comment', 'comments', 'memo', '说明', '說明'],
  categoryName: ['grade', 'tier', 'level', 'type', '等级', '等級', '级别', '級別', '类型', '類型'],
  address: ['addr', 'location'],
};

/** `name` stands in "Branch Name" too; `phone` or `手机` say what a column is. */
function isTelling(key: string): boolean {
  return /[^ -~]/.test(key) ? key.length >= 2 : key.length >= 5 && key !== 'address';
}
