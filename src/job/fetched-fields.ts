import { usageError } from '../base/errors.ts';
import { nearestName } from '../base/nearest.ts';
import { EXPORTED_FIELDS } from '../kybio/member-fields.ts';
import { headerTexts } from '../texts/tables/header.ts';
import { CUSTOMER_FIELDS } from '../wonder/customer-fields.ts';

export { FIELDS_NOT_IN_PAGES } from '../kybio/member-fields.ts';

/** The fields that an export can write, in this order; `password` is never among them. */
export const FETCHED_FIELDS: Readonly<Record<'kybio' | 'wonder', readonly string[]>> = Object.freeze({
  kybio: EXPORTED_FIELDS,
  wonder: CUSTOMER_FIELDS.filter(({ isExported }) => isExported).map(({ name }) => name),
});

/**
 * The fields to export, as `--columns a,b,c` names them (with or without `kybio_`), or all of them.
 *
 * @throws OperatorError UNKNOWN_COLUMN, naming the nearest
 */
export function chooseFields(vendor: 'kybio' | 'wonder', columns: readonly string[] | undefined): readonly string[] {
  const known = FETCHED_FIELDS[vendor];
  if (columns === undefined) return known;
  const chosen = columns.map((column) => {
    const name = column.startsWith(`${vendor}_`) ? column.slice(vendor.length + 1) : column;
    const field = known.find((candidate) => candidate.toLowerCase() === name.toLowerCase());
    if (field !== undefined) return field;
    const nearest = nearestName(name, known);
    throw usageError(
      'UNKNOWN_COLUMN',
      headerTexts().unknownField(column, vendor),
      headerTexts().unknownFieldHint(nearest, known),
    );
  });
  // A column that stands twice could not be imported again.
  return [...new Set(chosen)];
}
