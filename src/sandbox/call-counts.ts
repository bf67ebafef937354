import type { Store } from './store.ts';

export type CallCount = { day: string; account: Account; endpoint: string; calls: number };

/** Whose calls: one Kybio appId, one Wonder appId, and whoever gave an appId that is not known. */
export type Account = 'kybio' | 'wonder' | 'unknown';

export type CallCounts = ReturnType<typeof callCounts>;

/** Kept in the database, so that a restart in the middle of a day gives no calls back. */
export function callCounts(store: Store) {
  const add = store.prepare(
    `INSERT INTO callCounts (day, account, endpoint, calls) VALUES (?, ?, ?, 1)
     ON CONFLICT DO UPDATE SET calls = calls + 1`,
  );
  const used = store.prepare('SELECT total(calls) AS calls FROM callCounts WHERE day = ? AND account = ?');
  const list = store.prepare('SELECT day, account, endpoint, calls FROM callCounts ORDER BY day, account, endpoint');

  return {
    add(day: string, account: Account, endpoint: string): void {
      add.run(day, account, endpoint);
    },
    usedOn(day: string, account: Account): number {
      return used.get(day, account).calls;
    },
    list(): CallCount[] {
      return list.all();
    },
  };
}
