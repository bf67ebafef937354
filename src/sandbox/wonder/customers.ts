import { type JsonFields, ParameterError, parseJsonFields } from '../json-input.ts';
import type { Reply } from '../reply.ts';
import type { SandboxSwitches } from '../switches.ts';
import { type CustomerFields, type CustomerRow, NO_TEXTS } from './customer-table.ts';
import { renderCustomerMissing, renderWonderSuccess, type WonderEndpoint } from './endpoint.ts';

const TEXT_LENGTH_MAX = 255;
const DIAL_CODE_LENGTH_MAX = 6;
const PAYMENT_METHODS = ['Credit Card', 'Alipay', 'Wechat Pay'];
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** What a customer has whose optional fields were never given. The answer must have a dial_code. */
const EMPTY_CUSTOMER: CustomerFields = { ...NO_TEXTS, dial_code: '+852' };

/** Creates, or updates when the reference number exists; the answer does not tell which. */
export const createCustomer: WonderEndpoint = {
  kind: 'write',
  answer({ body }, { state, switches }) {
    const fields = parseJsonFields(body).object('customer');
    if (fields === undefined) throw new ParameterError('customer is required');
    const referenceNumber = mandatoryText(fields, 'reference_number');
    const existing = state.customers.findByReference(referenceNumber);
    const base = existing !== undefined && switches.wonderPostOmitted === 'keep' ? existing : EMPTY_CUSTOMER;
    const customer = readCustomer(fields, base);
    const saved =
      existing === undefined
        ? state.customers.insert(state.idSeed(), referenceNumber, customer)
        : state.customers.update(existing, customer);
    return answerCustomer(saved, switches);
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
    return answerCustomer(state.customers.update(existing, customer), switches);
  },
};

function readPutBody(fields: JsonFields, accepted: SandboxSwitches['wonderPutBody']): JsonFields {
  if (accepted === 'flat') return fields;
  const wrapped = fields.object('customer');
  if (wrapped !== undefined) return wrapped;
  if (accepted === 'either') return fields;
  throw new ParameterError('customer is required');
}

/** The example in the documents; the default is unpublished. */
const LIMIT_DEFAULT = 20;

export const getCustomerByReference: WonderEndpoint = {
  kind: 'read',
  answer({ id }, { state, switches }) {
    const customer = state.customers.findByReference(id);
    return customer === undefined ? renderCustomerMissing(switches) : answerCustomer(customer, switches);
  },
};

/** In order of creation, which is not published either. */
export const listCustomers: WonderEndpoint = {
  kind: 'read',
  answer({ query }, { state, switches }) {
    const limit = Math.min(readCount(query, 'limit') ?? LIMIT_DEFAULT, switches.wonderMaxLimit);
    const customers = state.customers.list(limit, readCount(query, 'offset') ?? 0);
    const total = { 'x-total-entries': String(state.customers.count()) };
    const data = `{"customers":[${customers.map(renderCustomer).join(',')}]}`;
    return renderWonderSuccess(data, switches, switches.wonderTotalHeader ? total : {});
  },
};

function readCount(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name);
  if (text === null || text === '') return undefined;
  if (!/^[0-9]{1,9}$/.test(text)) throw new ParameterError(`${name} is not a number`);
  return Number(text);
}

/** The given fields over `base`: omitted and empty optional ones keep what `base` has. */
function readCustomer(fields: JsonFields, base: CustomerFields): CustomerFields {
  const method = optionalText(fields, 'default_payment_method', TEXT_LENGTH_MAX);
  if (method !== '' && !PAYMENT_METHODS.includes(method)) {
    throw new ParameterError(`default_payment_method must be one of ${PAYMENT_METHODS.join(', ')}`);
  }
  const token = optionalText(fields, 'default_payment_token', TEXT_LENGTH_MAX);
  if (token !== '' && !UUID.test(token)) throw new ParameterError('default_payment_token must be a uuid');
  return {
    name: mandatoryText(fields, 'name'),
    phone: mandatoryText(fields, 'phone'),
    email: optionalText(fields, 'email', TEXT_LENGTH_MAX) || base.email,
    dial_code: optionalText(fields, 'dial_code', DIAL_CODE_LENGTH_MAX) || base.dial_code,
    company_name: optionalText(fields, 'company_name', TEXT_LENGTH_MAX) || base.company_name,
    default_payment_method: method || base.default_payment_method,
    default_payment_token: token || base.default_payment_token,
  };
}

function mandatoryText(fields: JsonFields, name: string): string {
  const value = optionalText(fields, name, TEXT_LENGTH_MAX);
  if (value === '') throw new ParameterError(`${name} is required`);
  return value;
}

function answerCustomer(customer: CustomerRow, switches: SandboxSwitches): Reply {
  return renderWonderSuccess(`{"customer":${renderCustomer(customer)}}`, switches);
}

/** company_name is taken but in no answer; the token goes in as a uuid and comes out as an object. */
function renderCustomer(customer: CustomerRow): string {
  return (
    `{"name":${JSON.stringify(customer.name)}` +
    text('email', customer.email) +
    `,"dial_code":${JSON.stringify(customer.dial_code)},"phone":${JSON.stringify(customer.phone)}` +
    `,"reference_number":${JSON.stringify(customer.reference_number)}` +
    text('default_payment_method', customer.default_payment_method) +
    `,"uuid":"${customer.uuid}"` +
    (customer.default_payment_token === '' ? '' : renderToken(customer.default_payment_token)) +
    '}'
  );
}

/** Card fields are there on purpose: an exporter should drop them. */
function renderToken(token: string): string {
  return (
    `,"default_payment_token":{"token_type":"CreditCard","token":${JSON.stringify(token)},"state":"success",` +
    '"default":true,"error_code":"","error_msg":"","credit_card":{"number":"************1111","exp_month":"12",' +
    '"exp_year":"2030","holder_name":"SANDBOX","brand":"visa","billing_currency":"HKD"}}'
  );
}

function text(name: string, value: string): string {
  return value === '' ? '' : `,"${name}":${JSON.stringify(value)}`;
}

function optionalText(fields: JsonFields, name: string, lengthMax: number): string {
  const value = fields.text(name) ?? '';
  // Code points: what 255 counts is not published.
  if (value.length > lengthMax && [...value].length > lengthMax) {
    throw new ParameterError(`${name} is longer than ${lengthMax} characters`);
  }
  return value;
}
