import { onTestFinished } from 'vitest';
import type { Clock } from '../../src/base/clock.ts';
import type { OperatorError } from '../../src/base/errors.ts';
import type { IncrementIntent } from '../../src/ledger/increments.ts';
import type { Ledger, NewRun, PlannedRow, RowRecord } from '../../src/ledger/ledger.ts';
import { openSqliteLedger } from '../../src/ledger/sqlite/sqlite-ledger.ts';
import { heldClock } from './held-clock.ts';
import { temporaryFolder } from './workspace.ts';

export const HOLDER = { pid: 4711, command: 'memberload import members.csv', startedAt: '2026-11-22T04:00:00.000Z' };

export const ACCOUNT = 'kybio:APP';

/** A ledger in a folder of its own, closed after the test. */
export async function openTestLedger(
  options: {
    readonly folder?: string;
    readonly clock?: Clock;
    readonly onFailure?: (error: OperatorError) => void;
  } = {},
): Promise<Ledger> {
  const { folder = temporaryFolder(), clock = heldClock(), onFailure = () => undefined } = options;
  const ledger = await openSqliteLedger({ folder, holder: HOLDER, clock, onFailure });
  onTestFinished(() => ledger.close());
  return ledger;
}

export function newRun(values: Partial<NewRun> = {}): NewRun {
  return {
    runId: 'run-1',
    command: 'topup',
    targets: ['kybio'],
    account: ACCOUNT,
    place: 'SANDBOX',
    inputPath: '/in.csv',
    inputSha256: 'sha',
    resultPath: '/out.csv',
    undoes: '',
    rowCount: 1,
    settingsJson: '{}',
    ...values,
  };
}

export function plannedRow(values: Partial<PlannedRow> = {}): PlannedRow {
  return {
    rowNumber: 1,
    number: '',
    customerUid: '',
    pointIncrement: '10',
    balanceIncrement: '',
    reference: '',
    campaign: '',
    ...values,
  };
}

export function newIntent(values: Partial<IncrementIntent> = {}): IncrementIntent {
  return {
    key: { runId: 'run-1', rowNumber: 1, target: 'kybio' },
    account: ACCOUNT,
    operation: 'increment',
    customerUid: '7',
    number: '',
    pointIncrement: '10',
    balanceIncrement: '0',
    reference: '',
    before: undefined,
    dataChangeTime: { kind: 'next', fromMs: Date.UTC(2026, 10, 22, 4), timeZone: 'Asia/Shanghai' },
    mayRepeatMember: false,
    guard: undefined,
    ...values,
  };
}

export function rowRecord(values: Partial<RowRecord>): RowRecord {
  return {
    runId: 'run-1',
    rowNumber: 1,
    target: 'kybio',
    state: 'done',
    operation: '',
    action: '',
    errorCode: '',
    messages: [],
    attempts: 1,
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
    ...values,
  };
}
