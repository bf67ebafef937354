import { createHash } from 'node:crypto';
import { insertSql, type Store, textsOf } from '../store.ts';

const FIELDS = [
  'name',
  'email',
  'dial_code',
  'phone',
  'company_name',
  'default_payment_method',
  // The token's uuid, as it was given.
  'default_payment_token',
] as const;

export type CustomerFields = Record<(typeof FIELDS)[number], string>;

export const NO_TEXTS: CustomerFields = textsOf(FIELDS, () => '');

export type CustomerRow = CustomerFields & {
  readonly id: number;
  readonly uuid: string;
  readonly reference_number: string;
};

const COLUMNS = ['id', 'uuid', 'reference_number', ...FIELDS] as const;

export type CustomerTable = ReturnType<typeof customerTable>;

export function customerTable(store: Store) {
  const select = `SELECT ${COLUMNS.join(', ')} FROM customers`;
  const byReference = store.prepare(`${select} WHERE reference_number = ?`);
  const byUuid = store.prepare(`${select} WHERE uuid = ?`);
  const list = store.prepare(`${select} ORDER BY id LIMIT ? OFFSET ?`);
  const count = store.prepare('SELECT count(*) AS customers FROM customers');
  const last = store.prepare('SELECT max(id) AS id FROM customers');
  const insert = store.prepare(insertSql('customers', COLUMNS));
  const update = store.prepare(`UPDATE customers SET ${FIELDS.join(' = ?, ')} = ? WHERE id = ?`);

  return {
    findByReference: (referenceNumber: string): CustomerRow | undefined => byReference.get(referenceNumber),
    findByUuid: (uuid: string): CustomerRow | undefined => byUuid.get(uuid),
    list: (limit: number, offset: number): CustomerRow[] => list.all(limit, offset),
    count: (): number => count.get().customers,
    insert(seed: number, referenceNumber: string, fields: CustomerFields): CustomerRow {
      const id: number = (last.get().id ?? 0) + 1;
      const row = { ...fields, id, uuid: uuidFor(seed, id), reference_number: referenceNumber };
      insert.run(...COLUMNS.map((name) => row[name]));
      return row;
    },
    /** The customer as it is now. */
    update(customer: CustomerRow, fields: CustomerFields): CustomerRow {
      update.run(...FIELDS.map((name) => fields[name]), customer.id);
      return { ...customer, ...fields };
    },
  };
}

/** A uuid (version 4 in shape) for the nth customer; the same for the same seed. */
function uuidFor(seed: number, rowId: number): string {
  const hex = createHash('md5').update(`${seed}:customer:${rowId}`).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20)}`;
}
