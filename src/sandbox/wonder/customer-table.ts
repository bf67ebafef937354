import type { Store } from '../store.ts';
import { uuidFor } from '../vendor-ids.ts';

export type CustomerFields = {
  name: string;
  email: string;
  dial_code: string;
  phone: string;
  company_name: string;
  default_payment_method: string;
  /** The token's uuid, as it was given. */
  default_payment_token: string;
};

export type CustomerRow = CustomerFields & {
  readonly id: number;
  readonly uuid: string;
  readonly reference_number: string;
};

const COLUMNS =
  'id, uuid, reference_number, name, email, dial_code, phone, company_name, ' +
  'default_payment_method, default_payment_token';

export type CustomerTable = ReturnType<typeof customerTable>;

export function customerTable(store: Store) {
  const byReference = store.prepare(`SELECT ${COLUMNS} FROM customers WHERE reference_number = ?`);
  const byUuid = store.prepare(`SELECT ${COLUMNS} FROM customers WHERE uuid = ?`);
  const list = store.prepare(`SELECT ${COLUMNS} FROM customers ORDER BY id LIMIT ? OFFSET ?`);
  const count = store.prepare('SELECT count(*) AS customers FROM customers');
  const last = store.prepare('SELECT max(id) AS id FROM customers');
  const insert = store.prepare(`INSERT INTO customers (${COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`);
  const update = store.prepare(
    `UPDATE customers SET name = ?, email = ?, dial_code = ?, phone = ?, company_name = ?,
       default_payment_method = ?, default_payment_token = ? WHERE id = ?`,
  );

  return {
    findByReference(referenceNumber: string): CustomerRow | undefined {
      return byReference.get(referenceNumber);
    },
    findByUuid(uuid: string): CustomerRow | undefined {
      return byUuid.get(uuid);
    },
    list(limit: number, offset: number): CustomerRow[] {
      return list.all(limit, offset);
    },
    count(): number {
      return count.get().customers;
    },
    insert(seed: number, referenceNumber: string, fields: CustomerFields): CustomerRow {
      const id: number = (last.get().id ?? 0) + 1;
      const uuid = uuidFor(seed, 'customer', id);
      insert.run(id, uuid, referenceNumber, ...values(fields));
      return { ...fields, id, uuid, reference_number: referenceNumber };
    },
    update(id: number, fields: CustomerFields): void {
      update.run(...values(fields), id);
    },
  };
}

function values(fields: CustomerFields): string[] {
  return [
    fields.name,
    fields.email,
    fields.dial_code,
    fields.phone,
    fields.company_name,
    fields.default_payment_method,
    fields.default_payment_token,
  ];
}
