import { type JsonFields, objectField, ParameterError, parseJsonFields } from '../json-input.ts';
import type { SandboxSwitches } from '../switches.ts';
import { renderCustomerMissing, renderWonderSuccess } from './answer.ts';
import { EMPTY_CUSTOMER, mandatoryText, readCustomer, renderCustomer } from './customer.ts';
import type { WonderEndpoint } from './endpoint.ts';

/** Creates, or updates when the reference number exists; the answer does not tell which. */
export const createCustomer: WonderEndpoint = {
  kind: 'write',
  answer({ body }, { state, switches }) {
    const fields = objectField(parseJsonFields(body), 'customer');
    if (fields === undefined) throw new ParameterError('customer is required');
    const referenceNumber = mandatoryText(fields, 'reference_number');
    const existing = state.customers.findByReference(referenceNumber);
    const base = existing !== undefined && switches.wonderPostOmitted === 'keep' ? existing : EMPTY_CUSTOMER;
    const customer = readCustomer(fields, base);
    if (existing === undefined) {
      const created = state.customers.insert(state.idSeed(), referenceNumber, customer);
      return renderWonderSuccess(`{"customer":${renderCustomer(created)}}`, switches);
    }
    state.customers.update(existing.id, customer);
    return renderWonderSuccess(`{"customer":${renderCustomer({ ...existing, ...customer })}}`, switches);
  },
};

/** The reference number cannot change: one that is given is ignored. */
export const editCustomer: WonderEndpoint = {
  kind: 'write',
  answer({ body, id }, { state, switches }) {
    const fields = readPutBody(parseJsonFields(body), switches.wonderPutBody);
    const existing = state.customers.findByUuid(id);
    // Validated all the same: which of two errors is told first is unpublished.
    const base = existing !== undefined && switches.wonderPutPartial === 'merge' ? existing : EMPTY_CUSTOMER;
    const customer = readCustomer(fields, base);
    if (existing === undefined) return renderCustomerMissing(switches);
    state.customers.update(existing.id, customer);
    return renderWonderSuccess(`{"customer":${renderCustomer({ ...existing, ...customer })}}`, switches);
  },
};

function readPutBody(fields: JsonFields, accepted: SandboxSwitches['wonderPutBody']): JsonFields {
  if (accepted === 'flat') return fields;
  const wrapped = objectField(fields, 'customer');
  if (wrapped !== undefined) return wrapped;
  if (accepted === 'either') return fields;
  throw new ParameterError('customer is required');
}
