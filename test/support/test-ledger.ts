import { onTestFinished } from 'vitest';
import type { Ledger, RowRecord, RunRecord } from '../../src/ledger/ledger.ts';
import { openSqliteLedger } from '../../src/ledger/sqlite/sqlite-ledger.ts';
import { temporaryFolder } from './workspace.ts';

export const HOLDER = { pid: 4711, command: 'memberload import members.csv', startedAt: '2026-11-22T04:00:00.000Z' };

/** A ledger in a folder of its own, closed after the test. */
export function openTestLedger(folder = temporaryFolder()): Ledger {
  const ledger = openSqliteLedger(folder, HOLDER);
  onTestFinished(() => ledger.close());
  return ledger;
}

type StartedRun = Parameters<Ledger['runs']['start']>[0];

export function run(values: Partial<RunRecord> = {}): StartedRun {
  return {
    runId: 'run-1',
    command: 'topup',
    targets: 'kybio',
    account: 'kybio:APP',
    state: 'running',
    createdMs: 1,
    inputPath: '/in.csv',
    inputSha256: 'sha',
    resultPath: '/out.csv',
    settingsJson: '{}',
    rowsDigest: 'digest',
    rowCount: 1,
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
    uuid: '',
    categoryUid: '',
    pointIncrement: '',
    balanceIncrement: '',
    dataChangeTime: '',
    pointBefore: '',
    pointAfter: '',
    balanceBefore: '',
    balanceAfter: '',
    intentMs: 0,
    updatedMs: 0,
    ...values,
  };
}
