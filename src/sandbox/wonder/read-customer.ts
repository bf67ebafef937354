import { ParameterError } from '../json-input.ts';
import { renderCustomerMissing, renderWonderSuccess } from './answer.ts';
import { renderCustomer } from './customer.ts';
import type { WonderEndpoint } from './endpoint.ts';

/** The example in the documents; the default is unpublished. */
const LIMIT_DEFAULT = 20;

export const getCustomerByReference: WonderEndpoint = {
  kind: 'read',
  answer({ id }, { state, switches }) {
    const customer = state.customers.findByReference(id);
    if (customer === undefined) return renderCustomerMissing(switches);
    return renderWonderSuccess(`{"customer":${renderCustomer(customer)}}`, switches);
  },
};

/** In order of creation, which is not published either. */
export const listCustomers: WonderEndpoint = {
  kind: 'read',
  answer({ query }, { state, switches }) {
    const limit = Math.min(readCount(query, 'limit') ?? LIMIT_DEFAULT, switches.wonderMaxLimit);
    const customers = state.customers.list(limit, readCount(query, 'offset') ?? 0);
    const headers: Record<string, string> = switches.wonderTotalHeader
      ? { 'x-total-entries': String(state.customers.count()) }
      : {};
    return renderWonderSuccess(`{"customers":[${customers.map(renderCustomer).join(',')}]}`, switches, headers);
  },
};

function readCount(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name);
  if (text === null || text === '') return undefined;
  if (!/^[0-9]{1,9}$/.test(text)) throw new ParameterError(`${name} is not a number`);
  return Number(text);
}
