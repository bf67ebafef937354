import { addDecimals } from '../../src/base/decimal.ts';
import type { ControlSettings } from '../../src/calls/control-settings.ts';
import { Lane } from '../../src/calls/lane.ts';
import { createRateLimiter } from '../../src/calls/rate-limiter.ts';
import type { RunContext } from '../../src/calls/run-context.ts';
import { RunControl } from '../../src/calls/run-control.ts';
import type { Answer } from '../../src/http/answer.ts';
import type { CallOptions } from '../../src/http/call-options.ts';
import type { JobSettings } from '../../src/job/job-settings.ts';
import type { Increment, IncrementAnswer, KybioClient } from '../../src/kybio/client.ts';
import { type HeldClock, heldClock } from './held-clock.ts';
import { topupSettings } from './job-settings.ts';
import { openWatchedLedger, type WatchedLedger } from './watched-ledger.ts';

export const ACCOUNT = 'kybio:APP';
export const UID = '71';
export const REPEAT_CODE = '2031';

type Answered = Answer<IncrementAnswer>;

/** How the vendor treats one increment: `apply` books it. Undefined: applied, and answered as it should be. */
export type Treatment = (
  apply: () => Answered,
  increment: Increment,
  options: CallOptions,
) => Answered | Promise<Answered>;

/** One member at a vendor in this process, and a run that credits it. */
export type Stage = {
  readonly member: { point: string; balance: string };
  readonly context: RunContext;
  readonly ledger: WatchedLedger;
  readonly control: RunControl;
  readonly clock: HeldClock;
  readonly notes: string[];
  /** The calls made, in order: `increment`, `read`. */
  readonly calls: string[];
  /** How the next increments are treated, one after the other. */
  readonly treatments: Treatment[];
  /** Whether a dataChangeTime that was applied before is refused. */
  refusesRepeats: boolean;
  /** Whether a dataChangeTime that is not newer than the last change is refused. */
  refusesOlder: boolean;
  /** Done before each read of the member is answered. */
  beforeRead: () => void;
};

export const unanswered: Answered = { kind: 'unanswered', errorCode: 'TIMEOUT', detail: 'no complete answer' };

export function refusal(errorCode: string, meaning: 'unknown' | 'row' | 'quota' = 'unknown'): Answered {
  return { kind: 'refused', errorCode, messages: [`says ${errorCode}`], meaning };
}

export async function openStage(
  given: { settings?: Partial<JobSettings>; controls?: Partial<ControlSettings>; repeatCodes?: readonly string[] } = {},
): Promise<Stage> {
  const clock = heldClock();
  const ledger = await openWatchedLedger(clock);
  const control = new RunControl();
  const member = { point: '10', balance: '2.50' };
  const applied: string[] = [];
  const notes: string[] = [];
  const calls: string[] = [];
  const treatments: Treatment[] = [];

  const apply = (increment: Increment): Answered => {
    const { dataChangeTime } = increment;
    if (stage.refusesRepeats && applied.includes(dataChangeTime)) return refusal(REPEAT_CODE);
    if (stage.refusesOlder && applied.some((time) => time >= dataChangeTime)) return refusal(REPEAT_CODE);
    applied.push(dataChangeTime);
    const before = { ...member };
    member.point = addDecimals(member.point, increment.pointIncrement);
    member.balance = addDecimals(member.balance, increment.balanceIncrement);
    return {
      kind: 'success',
      data: {
        customerUid: increment.customerUid,
        pointBeforeUpdate: before.point,
        pointAfterUpdate: member.point,
        pointIncrement: increment.pointIncrement,
        balanceBeforeUpdate: before.balance,
        balanceAfterUpdate: member.balance,
        balanceIncrement: increment.balanceIncrement,
        dataChangeTime,
      },
    };
  };
  const read = (): Answer<Record<string, string>> => {
    calls.push('read');
    stage.beforeRead();
    return { kind: 'success', data: { customerUid: UID, number: 'N1', ...member } };
  };
  const unused = (): never => {
    throw new Error('not part of the scripted vendor');
  };
  const client: KybioClient = {
    async updateBalancePointByIncrement(increment, options = {}) {
      calls.push('increment');
      const treat = treatments.shift();
      if (treat) return treat(() => apply(increment), increment, options);
      options.onSent?.();
      return apply(increment);
    },
    queryByNumber: async () => read(),
    queryByUid: async () => read(),
    add: unused,
    updateBaseInfo: unused,
    queryCustomerPages: unused,
    queryAccessTimes: unused,
    queryDailyAccessTimesLog: unused,
    queryAllCustomerCategory: unused,
    batchUpdateCategory: unused,
    serverDate: undefined,
    close: async () => undefined,
  };
  const controls: ControlSettings = {
    rate: 'unlimited',
    concurrency: 4,
    timeoutMs: 30_000,
    dailyQuota: undefined,
    reserve: 0,
    waitsForQuota: false,
    quotaZone: 'Asia/Shanghai',
    maxErrors: undefined,
    snapshotMaxAgeMs: 0,
    pageSizes: { kybio: 100, wonder: 1000 },
    quietWindowMs: 60_000,
    repeatAgeMaxMs: 600_000,
    skipsReport: true,
    ...given.controls,
  };
  const lane = new Lane(
    { account: ACCOUNT, ...controls },
    { ledger, control, clock, limiter: createRateLimiter('unlimited', clock), random: () => 0, connections: 4 },
  );
  const settings = topupSettings({ lookup: 'rows', ...given.settings });
  const stage: Stage = {
    member,
    ledger,
    control,
    clock,
    notes,
    calls,
    treatments,
    refusesRepeats: false,
    refusesOlder: false,
    beforeRead: () => undefined,
    context: {
      runId: 'run-1',
      settings,
      controls,
      vendors: { kybio: { client, lane, repeatCodes: given.repeatCodes ?? [] } },
      ledger,
      control,
      clock,
      reporter: {
        note: (text) => void notes.push(text),
        warn: (text) => void notes.push(text),
        start: () => undefined,
        price: () => undefined,
        sleep: () => undefined,
        row: () => undefined,
        stand: () => undefined,
        end: () => undefined,
      },
      homeFolder: '/home',
      runFolder: '/home/run-1',
      startedMs: clock.nowMs(),
    },
  };
  return stage;
}
