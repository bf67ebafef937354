import { Columns, oneOf } from './columns.ts';
import { creditOf, type OtherRow } from './credit-guard.ts';
import type { Credit, StandingCredit } from './increments.ts';
import type { Evidence, RowRecord, RunRecord } from './ledger.ts';
import { RUN_STATES, TARGETS } from './ledger.ts';
import { ROW_STATES, type StateCounts } from './row-states.ts';

/** Records of the ledger, as every backend's tables name their columns. */

export function toStateCounts(records: readonly unknown[]): StateCounts {
  return Object.fromEntries(
    records.map((record) => {
      const columns = new Columns(record);
      return [columns.oneOf('state', ROW_STATES), columns.integer('row_count')];
    }),
  );
}

export function toRun(record: unknown): RunRecord {
  const columns = new Columns(record);
  return {
    runId: columns.text('run_id'),
    command: columns.text('command'),
    targets: columns
      .text('targets')
      .split(',')
      .map((target) => oneOf(target, TARGETS, 'targets')),
    account: columns.text('account'),
    place: columns.text('place'),
    state: columns.oneOf('state', RUN_STATES),
    createdMs: columns.integer('created_ms'),
    updatedMs: columns.integer('updated_ms'),
    inputPath: columns.text('input_path'),
    inputSha256: columns.text('input_sha256'),
    resultPath: columns.text('result_path'),
    resultSha256: columns.text('result_sha256'),
    undoes: columns.text('undoes'),
    rowCount: columns.integer('row_count'),
    settingsJson: columns.text('settings_json'),
    progressJson: columns.text('progress_json'),
    summaryJson: columns.text('summary_json'),
    prunedMs: columns.integer('pruned_ms'),
  };
}

export function toRow(record: unknown): RowRecord {
  const columns = new Columns(record);
  return {
    runId: columns.text('run_id'),
    rowNumber: columns.integer('row_number'),
    target: columns.oneOf('target', TARGETS),
    state: columns.oneOf('state', ROW_STATES),
    operation: columns.text('operation'),
    action: columns.text('action'),
    errorCode: columns.text('error_code'),
    messages: columns.texts('messages_json'),
    attempts: columns.integer('attempts'),
    customerUid: columns.text('customer_uid'),
    number: columns.text('number'),
    uuid: columns.text('uuid'),
    categoryUid: columns.text('category_uid'),
    pointIncrement: columns.text('point_increment'),
    balanceIncrement: columns.text('balance_increment'),
    reference: columns.text('reference'),
    campaign: columns.text('campaign'),
    dataChangeTime: columns.text('data_change_time'),
    pointBefore: columns.text('point_before'),
    pointAfter: columns.text('point_after'),
    balanceBefore: columns.text('balance_before'),
    balanceAfter: columns.text('balance_after'),
    intentMs: columns.integer('intent_ms'),
    updatedMs: columns.integer('updated_ms'),
    sequence: columns.integer('sequence'),
  };
}

export function toEvidence(record: unknown): Evidence {
  const columns = new Columns(record);
  return {
    recordedMs: columns.integer('recorded_ms'),
    kind: columns.text('kind'),
    detailJson: columns.text('detail_json'),
  };
}

export function toCredit(record: unknown): Credit {
  return creditOf(toOtherRow(record));
}

export function toStandingCredit(record: unknown): StandingCredit {
  return { ...toCredit(record), undoRun: new Columns(record).text('undo_run') };
}

export function toOtherRow(record: unknown): OtherRow {
  const columns = new Columns(record);
  return {
    runId: columns.text('run_id'),
    rowNumber: columns.integer('row_number'),
    state: columns.oneOf('state', ROW_STATES),
    customerUid: columns.text('customer_uid'),
    number: columns.text('number'),
    pointIncrement: columns.text('point_increment'),
    balanceIncrement: columns.text('balance_increment'),
    reference: columns.text('reference'),
    campaign: columns.text('campaign'),
    dataChangeTime: columns.text('data_change_time'),
    intentMs: columns.integer('intent_ms'),
    sequence: columns.integer('sequence'),
    isUndone: columns.integer('is_undone') === 1,
    isCredit: columns.integer('is_credit') === 1,
    isUndo: columns.text('undoes_run') !== '',
  };
}
