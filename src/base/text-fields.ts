/**
 * A vendor's record, or the part of it that a row gives: field name as the vendor spells it → text.
 * Ids and amounts are the digits as they came, so that none can be lost on the way; an absent field
 * is an absent key, never an empty text. Made with a null prototype: `__proto__` is a name like any other.
 */
export type TextFields = Readonly<Record<string, string>>;

export function textFields(entries: Iterable<readonly [string, string]>): TextFields {
  const fields: Record<string, string> = Object.create(null);
  for (const [name, value] of entries) fields[name] = value;
  return fields;
}
