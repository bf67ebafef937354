/**
 * The fields of a Kybio member, in one table: what `add` and `updateBaseInfo` take, what a record and a page
 * hold, and what an export writes. Sources: api/kybio.md §1, §3 and §6.
 *
 * A new field touches three files: this table, the input column in job/columns.ts (header words, how a cell
 * is read, the line of the manual), and the sandbox's own member in sandbox/kybio.
 */
type MemberField = {
  /** As the vendor spells the field. */
  readonly name: string;
  /**
   * How the value is written in JSON, and compared with what the vendor holds:
   * - `decimal`: a JSON number, equal by value (12.5 is 12.50)
   * - `date`: a string; a midnight behind the date does not count
   * - `secret`: written, never read back as it was
   */
  readonly kind: 'text' | 'decimal' | 'date' | 'uid' | 'secret';
  /** `updateBaseInfo` can change the field on an existing member. */
  readonly isUpdatable: boolean;
  /** A page of queryCustomerPages holds the field. Other fields cost a lookup for each member. */
  readonly isInPages: boolean;
  readonly isExported: boolean;
};

function field(name: string, kind: MemberField['kind'], facts: Partial<MemberField> = {}): MemberField {
  return Object.freeze({ name, kind, isUpdatable: false, isInPages: true, isExported: true, ...facts });
}

/** In the order of an export. `customerUid` is last: it is the column that spreadsheets damage. */
const MEMBER_FIELDS: readonly MemberField[] = Object.freeze([
  field('number', 'text'),
  field('name', 'text', { isUpdatable: true }),
  field('phone', 'text', { isUpdatable: true }),
  field('categoryName', 'text'),
  field('point', 'decimal'),
  field('balance', 'decimal'),
  field('discount', 'decimal'),
  field('birthday', 'date', { isUpdatable: true }),
  field('qq', 'text', { isUpdatable: true }),
  field('email', 'text', { isUpdatable: true }),
  field('address', 'text', { isUpdatable: true }),
  field('remarks', 'text', { isUpdatable: true, isInPages: false }),
  field('enable', 'decimal'),
  field('onAccount', 'decimal'),
  field('createdDate', 'date'),
  field('expiryDate', 'date', { isInPages: false }),
  field('createStoreAppIdOrAccount', 'text', { isInPages: false }),
  field('customerUid', 'uid'),
  field('department', 'text', { isExported: false }),
  field('password', 'secret', { isExported: false }),
]);

/** The fields that `updateBaseInfo` can change. Every other field of an existing member stays. */
export const UPDATABLE_FIELDS: readonly string[] = namesOf(({ isUpdatable }) => isUpdatable);

/** Fields of type BigDecimal and Int: JSON numbers, equal by value. */
export const DECIMAL_FIELDS: ReadonlySet<string> = new Set(namesOf(({ kind }) => kind === 'decimal'));

/** The exported fields that a page of members does not hold. */
export const FIELDS_NOT_IN_PAGES: readonly string[] = namesOf(({ isInPages, isExported }) => isExported && !isInPages);

/** The fields that an export can write, in this order. */
export const EXPORTED_FIELDS: readonly string[] = namesOf(({ isExported }) => isExported);

/** The fields that a record is read for as texts; the uid and the decimals are read in their own way. */
export const TEXT_FIELDS: readonly string[] = namesOf(({ kind }) => kind === 'text' || kind === 'date');

function namesOf(isMeant: (field: MemberField) => boolean): readonly string[] {
  return Object.freeze(MEMBER_FIELDS.filter(isMeant).map(({ name }) => name));
}
