import { textFields } from '../base/text-fields.ts';
import { type Steps, unsuccessful } from './outcome.ts';
import type { CustomerRow } from './validate-row.ts';

/**
 * Creates or updates one Wonder customer: with a uuid by PUT, else by POST, which updates when the
 * reference exists and cannot tell which of the two it did.
 */
export function* customerSteps(row: CustomerRow): Steps {
  if (row.uuid !== undefined) {
    const answer = yield { endpoint: 'PUT /customers/:id', uuid: row.uuid, fields: row.fields };
    if (answer.kind !== 'success') return { ...unsuccessful(answer, 'PUT customers'), uuid: row.uuid };
    return { status: 'done', action: 'updated', messages: [], uuid: row.uuid };
  }
  const fields = textFields([['reference_number', row.reference_number ?? ''], ...Object.entries(row.fields)]);
  const answer = yield { endpoint: 'POST /customers', fields };
  if (answer.kind !== 'success') return unsuccessful(answer, 'POST customers');
  const { uuid } = answer.data as { uuid?: string };
  return { status: 'done', action: 'upserted', messages: [], ...(uuid ? { uuid } : {}) };
}
