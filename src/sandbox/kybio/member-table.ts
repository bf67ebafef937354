import { insertSql, type Store, textsOf } from '../store.ts';

/** The texts that a client may change later. */
export const BASE_FIELDS = ['name', 'phone', 'birthday', 'qq', 'email', 'address', 'remarks'] as const;
export const TEXT_FIELDS = [...BASE_FIELDS, 'categoryName', 'passwordMd5', 'createdDate', 'expiryDate'] as const;
export const AMOUNT_FIELDS = ['point', 'discount', 'balance'] as const;
const NUMBER_FIELDS = ['onAccount', 'enable'] as const;

/** An empty text is a field that the member does not have. Amounts are the digits as they came. */
export type MemberFields = Record<'number' | (typeof TEXT_FIELDS)[number] | (typeof AMOUNT_FIELDS)[number], string> &
  Record<(typeof NUMBER_FIELDS)[number], number>;

export type MemberRow = MemberFields & { readonly id: number; readonly customerUid: string };

/** A member as a store has it that never filled in more than the number. */
export const PLAIN_MEMBER: Omit<MemberFields, 'number'> = {
  ...textsOf(TEXT_FIELDS, () => ''),
  point: '0',
  // The captured ordinary member has 100, though the article on add says the default is 0.
  discount: '100',
  balance: '0',
  onAccount: 1,
  enable: 1,
  createdDate: '2024-03-01 00:00:00',
};

const COLUMNS = ['id', 'customerUid', 'number', ...TEXT_FIELDS, ...AMOUNT_FIELDS, ...NUMBER_FIELDS] as const;

export type MemberTable = ReturnType<typeof memberTable>;

export function memberTable(store: Store) {
  const select = `SELECT ${COLUMNS.join(', ')} FROM members`;
  const byNumber = store.prepare(`${select} WHERE number = ?`);
  const byUid = store.prepare(`${select} WHERE customerUid = ?`);
  // Deleted members keep their number but are not listed.
  const page = store.prepare(`${select} WHERE id > ? AND enable <> -1 ORDER BY id LIMIT ?`);
  const everyPage = store.prepare(`${select} WHERE id > ? ORDER BY id LIMIT ?`);
  const last = store.prepare('SELECT max(id) AS id FROM members');
  const count = store.prepare('SELECT count(*) AS members FROM members');
  const insert = store.prepare(insertSql('members', COLUMNS));
  const setAmounts = store.prepare('UPDATE members SET point = ?, balance = ? WHERE id = ?');
  const setBaseInfo = store.prepare(`UPDATE members SET ${BASE_FIELDS.join(' = ?, ')} = ? WHERE id = ?`);
  const setCategory = store.prepare('UPDATE members SET categoryName = ? WHERE id = ?');

  return {
    findByNumber: (number: string): MemberRow | undefined => byNumber.get(number),
    findByUid: (customerUid: string): MemberRow | undefined => byUid.get(customerUid),
    /** Ascending row id, without deleted members. */
    listAfter: (id: number, limit: number): MemberRow[] => page.all(id, limit),
    /** Deleted members too: for whoever compares the books. */
    listEveryAfter: (id: number, limit: number): MemberRow[] => everyPage.all(id, limit),
    count: (): number => count.get().members,
    /** The number must not be taken. */
    insert(seed: number, member: MemberFields): MemberRow {
      const id: number = (last.get().id ?? 0) + 1;
      const row = { ...member, id, customerUid: customerUidFor(seed, id) };
      insert.run(...COLUMNS.map((name) => row[name]));
      return row;
    },
    setAmounts(id: number, point: string, balance: string): void {
      setAmounts.run(point, balance, id);
    },
    setBaseInfo(member: MemberRow): void {
      setBaseInfo.run(...BASE_FIELDS.map((name) => member[name]), member.id);
    },
    setCategory(id: number, categoryName: string): void {
      setCategory.run(categoryName, id);
    },
  };
}

const MASK = (1n << 62n) - 1n;
const SMALLEST = 10n ** 17n;

/**
 * The customerUid of the member with this row id: 18 or 19 digits, always beyond 2^53, inside a Java
 * Long, scattered, and unique: every step is a bijection on 62 bits.
 */
export function customerUidFor(seed: number, rowId: number): string {
  let mixed = (BigInt(rowId) * 0x1e3779b97f4a7c15n + BigInt(seed) * 0x2545f4914f6cdd1dn) & MASK;
  mixed ^= mixed >> 31n;
  mixed = (mixed * 0x14d049bb133111ebn) & MASK;
  mixed ^= mixed >> 29n;
  return (SMALLEST + mixed).toString();
}
