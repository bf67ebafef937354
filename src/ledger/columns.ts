/** What was read cannot have been written by us. */
export class DamagedValueError extends Error {}

/** One record of the ledger's, read column by column: a value of the wrong kind is damage, never a guess. */
export class Columns {
  readonly #values: Readonly<Record<string, unknown>>;

  constructor(record: unknown) {
    if (typeof record !== 'object' || record === null) throw new DamagedValueError('a record is missing');
    this.#values = record as Readonly<Record<string, unknown>>;
  }

  text(name: string): string {
    const value = this.#values[name];
    if (typeof value !== 'string') throw wrong(name, value, 'text');
    return value;
  }

  integer(name: string): number {
    const value = this.#values[name];
    if (typeof value !== 'number' || !Number.isSafeInteger(value)) throw wrong(name, value, 'an integer');
    return value;
  }

  oneOf<T extends string>(name: string, allowed: readonly T[]): T {
    return oneOf(this.text(name), allowed, name);
  }

  /** JSON of a list of texts. */
  texts(name: string): readonly string[] {
    const text = this.text(name);
    if (text === '[]') return [];
    const value = parseJson(text);
    if (!Array.isArray(value) || !value.every((item): item is string => typeof item === 'string')) {
      throw wrong(name, text, 'a list of texts');
    }
    return value;
  }
}

export function oneOf<T extends string>(text: string, allowed: readonly T[], name: string): T {
  const found = allowed.find((value) => value === text);
  if (found === undefined) throw wrong(name, text, `one of ${allowed.join(', ')}`);
  return found;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function wrong(name: string, value: unknown, expected: string): DamagedValueError {
  return new DamagedValueError(`its column ${name} holds ${JSON.stringify(String(value))}, which is not ${expected}`);
}
