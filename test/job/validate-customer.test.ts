import { describe, expect, test } from 'vitest';
import { OperatorError } from '../../src/base/errors.ts';
import { checkCountry } from '../../src/job/cells/cell-phone.ts';
import { matchHeader } from '../../src/job/header-match.ts';
import { validateCustomer } from '../../src/job/validate-row.ts';
import { codesOf, customer, fieldsOf, problemsOf } from './rows.ts';

test('a full row comes out with its keys apart from its fields', () => {
  const validated = customer({
    reference_number: 'K0001',
    uuid: '1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed',
    name: '陳大文',
    phone: '91234567',
    dial_code: '+852',
    email: 'abc@def.com',
    company_name: 'Universal Group Limited',
    default_payment_method: 'Credit Card',
    default_payment_token: '1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed',
  });
  expect(validated).toMatchObject({
    isValid: true,
    row: { kind: 'customer', reference_number: 'K0001', uuid: '1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed' },
  });
  expect(fieldsOf(validated as never)).toEqual({
    name: '陳大文',
    phone: '91234567',
    dial_code: '+852',
    email: 'abc@def.com',
    company_name: 'Universal Group Limited',
    default_payment_method: 'Credit Card',
    default_payment_token: '1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed',
  });
});

test('name, phone, and a reference or uuid are needed', () => {
  expect(problemsOf(customer({ reference_number: '', name: ' ', phone: '' }))).toEqual([
    "REQUIRED reference_number: it is blank. Give the customer's reference number, or the uuid.",
    'REQUIRED name: it is blank, and Wonder needs it. Fill it in.',
    'REQUIRED phone: it is blank, and Wonder needs it. Fill it in.',
  ]);
  const uuid = '1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed';
  expect(codesOf(customer({ reference_number: '', uuid }))).toEqual([]);
  expect(codesOf(customer({ reference_number: '', uuid }, { mode: 'create' }))).toEqual(['REQUIRED']);
});

describe('from a members file', () => {
  const read = (header: string[], cells: string[]) =>
    validateCustomer(cells, matchHeader(header, 'customers'), { mode: 'upsert' });

  test('the member number is the reference', () => {
    expect(read(['会员号', '姓名', '手机号'], ['8008010001', '陈大文', '91234567'])).toMatchObject({
      isValid: true,
      row: { reference_number: '8008010001' },
    });
  });

  test('a reference column wins, also where it is blank: two kinds of numbers are not mixed', () => {
    const header = ['number', 'reference_number', 'name', 'phone'];
    expect(read(header, ['M1', 'K1', 'a', '1'])).toMatchObject({ isValid: true, row: { reference_number: 'K1' } });
    expect(codesOf(read(header, ['M1', '', 'a', '1']))).toEqual(['REQUIRED']);
  });
});

describe('a phone number', () => {
  const split = (phone: string, more: Record<string, string> = {}, country?: string) => {
    const validated = customer({ phone, ...more }, country === undefined ? {} : { country });
    if (!validated.isValid) return problemsOf(validated);
    return [validated.row.fields.dial_code, validated.row.fields.phone];
  };

  test.each([
    ['+85291234567', '+852', '91234567'],
    ['+852 9123-4567', '+852', '91234567'],
    ['(+852) 9123 4567', '+852', '91234567'],
    ['0085291234567', '+852', '91234567'],
    ['＋８５２９１２３４５６７', '+852', '91234567'],
    ['+8613800138000', '+86', '13800138000'],
    ['+65 9123 4567', '+65', '91234567'],
    ['+44 (0)20 7946 0018', '+44', '2079460018'],
    ['+1 242 365 1234', '+1', '2423651234'],
    ['+39 06 1234 5678', '+39', '0612345678'],
  ])('%s says its country: %s %s', (phone, dialCode, national) => {
    expect(split(phone)).toEqual([dialCode, national]);
  });

  test.each(['+8529', '+852912345678901', '+999123456', '+', '+852 9123 4567 ext 12', '+852abc12345'])(
    '%s cannot be one',
    (phone) => expect(codesOf(customer({ phone }))).toEqual(['BAD_PHONE']),
  );

  test('without a country it is passed on as written', () => {
    expect(split('9123 4567')).toEqual([undefined, '9123 4567']);
    expect(split('13800138000')).toEqual([undefined, '13800138000']);
  });

  test('with --country it becomes a number of that country, or is refused', () => {
    expect(split('9123 4567', {}, 'HK')).toEqual(['+852', '91234567']);
    expect(split('91234567', {}, 'sg')).toEqual(['+65', '91234567']);
    expect(split('+8613800138000', {}, 'HK')).toEqual(['+86', '13800138000']);
    expect(split('13800138000', {}, 'HK')).toEqual([
      "BAD_PHONE phone: '13800138000' is not a number of HK, which --country says, but reads as a mobile of mainland China. Write +8613800138000.",
    ]);
    expect(split('12345', {}, 'HK')).toEqual([
      "BAD_PHONE phone: '12345' is not a number of HK, which --country says. Write it with its country code, such as +85291234567, or give dial_code.",
    ]);
  });

  test('with a dial code it is passed on as digits', () => {
    expect(split('9123-4567', { dial_code: '+852' })).toEqual(['+852', '91234567']);
    expect(split('9123-4567', { dial_code: '+852' }, 'SG')).toEqual(['+852', '91234567']);
    expect(split('91234567x2', { dial_code: '+852' })).toEqual([
      "BAD_PHONE phone: '91234567x2' is not one phone number. Write its digits only.",
    ]);
  });

  test('its own country code must agree with the dial code', () => {
    expect(split('+85291234567', { dial_code: '+852' })).toEqual(['+852', '91234567']);
    expect(split('+12423651234', { dial_code: '+1242' })).toEqual(['+1242', '3651234']);
    expect(split('+85291234567', { dial_code: '+65' })).toEqual([
      "BAD_PHONE phone: '+85291234567' begins with +852, but dial_code is '+65'. Correct one of them.",
    ]);
    expect(split('+85291234567', { dial_code: '+85' })).toHaveLength(1);
  });

  test('is damaged in scientific notation', () => {
    expect(codesOf(customer({ phone: '8.52912E+10' }))).toEqual(['EXCEL_DAMAGED']);
    expect(codesOf(customer({ phone: '########' }))).toEqual(['EXCEL_DAMAGED']);
  });
});

