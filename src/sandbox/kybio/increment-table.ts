import { insertSql, type Store } from '../store.ts';

/** `api`: the client under test made the change. `till`: somebody else did, at a till or through the API. */
type ChangeSource = 'api' | 'till';

/** A change of amounts. */
export type Increment = {
  customerUid: string;
  number: string;
  pointIncrement: string;
  balanceIncrement: string;
  /** Empty for a sale at a till. */
  dataChangeTime: string;
  /** Milliseconds since the epoch. */
  appliedAt: number;
  callId: number;
};

const COLUMNS = [
  'customerUid',
  'number',
  'pointIncrement',
  'balanceIncrement',
  'dataChangeTime',
  'appliedAt',
  'callId',
] as const;

/** Answers kept for fault.replayAnswer; about 40 MB at the most. */
const ANSWERS_MAX = 100_000;

export type IncrementTable = ReturnType<typeof incrementTable>;

export function incrementTable(store: Store) {
  const insert = store.prepare(insertSql('increments', ['source', ...COLUMNS]));
  const repeat = store.prepare(
    'SELECT 1 FROM increments WHERE customerUid = ? AND dataChangeTime = ? AND appliedAt >= ? LIMIT 1',
  );
  const newer = store.prepare(
    'SELECT 1 FROM increments WHERE customerUid = ? AND dataChangeTime >= ? AND appliedAt >= ? LIMIT 1',
  );
  const list = store.prepare(
    `SELECT id, ${COLUMNS.join(', ')} FROM increments WHERE source = ? AND id > ? ORDER BY id LIMIT ?`,
  );
  const last = store.prepare('SELECT max(callId) AS callId FROM increments');
  const answers = new Map<string, string>();
  let lastAnswer: string | undefined;

  return {
    record(source: ChangeSource, increment: Increment): void {
      insert.run(source, ...COLUMNS.map((name) => increment[name]));
    },
    /** Whether the member was changed at this time, by anybody, as far back as `sinceMs` remembers. */
    hasChangeAt: (customerUid: string, dataChangeTime: string, sinceMs: number): boolean =>
      repeat.get(customerUid, dataChangeTime, sinceMs) !== undefined,
    /** Whether the member was changed at this time or at a later one. */
    hasChangeFrom: (customerUid: string, dataChangeTime: string, sinceMs: number): boolean =>
      newer.get(customerUid, dataChangeTime, sinceMs) !== undefined,
    listAfter: (source: ChangeSource, id: number, limit: number): (Increment & { id: number })[] =>
      list.all(source, id, limit),
    lastCallId: (): number => last.get().callId ?? 0,

    /** What was answered to an increment, for fault.replayAnswer: in memory, until a restart or a reset. */
    rememberAnswer(customerUid: string, data: string): void {
      answers.delete(customerUid);
      answers.set(customerUid, data);
      lastAnswer = data;
      for (const oldest of answers.size > ANSWERS_MAX ? answers.keys() : []) {
        answers.delete(oldest);
        break;
      }
    },
    earlierAnswer: (customerUid: string, of: 'member' | 'any'): string | undefined =>
      of === 'any' ? lastAnswer : answers.get(customerUid),
    forgetAnswers(): void {
      answers.clear();
      lastAnswer = undefined;
    },
  };
}
