import { type TextFields, textFields } from '../base/text-fields.ts';
import { stepTexts } from '../texts/runs/steps.ts';
import { ask, type Found } from './call.ts';
import type { ImportMode } from './member-steps.ts';
import { failed, type Steps, unsuccessful } from './outcome.ts';
import type { CustomerRow } from './validate-row.ts';

/**
 * Creates or updates one Wonder customer: with a uuid by PUT, else by POST, which updates when the
 * reference exists and cannot tell which of the two it did. No lookup is made for it, but where the
 * customers were read by pages, those that are already so cost no call, and the action is known.
 *
 * In mode `update` the reference is looked up before: a POST would create what is not there.
 */
export function* customerSteps(row: CustomerRow, mode: ImportMode): Steps {
  const reference = row.reference_number ?? '';
  const source = mode === 'update' ? 'snapshot_if_present' : 'snapshot_only';
  const lookup =
    row.uuid === undefined
      ? yield* ask({ endpoint: 'GET /customers/ref/:id', reference, source })
      : yield* ask({ endpoint: 'GET /customers', uuid: row.uuid, source: 'snapshot_only' });
  if (mode === 'update' && row.uuid === undefined) {
    if (lookup.kind !== 'success') return unsuccessful(lookup, 'lookup');
    if (lookup.data.state !== 'present') {
      return failed('CUSTOMER_NOT_FOUND', stepTexts().customerNotFound(reference));
    }
  }
  const found: Found = lookup.kind === 'success' ? lookup.data : { state: 'not_read' };
  if (found.state === 'present' && isUnchanged(row, found.fields)) {
    const { uuid } = found.fields;
    return { status: 'done', action: 'unchanged', messages: [], ...(uuid ? { uuid } : {}) };
  }
  if (row.uuid !== undefined) {
    const answer = yield* ask({ endpoint: 'PUT /customers/:id', uuid: row.uuid, fields: row.fields });
    if (answer.kind !== 'success') return { ...unsuccessful(answer, 'PUT customers'), uuid: row.uuid };
    return { status: 'done', action: 'updated', messages: [], uuid: row.uuid };
  }
  const fields = textFields([['reference_number', reference], ...Object.entries(row.fields)]);
  const answer = yield* ask({ endpoint: 'POST /customers', fields });
  if (answer.kind !== 'success') return unsuccessful(answer, 'POST customers');
  const { uuid } = answer.data;
  const action = ({ present: 'updated', absent: 'created', not_read: 'upserted' } as const)[found.state];
  return { status: 'done', action, messages: [], ...(uuid ? { uuid } : {}) };
}

/** `company_name` is in no answer (api/wonder.md §4): a row that gives it is always sent. */
function isUnchanged(row: CustomerRow, customer: TextFields): boolean {
  return Object.entries(row.fields).every(([name, value]) => customer[name] === value);
}
