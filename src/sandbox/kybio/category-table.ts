import type { Store } from '../store.ts';
import { customerUidFor } from './member-table.ts';

export type Category = { uid: string; name: string; discount: string; enable: number; isPoint: number };

/** Far from the members' row ids, so that a category and a member never share a uid. */
const CATEGORY_ID_BASE = 1_000_000_000_000;

export type CategoryTable = ReturnType<typeof categoryTable>;

export function categoryTable(store: Store) {
  const select = 'SELECT uid, name, discount, enable, isPoint FROM categories';
  const all = store.prepare(`${select} ORDER BY rowid`);
  const byName = store.prepare(`${select} WHERE name = ?`);
  const byUid = store.prepare(`${select} WHERE uid = ?`);
  const insert = store.prepare('INSERT INTO categories (uid, name, discount, enable, isPoint) VALUES (?, ?, ?, 1, 1)');

  return {
    list: (): Category[] => all.all(),
    findByName: (name: string): Category | undefined => byName.get(name),
    findByUid: (uid: string): Category | undefined => byUid.get(uid),
    insert(seed: number, name: string, discount: string): void {
      insert.run(customerUidFor(seed, CATEGORY_ID_BASE + all.all().length), name, discount);
    },
  };
}
