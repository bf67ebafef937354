import type { IncrementReader, StandingCredit } from './increments.ts';

/* How every backend reads what may be long. */

/** Credits read at once. */
export const PAGE_CREDITS = 2000;

/** Values asked for in one statement. */
const CHUNK = 2000;

/** Pages until one is not full. `next` gives the page after what was given last; undefined: the first. */
export async function* pages<T>(
  pageSize: number,
  next: (last: T | undefined) => Promise<readonly T[]>,
): AsyncGenerator<readonly T[]> {
  let last: T | undefined;
  for (;;) {
    const page = await next(last);
    if (page.length > 0) yield page;
    if (page.length < pageSize) return;
    last = page.at(-1);
  }
}

/** @param findBy the credits that have one of the values in the column */
export function findCreditsBy(
  findBy: (
    column: 'number' | 'customer_uid' | 'reference',
    account: string,
    values: readonly string[],
  ) => Promise<readonly StandingCredit[]>,
): IncrementReader['findCredits'] {
  return async (account, { numbers, customerUids, references }) => {
    const found = new Map<string, StandingCredit>();
    const asked = [
      ['number', numbers],
      ['customer_uid', customerUids],
      ['reference', references],
    ] as const;
    for (const [column, values] of asked) {
      for (let from = 0; from < values.length; from += CHUNK) {
        for (const credit of await findBy(column, account, values.slice(from, from + CHUNK))) {
          found.set(`${credit.runId} ${credit.rowNumber}`, credit);
        }
      }
    }
    return [...found.values()];
  };
}
