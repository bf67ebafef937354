import type { Store } from '../store.ts';

/** A change of amounts. `api`: through the vendor's API; `till`: a sale that the API's client did not make. */
export type Increment = {
  customerUid: string;
  number: string;
  pointIncrement: string;
  balanceIncrement: string;
  dataChangeTime: string;
  /** Milliseconds since the epoch. */
  appliedAt: number;
  callId: number;
};

export type IncrementTable = ReturnType<typeof incrementTable>;

export function incrementTable(store: Store) {
  const insert = store.prepare(
    `INSERT INTO increments
       (source, customerUid, number, pointIncrement, balanceIncrement, dataChangeTime, appliedAt, callId)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const repeat = store.prepare(
    "SELECT 1 FROM increments WHERE customerUid = ? AND dataChangeTime = ? AND source = 'api' LIMIT 1",
  );
  const list = store.prepare(
    `SELECT id, customerUid, number, pointIncrement, balanceIncrement, dataChangeTime, appliedAt, callId
     FROM increments WHERE source = ? AND id > ? ORDER BY id LIMIT ?`,
  );
  const last = store.prepare('SELECT max(callId) AS callId FROM increments');

  return {
    record(source: 'api' | 'till', increment: Increment): void {
      insert.run(
        source,
        increment.customerUid,
        increment.number,
        increment.pointIncrement,
        increment.balanceIncrement,
        increment.dataChangeTime,
        increment.appliedAt,
        increment.callId,
      );
    },
    wasApplied(customerUid: string, dataChangeTime: string): boolean {
      return repeat.get(customerUid, dataChangeTime) !== undefined;
    },
    listAfter(source: 'api' | 'till', id: number, limit: number): (Increment & { id: number })[] {
      return list.all(source, id, limit);
    },
    lastCallId(): number {
      return last.get().callId ?? 0;
    },
  };
}
