import { stepTexts } from '../texts/runs/steps.ts';
import { ask } from './call.ts';
import { FIELDS_NOT_IN_PAGES } from './fetched-fields.ts';
import { failed, type Steps, unsuccessful } from './outcome.ts';
import type { LookupRow } from './validate-row.ts';

/**
 * Looks one Kybio member up, by uid when it is given: that never changes. `fields`: those that are wanted;
 * what a page does not carry costs a call.
 */
export function* memberLookupSteps(row: LookupRow, fields: readonly string[]): Steps {
  const source = fields.some((field) => FIELDS_NOT_IN_PAGES.includes(field))
    ? 'snapshot_if_whole'
    : 'snapshot_if_present';
  const answer =
    row.customerUid === undefined
      ? yield* ask({ endpoint: 'customerOpenApi/queryByNumber', number: row.number ?? '', source })
      : yield* ask({ endpoint: 'customerOpenApi/queryByUid', customerUid: row.customerUid, source });
  if (answer.kind !== 'success') return unsuccessful(answer, 'lookup');
  const found = answer.data;
  if (found.state !== 'present') {
    const { number = '', customerUid } = row;
    const [column, value] = customerUid === undefined ? ['number', number] : ['customerUid', customerUid];
    return failed('MEMBER_NOT_FOUND', stepTexts().memberUnknown(column, value));
  }
  const { customerUid } = found.fields;
  return {
    status: 'done',
    action: 'found',
    messages: [],
    found: found.fields,
    ...(customerUid ? { customerUid } : {}),
  };
}

/** Looks one Wonder customer up, by reference where there is one: by uuid only pages can answer. */
export function* customerLookupSteps(row: LookupRow): Steps {
  const answer =
    row.reference_number === undefined
      ? yield* ask({ endpoint: 'GET /customers', uuid: row.uuid ?? '', source: 'snapshot_only' })
      : yield* ask({
          endpoint: 'GET /customers/ref/:id',
          reference: row.reference_number,
          source: 'snapshot_if_present',
        });
  if (answer.kind !== 'success') return unsuccessful(answer, 'lookup');
  const found = answer.data;
  if (found.state !== 'present') {
    const { reference_number, uuid = '' } = row;
    const [column, value] = reference_number === undefined ? ['uuid', uuid] : ['reference_number', reference_number];
    return failed('CUSTOMER_NOT_FOUND', stepTexts().customerUnknown(column, value));
  }
  const { uuid } = found.fields;
  return { status: 'done', action: 'found', messages: [], found: found.fields, ...(uuid ? { uuid } : {}) };
}
