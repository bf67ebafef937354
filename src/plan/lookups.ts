import type { TextFields } from '../base/text-fields.ts';
import type { Answer } from '../http/answer.ts';
import type { Call, Found, LookupCall } from '../job/call.ts';
import { FIELDS_NOT_IN_PAGES } from '../job/fetched-fields.ts';
import type { IncrementAnswer } from '../job/topup-steps.ts';
import type { Target } from '../ledger/ledger.ts';
import type { Snapshot, SnapshotRecord } from './snapshot.ts';

/** What was read by pages, for each vendor that was read. */
export type Snapshots = { readonly [T in Target]?: Snapshot };

/**
 * Answers a lookup from what was read by pages, or undefined when the vendor has to be asked.
 *
 * @param evidenceFromMs records read before are no evidence of what an increment did
 */
export function answerFromSnapshot(call: LookupCall, snapshots: Snapshots, evidenceFromMs: number): Found | undefined {
  if (call.source === 'vendor') return undefined;
  const snapshot = snapshots[targetOf(call)];
  const record = snapshot && findRecord(call, snapshot);
  if (record && (record.isWhole || call.source !== 'snapshot_if_whole')) {
    return {
      state: 'present',
      fields: record.fields,
      lacks: record.isWhole || targetOf(call) === 'wonder' ? [] : FIELDS_NOT_IN_PAGES,
      isOfThisRun: record.readMs >= evidenceFromMs,
      readMs: record.readMs,
    };
  }
  const isAbsenceSure =
    snapshot !== undefined &&
    (snapshot.isComplete || snapshot.isKnownAbsent(lookupKey(call))) &&
    !snapshot.isUnsure(lookupKey(call));
  if (call.source === 'snapshot_only') return { state: isAbsenceSure ? 'absent' : 'not_read' };
  return call.source === 'snapshot' && isAbsenceSure ? { state: 'absent' } : undefined;
}

/** Keeps what was read by pages true to what we have written since, for whoever reads it next. */
export function noteWrite(call: Call, answer: Answer<unknown>, snapshots: Snapshots): void {
  switch (call.endpoint) {
    case 'customerOpenApi/updateBaseInfo':
      if (answer.kind === 'success') snapshots.kybio?.patch(call.customerUid, call.fields);
      else snapshots.kybio?.forget(call.customerUid);
      return;
    case 'customerOpenApi/updateBalancePointByIncrement':
      if (answer.kind === 'success') {
        const { pointAfterUpdate, balanceAfterUpdate } = answer.data as IncrementAnswer;
        snapshots.kybio?.patch(call.customerUid, { point: pointAfterUpdate, balance: balanceAfterUpdate });
      } else snapshots.kybio?.forget(call.customerUid);
      return;
    case 'customerOpenApi/add':
      snapshots.kybio?.markAddition(call.customerInfo.number ?? '');
      return;
    case 'PUT /customers/:id':
      if (answer.kind === 'success') snapshots.wonder?.patch(call.uuid, call.fields);
      else snapshots.wonder?.forget(call.uuid);
      return;
    case 'POST /customers': {
      const reference = call.fields.reference_number ?? '';
      const uuid = snapshots.wonder?.findByNumber(reference)?.fields.uuid;
      if (uuid === undefined) snapshots.wonder?.markAddition(reference);
      else if (answer.kind === 'success') snapshots.wonder?.patch(uuid, call.fields);
      else snapshots.wonder?.forget(uuid);
      return;
    }
    default:
      return;
  }
}

/** The vendor's own answer to a lookup that was sent at `readMs`, as a job reads it. */
export function toFound(answer: Answer<unknown>, readMs: number): Answer<Found> {
  if (answer.kind !== 'success') return answer;
  const fields = answer.data as TextFields | undefined;
  return {
    kind: 'success',
    data:
      fields === undefined ? { state: 'absent' } : { state: 'present', fields, lacks: [], isOfThisRun: true, readMs },
  };
}

export function targetOf(call: LookupCall): Target {
  return call.endpoint.startsWith('customerOpenApi/') ? 'kybio' : 'wonder';
}

/** The number or id that the lookup names. */
export function lookupKey(call: LookupCall): string {
  switch (call.endpoint) {
    case 'customerOpenApi/queryByNumber':
      return call.number;
    case 'customerOpenApi/queryByUid':
      return call.customerUid;
    case 'GET /customers/ref/:id':
      return call.reference;
    case 'GET /customers':
      return call.uuid;
  }
}

export function findRecord(call: LookupCall, snapshot: Snapshot): SnapshotRecord | undefined {
  switch (call.endpoint) {
    case 'customerOpenApi/queryByNumber':
      return snapshot.findByNumber(call.number);
    case 'customerOpenApi/queryByUid':
      return snapshot.findById(call.customerUid);
    case 'GET /customers/ref/:id':
      return snapshot.findByNumber(call.reference);
    case 'GET /customers':
      return snapshot.findById(call.uuid);
  }
}
