import type { Clock } from '../../src/base/clock.ts';
import { decimalsEqual } from '../../src/base/decimal.ts';
import { zonedDateTime } from '../../src/base/zoned-time.ts';
import type {
  Begun,
  CallsOfDay,
  Credit,
  Evidence,
  IncrementIntent,
  Ledger,
  RowChange,
  RowKey,
  RowRecord,
} from '../../src/ledger/ledger.ts';
import type { RowState } from '../../src/ledger/row-states.ts';

/** What a test can look at, and get in the way of. */
export type MemoryLedger = Ledger & {
  readonly intents: readonly IncrementIntent[];
  /** Answers the next `take` with a refusal, as if others had used the day up. */
  refuseNextTake(): void;
  put(values: Partial<RowRecord>): RowRecord;
};

const BLANK: RowRecord = {
  runId: 'run-1',
  rowNumber: 1,
  target: 'kybio',
  state: 'done',
  operation: '',
  action: '',
  errorCode: '',
  messages: [],
  attempts: 0,
  customerUid: '',
  number: '',
  uuid: '',
  categoryUid: '',
  pointIncrement: '',
  balanceIncrement: '',
  reference: '',
  campaign: '',
  dataChangeTime: '',
  pointBefore: '',
  pointAfter: '',
  balanceBefore: '',
  balanceAfter: '',
  intentMs: 0,
  updatedMs: 0,
  sequence: 0,
};

