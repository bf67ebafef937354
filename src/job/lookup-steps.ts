import type { TextFields } from '../base/text-fields.ts';
import { type Failed, type Steps, unsuccessful } from './outcome.ts';
import type { LookupRow } from './validate-row.ts';

/** Looks one Kybio member up, by uid when it is given: that never changes. */
export function* memberLookupSteps(row: LookupRow): Steps {
  const answer =
    row.customerUid === undefined
      ? yield { endpoint: 'customerOpenApi/queryByNumber', number: row.number ?? '' }
      : yield { endpoint: 'customerOpenApi/queryByUid', customerUid: row.customerUid };
  if (answer.kind !== 'success') return unsuccessful(answer, 'lookup');
  const found = answer.data as TextFields | undefined;
  if (found === undefined) {
    const [column, value] = row.customerUid === undefined ? ['number', row.number] : ['customerUid', row.customerUid];
    return notFound('MEMBER_NOT_FOUND', `${column}: no member has '${value}'. Check it in the back office.`);
  }
  const customerUid = found.customerUid;
  return { status: 'done', action: 'found', messages: [], found, ...(customerUid ? { customerUid } : {}) };
}

/** Looks one Wonder customer up by its reference. */
export function* customerLookupSteps(row: LookupRow): Steps {
  const answer = yield { endpoint: 'GET /customers/ref/:id', reference: row.reference_number ?? '' };
  if (answer.kind !== 'success') return unsuccessful(answer, 'lookup');
  const found = answer.data as TextFields | undefined;
  if (found === undefined) {
    return notFound('CUSTOMER_NOT_FOUND', `reference_number: no customer has '${row.reference_number}'.`);
  }
  const uuid = found.uuid;
  return { status: 'done', action: 'found', messages: [], found, ...(uuid ? { uuid } : {}) };
}

function notFound(errorCode: string, message: string): Failed {
  return { status: 'failed', errorCode, messages: [message], mayRetry: false };
}
