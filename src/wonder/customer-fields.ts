/**
 * The fields of a Wonder customer, in one table. Every documented field is a string; the payment token comes
 * back as an object (api/wonder.md §4).
 *
 * A new field touches three files: this table, the input column in job/columns.ts, and the sandbox's own
 * customer in sandbox/wonder.
 */
type CustomerField = {
  /** As the vendor spells the field. */
  readonly name: string;
  readonly kind: 'text' | 'token';
  readonly isExported: boolean;
};

/** In the order of an export. `company_name` goes in and never comes out: no response schema has the field. */
export const CUSTOMER_FIELDS: readonly CustomerField[] = Object.freeze([
  { name: 'reference_number', kind: 'text', isExported: true },
  { name: 'uuid', kind: 'text', isExported: true },
  { name: 'name', kind: 'text', isExported: true },
  { name: 'dial_code', kind: 'text', isExported: true },
  { name: 'phone', kind: 'text', isExported: true },
  { name: 'email', kind: 'text', isExported: true },
  { name: 'company_name', kind: 'text', isExported: false },
  { name: 'default_payment_method', kind: 'text', isExported: true },
  { name: 'default_payment_token', kind: 'token', isExported: true },
]);
