import { usageError } from '../base/errors.ts';
import { nearestName } from '../base/nearest.ts';

/** The fields that an export can write, in this order; `password` is never among them. */
export const FETCHED_FIELDS = {
  kybio: [
    'number',
    'name',
    'phone',
    'categoryName',
    'point',
    'balance',
    'discount',
    'birthday',
    'qq',
    'email',
    'address',
    'remarks',
    'enable',
    'onAccount',
    'customerUid',
    'createdDate',
    'expiryDate',
    'createStoreAppIdOrAccount',
  ],
  wonder: [
    'reference_number',
    'uuid',
    'name',
    'dial_code',
    'phone',
    'email',
    'default_payment_method',
    'default_payment_token',
  ],
} as const;

/** Of these, the ones that a page of members does not carry (api/kybio.md §1): they cost a lookup per member. */
export const FIELDS_NOT_IN_PAGES: readonly string[] = ['remarks', 'expiryDate', 'createStoreAppIdOrAccount'];

/**
 * The fields to export, as `--columns a,b,c` names them (with or without `kybio_`), or all of them.
 *
 * @throws OperatorError UNKNOWN_COLUMN, naming the nearest
 */
export function chooseFields(vendor: 'kybio' | 'wonder', columns: readonly string[] | undefined): readonly string[] {
  const known: readonly string[] = FETCHED_FIELDS[vendor];
  if (columns === undefined) return known;
  return columns.map((column) => {
    const name = column.startsWith(`${vendor}_`) ? column.slice(vendor.length + 1) : column;
    const field = known.find((candidate) => candidate.toLowerCase() === name.toLowerCase());
    if (field !== undefined) return field;
    const nearest = nearestName(name, known);
    throw usageError(
      'UNKNOWN_COLUMN',
      `--columns: '${column}' is not a field of ${vendor === 'kybio' ? 'a Kybio member' : 'a Wonder customer'}.`,
      nearest ? `Did you mean ${nearest}?` : `Known fields: ${known.join(', ')}.`,
    );
  });
}
