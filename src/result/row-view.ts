import type { ResultColumn } from '../job/columns.ts';
import type { RowRecord, Target } from '../ledger/ledger.ts';
import { resultTexts } from '../texts/tables/result.ts';
import type { RowStatus } from './run-document.ts';

/** What a result row says of its run: a pure reading of what the ledger holds. */
export type RowView = {
  readonly status: RowStatus;
  readonly actions: readonly { readonly target: Target; readonly action: string }[];
  readonly errorCodes: readonly { readonly target: Target; readonly errorCode: string }[];
  readonly messages: readonly { readonly target: Target; readonly message: string }[];
  readonly attempts: number;
  /** By the names of the result columns, without `result_`. */
  readonly values: ResultValues;
};

/** The cells of a row's `result_` columns, made by whoever views the row. */
type ResultValues = Partial<Record<ResultColumn, string>>;

/** Why a row that was never begun was not sent, as an errorCode and what to do. */
export type NotSentReason = { readonly errorCode: string; readonly message: string };

/** Reads the ledger's records of one row, one for each target that was begun, into what the result file says. */
export function viewRow(targets: readonly Target[], records: readonly RowRecord[], notSent: NotSentReason): RowView {
  const [only] = targets;
  if (only !== undefined && targets.length === 1) return viewTarget(only, records, notSent);
  const parts = targets.map((target) => {
    const record = records.find((candidate) => candidate.target === target);
    return { target, record, ...readRecord(record, notSent) };
  });
  const values: ResultValues = {};
  for (const { target, record } of parts) addValues(values, target, record);
  return {
    status: worst(parts.map((part) => part.status)),
    actions: parts.flatMap(({ target, status, record }) =>
      status === 'done' && record ? [{ target, action: record.action }] : [],
    ),
    errorCodes: parts.flatMap(({ target, errorCode }) => (errorCode === '' ? [] : [{ target, errorCode }])),
    messages: parts.flatMap(({ target, messages }) => messages.map((message) => ({ target, message }))),
    attempts: Math.max(0, ...parts.map(({ record }) => record?.attempts ?? 0)),
    values,
  };
}

/** A run has one target nearly always. */
function viewTarget(target: Target, records: readonly RowRecord[], notSent: NotSentReason): RowView {
  const record = records.find((candidate) => candidate.target === target);
  const { status, errorCode, messages } = readRecord(record, notSent);
  const values: ResultValues = {};
  addValues(values, target, record);
  return {
    status,
    actions: status === 'done' && record ? [{ target, action: record.action }] : [],
    errorCodes: errorCode === '' ? [] : [{ target, errorCode }],
    messages: messages.map((message) => ({ target, message })),
    attempts: record?.attempts ?? 0,
    values,
  };
}

function addValues(values: ResultValues, target: Target, record: RowRecord | undefined): void {
  if (!record) return;
  if (target === 'wonder') values.uuid = record.uuid;
  if (target !== 'kybio') return;
  values.customerUid = record.customerUid;
  // A time and before-values stand beside an outcome that they belong to, not beside a row that never went.
  if (record.state === 'open' || record.state === 'retry' || record.state === 'invalid') return;
  values.balanceBefore = record.balanceBefore;
  values.balanceAfter = record.balanceAfter;
  values.pointBefore = record.pointBefore;
  values.pointAfter = record.pointAfter;
  values.dataChangeTime = record.dataChangeTime;
}

type Reading = { readonly status: RowStatus; readonly errorCode: string; readonly messages: readonly string[] };

function readRecord(record: RowRecord | undefined, notSent: NotSentReason): Reading {
  if (record === undefined)
    return { status: 'not_sent', errorCode: notSent.errorCode, messages: notSentMessages(notSent) };
  const { errorCode, messages } = record;
  switch (record.state) {
    case 'done':
      return { status: 'done', errorCode: '', messages };
    case 'failed':
    case 'retry':
      return { status: 'failed', errorCode, messages };
    case 'invalid':
      return { status: 'invalid', errorCode, messages };
    case 'in_doubt':
      return { status: 'in_doubt', errorCode: errorCode || 'IN_DOUBT', messages };
    case 'open':
      return {
        status: 'not_sent',
        errorCode: errorCode || notSent.errorCode,
        messages: errorCode ? messages : notSentMessages(notSent),
      };
    case 'planned':
    case 'deferred':
      return { status: 'not_sent', errorCode: notSent.errorCode, messages: notSentMessages(notSent) };
    case 'intent':
      // An increment without an outcome is money in doubt; any other write is completed by `resume`.
      if (record.dataChangeTime !== '') {
        return {
          status: 'in_doubt',
          errorCode: errorCode || 'IN_DOUBT',
          messages: messages.length > 0 ? messages : [resultTexts().endedBeforeAnswer],
        };
      }
      return { status: 'not_sent', errorCode: notSent.errorCode, messages: notSentMessages(notSent) };
  }
}

function notSentMessages(notSent: NotSentReason): readonly string[] {
  return notSent.message === '' ? [] : [notSent.message];
}

/** A row with two targets has one status: the one that a person must look at first. */
const BY_CONCERN: readonly RowStatus[] = ['in_doubt', 'failed', 'invalid', 'not_sent', 'done'];

function worst(statuses: readonly RowStatus[]): RowStatus {
  return BY_CONCERN.find((status) => statuses.includes(status)) ?? 'not_sent';
}
