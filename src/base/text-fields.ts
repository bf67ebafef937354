/**
 * A vendor's record, or the part of it that a row gives: field name as the vendor spells it → text.
 * Ids and amounts are the digits as they came, so that none can be lost on the way; an absent field
 * is an absent key, never an empty text. It inherits nothing: `__proto__` is a name like any other.
 */
export type TextFields = Readonly<Record<string, string>>;

export function textFields(entries: Iterable<readonly [string, string]>): TextFields {
  const fields = emptyFields();
  for (const [name, value] of entries) fields[name] = value;
  return fields;
}

/**
 * For names that are put in one after the other. `Object.create(null)` would do the same, but V8 keeps such an object as
 * a table of hashes, which takes four times the memory and the time.
 */
export function emptyFields(): Record<string, string> {
  return new (Fields as unknown as new () => Record<string, string>)();
}

function Fields(): void {}
Fields.prototype = Object.create(null);
