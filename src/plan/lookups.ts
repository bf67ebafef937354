import type { TextFields } from '../base/text-fields.ts';
import { assumedData, changeOf, isById, lookupKey, vendorOf } from '../calls/endpoints.ts';
import type { Answer } from '../http/answer.ts';
import type { Call, DataOf, Found, LookupCall, WriteEndpoint } from '../job/call.ts';
import { FIELDS_NOT_IN_PAGES } from '../job/fetched-fields.ts';
import type { Target } from '../ledger/ledger.ts';
import type { Snapshot, SnapshotRecord } from './snapshot.ts';

/** What was read by pages, for each vendor that was read. */
export type Snapshots = {
  readonly [T in Target]?: Snapshot;
} & {
  /** Sequence of the ledger from which on a value counts as read by this run. */
  readonly ownFrom: number;
};

/** Answers a lookup from what was read by pages, or undefined when the vendor has to be asked. */
export function answerFromSnapshot(call: LookupCall, snapshots: Snapshots): Found | undefined {
  if (call.source === 'vendor') return undefined;
  const snapshot = snapshots[vendorOf(call)];
  const record = snapshot && findRecord(call, snapshot);
  if (record && (record.isWhole || call.source !== 'snapshot_if_whole')) {
    return present(call, record, snapshots.ownFrom);
  }
  const key = lookupKey(call);
  const isAbsenceSure =
    snapshot !== undefined && (snapshot.isComplete || snapshot.isKnownAbsent(key)) && !snapshot.isUnsure(key);
  if (call.source === 'snapshot_only') return { state: isAbsenceSure ? 'absent' : 'not_read' };
  return call.source === 'snapshot' && isAbsenceSure ? { state: 'absent' } : undefined;
}

export function present(call: LookupCall, { fields, isWhole, sequence }: SnapshotRecord, ownFrom: number): Found {
  const lacks = isWhole || vendorOf(call) === 'wonder' ? [] : FIELDS_NOT_IN_PAGES;
  return { state: 'present', fields, lacks, isOfThisRun: sequence >= ownFrom, sequence };
}

/** Keeps what was read by pages true to what we have written since, for whoever reads it next. */
export function noteWrite<E extends WriteEndpoint>(
  call: Call<E>,
  answer: Answer<DataOf<E>>,
  snapshot: Snapshot | undefined,
): void {
  if (!snapshot) return;
  const isSure = answer.kind === 'success';
  const change = changeOf(call, isSure ? answer.data : assumedData(call));
  if (change.kind === 'added') {
    snapshot.markAddition(change.number);
    return;
  }
  const id = change.kind === 'patch' ? change.id : snapshot.findByNumber(change.number)?.id;
  if (id === undefined) snapshot.markAddition(change.kind === 'patch_number' ? change.number : '');
  else if (isSure) snapshot.patch(id, change.fields);
  else snapshot.forget(id);
}

/** The vendor's own answer to a lookup, as a job reads it. `sequence`: of the ledger, before the lookup was sent. */
export function toFound(answer: Answer<TextFields | undefined>, sequence: number): Answer<Found> {
  if (answer.kind !== 'success') return answer;
  const { data: fields } = answer;
  if (fields === undefined) return { kind: 'success', data: { state: 'absent' } };
  return { kind: 'success', data: { state: 'present', fields, lacks: [], isOfThisRun: true, sequence } };
}

export function findRecord(call: LookupCall, snapshot: Snapshot): SnapshotRecord | undefined {
  const key = lookupKey(call);
  return isById(call) ? snapshot.findById(key) : snapshot.findByNumber(key);
}