/** A ledger of one account in memory, for tests of what stands above it. The contract suite tests the real ones. */
export function openMemoryLedger(clock: Pick<Clock, 'nowMs'>): MemoryLedger {
  const rows = new Map<string, RowRecord>();
  const evidence: (Evidence & { runId: string; rowNumber: number })[] = [];
  const facts = new Map<string, string>();
  const counted: { account: string; day: string; endpoint: string }[] = [];
  const times = new Set<string>();
  const intents: IncrementIntent[] = [];
  let sequence = 0;
  let isRefusing = false;
  const keyOf = ({ runId, rowNumber, target }: RowKey): string => `${runId}/${rowNumber}/${target}`;
  const all = (): RowRecord[] => [...rows.values()].sort((left, right) => left.rowNumber - right.rowNumber);
  const write = (key: RowKey, change: RowChange): RowRecord => {
    sequence += 1;
    const { runId, rowNumber, target } = key;
    const before = rows.get(keyOf(key)) ?? { ...BLANK, runId, rowNumber, target, state: 'open' as RowState };
    const row = { ...before, ...change, updatedMs: clock.nowMs(), sequence };
    rows.set(keyOf(key), row);
    return row;
  };
  const isSame = (left: RowKey, right: RowKey): boolean => keyOf(left) === keyOf(right);
  const isUnsettled = ({ dataChangeTime, state }: RowRecord): boolean =>
    dataChangeTime !== '' && (state === 'intent' || state === 'in_doubt');
  const nextTime = (customerUid: string, fromMs: number, timeZone: string): string => {
    for (let ms = fromMs; ; ms += 1000) {
      const time = zonedDateTime(ms, timeZone);
      if (!times.has(`${customerUid} ${time}`)) return time;
    }
  };
  const toCredit = (row: RowRecord): Credit => ({ ...row, runCreatedMs: 0, isUndone: false });

  const begin = (intent: IncrementIntent): Begun => {
    intents.push(intent);
    const { key, customerUid, guard } = intent;
    const own = rows.get(keyOf(key));
    const ofMember = all().filter(
      (row) => row.customerUid === customerUid && !isSame(row, key) && row.dataChangeTime !== '',
    );
    const waiting = ofMember.find(isUnsettled);
    if (waiting) return { kind: 'member_waits', runId: waiting.runId, rowNumber: waiting.rowNumber };
    const done = ofMember.filter(({ state, action }) => state === 'done' && action === 'topped_up');
    const repeated = done.find(({ runId }) => runId === key.runId);
    if (repeated && !intent.mayRepeatMember) return { kind: 'member_repeated', rowNumber: repeated.rowNumber };
    const isEqual = (row: RowRecord): boolean =>
      decimalsEqual(row.pointIncrement, intent.pointIncrement) &&
      decimalsEqual(row.balanceIncrement, intent.balanceIncrement);
    if (guard) {
      const others = done.filter(({ runId }) => runId !== key.runId);
      const same = others.find((row) =>
        intent.reference !== ''
          ? row.reference === intent.reference
          : guard.campaign !== ''
            ? row.campaign === guard.campaign
            : isEqual(row) && clock.nowMs() - row.intentMs < guard.repeatWindowMs,
      );
      if (same) return { kind: isEqual(same) ? 'credited_before' : 'credited_otherwise', credit: toCredit(same) };
    }
    const time = intent.dataChangeTime;
    const dataChangeTime =
      own?.dataChangeTime || (time.kind === 'given' ? time.time : nextTime(customerUid, time.fromMs, time.timeZone));
    if (!own?.dataChangeTime && times.has(`${customerUid} ${dataChangeTime}`)) return { kind: 'time_taken' };
    times.add(`${customerUid} ${dataChangeTime}`);
    const hasBefore =
      intent.before !== undefined && ofMember.every((row) => row.sequence <= (intent.before?.sequence ?? 0));
    const { pointIncrement, balanceIncrement, number, reference, operation } = intent;
    write(key, {
      ...{
        state: 'intent',
        operation,
        customerUid,
        number,
        pointIncrement,
        balanceIncrement,
        reference,
        dataChangeTime,
      },
      ...{ errorCode: '', intentMs: clock.nowMs() },
      pointBefore: hasBefore ? (intent.before?.point ?? '') : '',
      balanceBefore: hasBefore ? (intent.before?.balance ?? '') : '',
    });
    return { kind: 'begun', dataChangeTime, hasBefore };
  };

  const unused = (): never => {
    throw new Error('not part of the memory ledger');
  };
  const addEvidence = (key: RowKey, { kind, detailJson }: { kind: string; detailJson: string }): void => {
    evidence.push({ runId: key.runId, rowNumber: key.rowNumber, recordedMs: clock.nowMs(), kind, detailJson });
  };
  return {
    place: 'memory',
    intents,
    refuseNextTake() {
      isRefusing = true;
    },
    put(values) {
      const row = { ...BLANK, ...values };
      if (row.dataChangeTime !== '') times.add(`${row.customerUid} ${row.dataChangeTime}`);
      const { updatedMs } = row;
      const written = write(row, row);
      rows.set(keyOf(row), { ...written, ...(values.updatedMs !== undefined && { updatedMs }) });
      return rows.get(keyOf(row)) ?? written;
    },
    now: async () => clock.nowMs(),
    sequence: async () => sequence,
    flush: async () => undefined,
    close: async () => undefined,
    requireNewest: async () => undefined,
    acceptAsNewest: async () => undefined,
    readHealth: unused,
    runs: {
      find: unused,
      list: unused,
      listUnfinished: unused,
      listUndoing: unused,
      start: unused,
      setState: unused,
      end: unused,
      setProgress: unused,
      setResult: unused,
      cancel: unused,
      prune: unused,
    },
    rows: {
      find: async (key) => rows.get(keyOf(key)),
      async *read(runId) {
        yield all().filter((row) => row.runId === runId);
      },
      listByState: async (runId, states) => all().filter((row) => row.runId === runId && states.includes(row.state)),
      countByState: unused,
      listEvidence: async (runId, rowNumber) =>
        evidence.filter((one) => one.runId === runId && one.rowNumber === rowNumber),
      async record(key, change, detail) {
        write(key, change);
        if (detail) addEvidence(key, detail);
      },
      async recordSoon(key, change) {
        write(key, change);
      },
      addEvidence: async (key, detail) => addEvidence(key, detail),
    },
    increments: {
      begin: async (intent) => begin(intent),
      async claimTime(_account, customerUid, { fromMs, timeZone }) {
        const time = nextTime(customerUid, fromMs, timeZone);
        times.add(`${customerUid} ${time}`);
        return time;
      },
      listUnsettled: async () => all().filter(isUnsettled),
      listOfMember: async (_account, customerUid) =>
        all()
          .filter((row) => row.customerUid === customerUid && row.dataChangeTime !== '')
          .sort((left, right) => left.sequence - right.sequence),
      findCredits: unused,
      readCredits: unused,
      countCredits: unused,
      readCreditsOfRun: unused,
    },
    calls: {
      async take(account, { day, endpoint, limit }) {
        const used = counted.filter((call) => call.account === account && call.day === day).length;
        if (isRefusing || (limit !== undefined && used >= limit)) {
          isRefusing = false;
          return { isTaken: false, used: Math.max(used, limit ?? used) };
        }
        counted.push({ account, day, endpoint });
        return { isTaken: true, used: used + 1 };
      },
      total: async (account, day) => counted.filter((call) => call.account === account && call.day === day).length,
      newestDay: async (account) =>
        counted
          .filter((call) => call.account === account)
          .map(({ day }) => day)
          .sort()
          .at(-1),
      byDay: async (): Promise<CallsOfDay[]> => [],
      prune: async () => undefined,
    },
    facts: {
      read: async (account, fact) => facts.get(`${account} ${fact}`),
      async write(account, fact, value) {
        facts.set(`${account} ${fact}`, value);
      },
    },
  };
}
