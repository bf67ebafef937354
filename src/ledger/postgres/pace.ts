import type { Pace } from '../account-stores.ts';
import { Columns } from '../columns.ts';
import type { Database } from './database.ts';

/** Samples of how far this machine's clock is from the database's. Few: clocks drift apart. */
const SAMPLES_MAX = 64;

/**
 * Taken before the first place. The first answers of a process come late, while its code is cold and others start
 * beside it: with the first sample alone its first calls left 20 ms after their places.
 */
const SAMPLES_FIRST = 8;

/** Added to the time that asking took last: the place should still lie ahead when the answer is here. A guess. */
const LEAD_MS = 2;

/**
 * Places for calls, on the database's clock: each one is given to one process only.
 *
 * The two clocks are compared by the samples that each answer brings. An answer is read later than the database sent
 * it, so that the smallest difference is the nearest to the truth, and none is too small: no call goes out early.
 *
 * @param open gives the connection when the first place is asked for
 * @param fail says what a failure of the database is for everybody
 */
export function openPace(open: () => Promise<Database>, fail: (error: unknown) => Error): Pace {
  const monotonicMs = (): number => performance.now();
  let opening: Promise<Database> | undefined;
  const aheadMs: number[] = [];
  let leadMs = LEAD_MS;

  async function database(): Promise<Database> {
    opening ??= open().then(async (opened) => {
      for (let count = 0; count < SAMPLES_FIRST; count += 1) {
        const [record] = await opened.query('SELECT memberload.clock_us() AS now_us', []);
        compareClocks(new Columns(record));
      }
      return opened;
    });
    return opening;
  }

  function compareClocks(columns: Columns): void {
    aheadMs.push(monotonicMs() - columns.integer('now_us') / 1000);
    if (aheadMs.length > SAMPLES_MAX) aheadMs.shift();
  }

  async function ask(sql: string, values: readonly unknown[]): Promise<unknown> {
    try {
      return (await (await database()).query(sql, values))[0];
    } catch (error) {
      throw fail(error);
    }
  }

  return {
    async nextPlace(account, spacingMs) {
      await database().catch((error: unknown) => {
        throw fail(error);
      });
      const askedMs = monotonicMs();
      const record = await ask('SELECT * FROM memberload.next_place($1, $2, $3)', [
        account,
        Math.ceil(spacingMs * 1000),
        Math.ceil(leadMs * 1000),
      ]);
      const columns = new Columns(record);
      leadMs = LEAD_MS + Math.min(monotonicMs() - askedMs, 1000);
      compareClocks(columns);
      return columns.integer('due_us') / 1000 + Math.min(...aheadMs);
    },
    async hold(account, forMs) {
      await ask('SELECT memberload.hold_places($1, $2)', [account, Math.ceil(forMs * 1000)]);
    },
  };
}
