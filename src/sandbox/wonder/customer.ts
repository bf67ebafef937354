import { type JsonFields, ParameterError, textField } from '../json-input.ts';
import type { CustomerFields, CustomerRow } from './customer-table.ts';

const TEXT_LENGTH_MAX = 255;
const DIAL_CODE_LENGTH_MAX = 6;
const PAYMENT_METHODS = ['Credit Card', 'Alipay', 'Wechat Pay'];
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** What a customer has whose optional fields were never given. The answer must have a dial_code. */
export const EMPTY_CUSTOMER: CustomerFields = {
  name: '',
  email: '',
  dial_code: '+852',
  phone: '',
  company_name: '',
  default_payment_method: '',
  default_payment_token: '',
};

/** The given fields over `base`: omitted and empty optional ones keep what `base` has. */
export function readCustomer(fields: JsonFields, base: CustomerFields): CustomerFields {
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

export function mandatoryText(fields: JsonFields, name: string): string {
  const value = optionalText(fields, name, TEXT_LENGTH_MAX);
  if (value === '') throw new ParameterError(`${name} is required`);
  return value;
}

/** company_name is taken but in no answer; the token goes in as a uuid and comes out as an object. */
export function renderCustomer(customer: CustomerRow): string {
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
  const value = textField(fields, name) ?? '';
  // Code points: what 255 counts is not published.
  if (value.length > lengthMax && [...value].length > lengthMax) {
    throw new ParameterError(`${name} is longer than ${lengthMax} characters`);
  }
  return value;
}