describe('a dial code', () => {
  test.each([
    ['852', "NOT_ALLOWED dial_code: '852' is not a dial code. Write +852."],
    ['00852', "NOT_ALLOWED dial_code: '00852' is not a dial code. Write +852."],
    ['+ 852', "NOT_ALLOWED dial_code: '+ 852' is not a dial code. Write +852."],
    ['HK', "NOT_ALLOWED dial_code: 'HK' is not a dial code. Write it like +852."],
    ['+852852', "TOO_LONG dial_code: '+852852' has 7 characters; at most 6 are allowed. Shorten it."],
  ])('%s is refused, and the phone is not judged by it', (dial_code, problem) => {
    expect(problemsOf(customer({ dial_code, phone: '+65 9' }))).toEqual([problem]);
  });

  test.each(['+1', '+852', '+12345'])('%s is taken', (dial_code) => {
    expect(codesOf(customer({ dial_code }))).toEqual([]);
  });
});

test.each(['reference_number', 'name', 'phone', 'email', 'company_name'])(
  '%s takes 255 characters, not 256',
  (column) => {
    const text = (length: number) => {
      if (column === 'phone') return '9'.repeat(length);
      return column === 'email' ? `${'a'.repeat(length - 6)}@ab.co` : '陳'.repeat(length);
    };
    expect(codesOf(customer({ [column]: text(255) }))).toEqual([]);
    expect(codesOf(customer({ [column]: text(256) }))).toEqual(['TOO_LONG']);
  },
);

test('lengths count as the strictest of the usual units: an emoji is two', () => {
  expect(codesOf(customer({ name: '🎂'.repeat(127) }))).toEqual([]);
  expect(codesOf(customer({ name: '🎂'.repeat(128) }))).toEqual(['TOO_LONG']);
});

test.each([
  ['credit card', 'Credit Card'],
  ['CreditCard', 'Credit Card'],
  ['ALIPAY', 'Alipay'],
  ['支付宝', 'Alipay'],
  ['WeChat Pay', 'Wechat Pay'],
  ['微信支付', 'Wechat Pay'],
  ['Alipy', 'Alipay'],
])('payment method %s is refused, and %s suggested', (default_payment_method, suggestion) => {
  expect(problemsOf(customer({ default_payment_method }))).toEqual([
    `NOT_ALLOWED default_payment_method: '${default_payment_method}' is not one of Credit Card, Alipay, Wechat Pay. Write ${suggestion}.`,
  ]);
});

test('ids that are not uuids are refused', () => {
  expect(codesOf(customer({ uuid: 'x', default_payment_token: 'tok_123', default_payment_method: 'Paypal' }))).toEqual([
    'BAD_ID',
    'NOT_ALLOWED',
    'BAD_ID',
  ]);
});

describe('--country', () => {
  test.each([
    ['HK', 'HK'],
    ['hk', 'HK'],
    [' sg ', 'SG'],
  ])('%j is %s', (text, expected) => expect(checkCountry(text)).toBe(expected));

  test.each([
    ['UK', 'Did you mean GB?'],
    ['HKG', 'Did you mean HK?'],
    ['XX', 'Give its two letters'],
    ['Hong Kong', 'Give its two letters'],
    ['', 'Give its two letters'],
    ['+852', 'Give its two letters'],
  ])('%j is not known: %s', (text, hint) => {
    try {
      checkCountry(text);
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(OperatorError);
      expect(error).toMatchObject({ code: 'UNKNOWN_COUNTRY', exitCode: 2, hint: expect.stringContaining(hint) });
    }
  });
});
