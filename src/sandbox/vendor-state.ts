import { fillDemoState } from './demo-state.ts';
import { type CategoryTable, categoryTable } from './kybio/category-table.ts';
import { type IncrementTable, incrementTable } from './kybio/increment-table.ts';
import { type MemberTable, memberTable } from './kybio/member-table.ts';
import { Store } from './store.ts';
import type { SandboxSwitches } from './switches.ts';
import { type CustomerTable, customerTable } from './wonder/customer-table.ts';

/** Everything the two vendors keep, and the store below it. */
export type VendorState = {
  readonly store: Store;
  readonly members: MemberTable;
  readonly categories: CategoryTable;
  readonly increments: IncrementTable;
  readonly callCounts: CallCounts;
  readonly customers: CustomerTable;
  /** What the ids of this state are made from: the seed it was created with. */
  idSeed(): number;
  /** Forgets everything and starts as a new state would. */
  reset(switches: SandboxSwitches): void;
};

export function openVendorState(stateFolder: string, switches: SandboxSwitches): VendorState {
  const store = new Store(stateFolder);
  const readSeed = store.prepare("SELECT value FROM meta WHERE name = 'idSeed'");
  const writeSeed = store.prepare("INSERT INTO meta (name, value) VALUES ('idSeed', ?)");
  let idSeed = 0;
  const state: VendorState = {
    store,
    members: memberTable(store),
    categories: categoryTable(store),
    increments: incrementTable(store),
    callCounts: callCounts(store),
    customers: customerTable(store),
    idSeed: () => idSeed,
    reset(current) {
      store.transaction(() => {
        store.clear();
        state.increments.forgetAnswers();
        begin(current);
      });
    },
  };

  function begin(current: SandboxSwitches): void {
    idSeed = current.seed;
    writeSeed.run(String(idSeed));
    fillDemoState(state, idSeed, current.empty);
  }

  store.transaction(() => {
    const stored = readSeed.get();
    // Kept with the state: another seed after a restart must not make an id that exists already.
    if (stored === undefined) begin(switches);
    else idSeed = Number(stored.value);
  });
  return state;
}

type CallCount = { day: string; account: Account; endpoint: string; calls: number };

/** Whose calls: one Kybio appId, one Wonder appId, and whoever gave an appId that is not known. */
type Account = 'kybio' | 'wonder' | 'unknown';

type CallCounts = ReturnType<typeof callCounts>;

/** Kept in the database, so that a restart in the middle of a day gives no calls back. */
function callCounts(store: Store) {
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
    usedOn: (day: string, account: Account): number => used.get(day, account).calls,
    list: (): CallCount[] => list.all(),
  };
}
