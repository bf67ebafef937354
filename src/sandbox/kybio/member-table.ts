import type { Store } from '../store.ts';
import { customerUidFor } from '../vendor-ids.ts';

export type MemberFields = {
  number: string;
  name: string;
  phone: string;
  birthday: string;
  qq: string;
  email: string;
  address: string;
  remarks: string;
  categoryName: string;
  point: string;
  discount: string;
  balance: string;
  onAccount: number;
  enable: number;
  passwordMd5: string;
  createdDate: string;
  expiryDate: string;
};

export type MemberRow = MemberFields & { readonly id: number; readonly customerUid: string };

const COLUMNS =
  'id, customerUid, number, name, phone, birthday, qq, email, address, remarks, categoryName, ' +
  'point, discount, balance, onAccount, enable, passwordMd5, createdDate, expiryDate';

export type MemberTable = ReturnType<typeof memberTable>;

export function memberTable(store: Store) {
  const byNumber = store.prepare(`SELECT ${COLUMNS} FROM members WHERE number = ?`);
  const byUid = store.prepare(`SELECT ${COLUMNS} FROM members WHERE customerUid = ?`);
  // Deleted members keep their number but are not listed.
  const page = store.prepare(`SELECT ${COLUMNS} FROM members WHERE id > ? AND enable <> -1 ORDER BY id LIMIT ?`);
  const everyPage = store.prepare(`SELECT ${COLUMNS} FROM members WHERE id > ? ORDER BY id LIMIT ?`);
  const last = store.prepare('SELECT max(id) AS id FROM members');
  const count = store.prepare('SELECT count(*) AS members FROM members');
  const insert = store.prepare(
    `INSERT INTO members (${COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const setAmounts = store.prepare('UPDATE members SET point = ?, balance = ? WHERE id = ?');
  const setBaseInfo = store.prepare(
    `UPDATE members SET name = ?, phone = ?, birthday = ?, qq = ?, email = ?, address = ?, remarks = ? WHERE id = ?`,
  );
  const setCategory = store.prepare('UPDATE members SET categoryName = ? WHERE id = ?');

  return {
    findByNumber(number: string): MemberRow | undefined {
      return byNumber.get(number);
    },
    findByUid(customerUid: string): MemberRow | undefined {
      return byUid.get(customerUid);
    },
    /** Ascending row id, without deleted members. */
    listAfter(id: number, limit: number): MemberRow[] {
      return page.all(id, limit);
    },
    /** Deleted members too: for whoever compares the books. */
    listEveryAfter(id: number, limit: number): MemberRow[] {
      return everyPage.all(id, limit);
    },
    count(): number {
      return count.get().members;
    },
    /** The number must not be taken. */
    insert(seed: number, member: MemberFields): MemberRow {
      const id: number = (last.get().id ?? 0) + 1;
      const customerUid = customerUidFor(seed, id);
      insert.run(
        id,
        customerUid,
        member.number,
        member.name,
        member.phone,
        member.birthday,
        member.qq,
        member.email,
        member.address,
        member.remarks,
        member.categoryName,
        member.point,
        member.discount,
        member.balance,
        member.onAccount,
        member.enable,
        member.passwordMd5,
        member.createdDate,
        member.expiryDate,
      );
      return { ...member, id, customerUid };
    },
    setAmounts(id: number, point: string, balance: string): void {
      setAmounts.run(point, balance, id);
    },
    setBaseInfo(member: MemberRow): void {
      const { name, phone, birthday, qq, email, address, remarks, id } = member;
      setBaseInfo.run(name, phone, birthday, qq, email, address, remarks, id);
    },
    setCategory(id: number, categoryName: string): void {
      setCategory.run(categoryName, id);
    },
  };
}
