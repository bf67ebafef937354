import { describe, expect, test } from 'vitest';
import { OperatorError } from '../../src/base/errors.ts';
import { matchHeader } from '../../src/job/header-match.ts';
import { checkValidationOptions, duplicateRow, validateMember, wrongColumnCount } from '../../src/job/validate-row.ts';
import { codesOf, fieldsOf, issuesOf, member, problemsOf } from './rows.ts';

test('a full row comes out normalised, its keys apart from its fields', () => {
  const validated = member({
    number: ' 8008010001\u00a0',
    customerUid: '813951242628553689',
    name: '\u3000陈 大文 ',
    phone: '+852 9123 4567',
    birthday: '1990/1/5',
    qq: '673874555',
    email: 'chan@example.com',
    address: '63 Ubi Road 1\nOxley Bizhub',
    remarks: 'a, "b"\t🎂',
    categoryName: 'Gold Card',
    point: '0.003',
    balance: '12.50',
    discount: '90',
    enable: '-1',
    onAccount: '0',
    password: '123456',
  });
  expect(validated).toMatchObject({
    isValid: true,
    row: { kind: 'member', number: '8008010001', customerUid: '813951242628553689' },
  });
  expect(fieldsOf(validated as never)).toEqual({
    name: '陈 大文',
    phone: '+852 9123 4567',
    birthday: '1990-01-05 00:00:00',
    qq: '673874555',
    email: 'chan@example.com',
    address: '63 Ubi Road 1\nOxley Bizhub',
    remarks: 'a, "b"\t🎂',
    categoryName: 'Gold Card',
    point: '0.003',
    balance: '12.50',
    discount: '90',
    enable: '-1',
    onAccount: '0',
    password: '123456',
  });
});

test.each(['', ' ', '\t', '\u00a0', '\u3000\u3000', '\r\n'])(
  'a cell of %j is blank: the field is left as it is',
  (cell) => {
    const validated = member({ number: 'M1', name: cell, balance: cell, birthday: cell, enable: cell, email: cell });
    expect(fieldsOf(validated as never)).toEqual({});
  },
);

test('all issues of a row are told at once, each with its column, the value seen and what to do', () => {
  const validated = member({
    number: '1.23457E+17',
    birthday: '1990-02-31',
    email: 'nobody',
    point: '五',
    balance: '12,50',
    discount: '110',
    enable: '2',
    customerUid: 'x',
  });
  expect(problemsOf(validated)).toEqual([
    "EXCEL_DAMAGED number: '1.23457E+17' is not the value: a spreadsheet has shortened it and its last digits are lost. Export it again with this column as text.",
    "BAD_DATE birthday: '1990-02-31' is not a date that exists: 1990-02 has 28 days. Correct it.",
    "BAD_EMAIL email: 'nobody' is not an e-mail address. Write one, such as name@example.com, or leave it blank.",
    "NOT_A_DECIMAL point: '五' is not a decimal. Write digits with a point, such as 12.50.",
    "NOT_A_DECIMAL balance: '12,50' is not a decimal. Write 12.50.",
    "OUT_OF_RANGE discount: '110' is not between 0 and 100. 90 means that the member pays 90 %.",
    "NOT_ALLOWED enable: '2' is not one of -1, 0, 1. Write one of them.",
    "BAD_ID customerUid: 'x' is not a customerUid: digits only, from 1 to 9223372036854775807. Copy it from an export of memberload.",
  ]);
  expect(issuesOf(validated).map((issue) => issue.column)).toEqual([
    'number',
    'birthday',
    'email',
    'point',
    'balance',
    'discount',
    'enable',
    'customerUid',
  ]);
});

test("an issue names the user's own header first", () => {
  expect(problemsOf(member({ 会员号: '1', '余额 ': '12,50' }))).toEqual([
    "NOT_A_DECIMAL 余额 (balance): '12,50' is not a decimal. Write 12.50.",
  ]);
});

test('a long value is cut, and what cannot be seen in it is written out', () => {
  const [issue] = issuesOf(member({ name: `1\n2\u0000\u200b\u202e\ufffd${'9'.repeat(100)}` }));
  expect(issue?.message).toBe(
    `name: '1\\n2\\u0000\\u200b\\u202e\ufffd${'9'.repeat(53)}…' holds U+FFFD, which a wrong encoding leaves behind. Retype the cell, or export the file again as UTF-8.`,
  );
});

describe('the member number', () => {
  test('is needed, unless the customerUid is given', () => {
    expect(problemsOf(member({ number: ' ', name: 'x' }))).toEqual([
      'REQUIRED number: it is blank. Give the member number, or the customerUid.',
    ]);
    expect(codesOf(member({ customerUid: '5', name: 'x' }))).toEqual([]);
  });

  test('is always needed to create', () => {
    expect(problemsOf(member({ customerUid: '5', name: 'x' }, { mode: 'create' }))).toEqual([
      'REQUIRED number: it is blank. Give the member number.',
    ]);
  });

  test('is not also missing when it is only unreadable', () => {
    expect(codesOf(member({ number: '#REF!' }))).toEqual(['EXCEL_DAMAGED']);
  });

  test.each(['12E5', 'A-001', '00001798', '007', '会员 1', '#1', '+85291234567', '1.5E5'])(
    '%s is kept as it is: a number is text',
    (number) => expect(member({ number })).toMatchObject({ isValid: true, row: { number } }),
  );

  test.each([
    ['8008010001.0', 'EXCEL_DAMAGED'],
    ['1.00', 'EXCEL_DAMAGED'],
    ['8008\n010001', 'NOT_ALLOWED'],
    ['8008\t010001', 'NOT_ALLOWED'],
    ['80\ufffd', 'NOT_ALLOWED'],
    ['..', 'NOT_ALLOWED'],
    ['8.00801E+09', 'EXCEL_DAMAGED'],
    ['8E+09', 'EXCEL_DAMAGED'],
    ['9'.repeat(256), 'TOO_LONG'],
  ])('%j is refused as %s', (number, code) => expect(codesOf(member({ number }))).toEqual([code]));

  test('may have 255 characters', () => expect(codesOf(member({ number: '9'.repeat(255) }))).toEqual([]));
});

describe('what a spreadsheet writes instead of a value', () => {
  const errors = ['#N/A', '#REF!', '#VALUE!', '#NAME?', '#DIV/0!', '#NULL!', '#NUM!', '########', '###', '#n/a'];
  test.each(errors)('%s is refused in every known column, and only there', (cell) => {
    const columns = ['number', 'name', 'phone', 'birthday', 'qq', 'email', 'address', 'remarks', 'categoryName'];
    const more = ['point', 'balance', 'discount', 'enable', 'onAccount', 'password', 'customerUid'];
    for (const column of [...columns, ...more]) {
      const key = column === 'customerUid' ? { name: 'x' } : { number: 'M1' };
      expect(codesOf(member({ ...key, [column]: cell }))).toEqual(['EXCEL_DAMAGED']);
    }
    expect(codesOf(member({ number: 'M1', Branch: cell }))).toEqual([]);
  });

  test.each(['#', '##', '#1', '# N/A', 'see #N/A'])('%j is ordinary text', (remarks) => {
    expect(codesOf(member({ remarks }))).toEqual([]);
  });

  test.each(['phone', 'qq'])('a %s in scientific notation has lost its digits', (column) => {
    expect(codesOf(member({ [column]: '8.61391E+12' }))).toEqual(['EXCEL_DAMAGED']);
  });

  test('a customerUid that is damaged to the eye refuses nothing beside a whole number', () => {
    const validated = member({ number: 'M1', customerUid: '8.13951E+17', name: 'x' });
    expect(validated).toMatchObject({
      isValid: true,
      row: { kind: 'member', number: 'M1' },
      notes: [{ kind: 'uid_ignored', column: 'customerUid', value: '8.13951E+17' }],
    });
    expect(validated.isValid && 'customerUid' in validated.row).toBe(false);
    expect(codesOf(member({ customerUid: '8.13951E+17', name: 'x' }))).toEqual(['EXCEL_DAMAGED']);
    // Not damage, but another mistake: only the owner of the file knows which.
    expect(codesOf(member({ number: 'M1', customerUid: '12-3', name: 'x' }))).toEqual(['BAD_ID']);
  });

  test('a rounded customerUid is a matter of the column, unless round ids are trusted', () => {
    const row = { customerUid: '813951242628553000', name: 'x' };
    expect(member(row)).toMatchObject({
      isValid: true,
      conditional: [{ damage: 'customerUid:rounded', effect: 'refuse', issue: { errorCode: 'EXCEL_DAMAGED' } }],
    });
    expect(member({ number: 'M1', ...row })).toMatchObject({
      conditional: [{ damage: 'customerUid:rounded', effect: 'ignore_uid' }],
    });
    expect(member(row, { trustRoundIds: true })).not.toHaveProperty('conditional');
  });
});

test('the value of a password is never shown', () => {
  for (const password of ['1.23457E+17', 'secr\u0000et', 'secr\net']) {
    const [issue] = issuesOf(member({ password }));
    expect(issue?.message).toContain('not shown');
    expect(issue?.message).not.toContain(password.slice(0, 4));
  }
});

test('a phone is kept as written, but must be one number', () => {
  expect(fieldsOf(member({ phone: '(852) 9123-4567 / 2' }) as never)).toEqual({ phone: '(852) 9123-4567 / 2' });
  expect(codesOf(member({ phone: '无' }))).toEqual(['BAD_PHONE']);
  expect(codesOf(member({ phone: '91234567\n98765432' }))).toEqual(['BAD_PHONE']);
  expect(codesOf(member({ phone: '9'.repeat(256) }))).toEqual(['TOO_LONG']);
});

test('names, addresses and remarks have no length limit: Kybio publishes none', () => {
  const long = '长'.repeat(5000);
  expect(codesOf(member({ name: long, address: long, remarks: long, categoryName: long }))).toEqual([]);
});

test('free text may hold line breaks and a NUL, but not what a wrong encoding leaves', () => {
  expect(codesOf(member({ remarks: 'a\r\nb\tc', name: 'a\u0000b\u001b' }))).toEqual([]);
  for (const remarks of ['a\u0080b', 'a\u0092b', 'a\ufffdb']) {
    expect(codesOf(member({ remarks }))).toEqual(['NOT_ALLOWED']);
  }
});

describe('a row that changes nothing', () => {
  test('is refused when it can only update', () => {
    expect(codesOf(member({ number: 'M1', point: '5' }, { mode: 'update' }))).toEqual(['NOTHING_TO_DO']);
    expect(codesOf(member({ customerUid: '5' }))).toEqual(['NOTHING_TO_DO']);
    expect(problemsOf(member({ customerUid: '5', balance: '5' }))).toEqual([
      'NOTHING_TO_DO the row changes nothing: of an existing member only name, phone, birthday, qq, email, address, remarks can change. Give one of them; points and balance are added with topup.',
    ]);
  });

  test('is accepted when the number may be new', () => {
    expect(codesOf(member({ number: 'M1' }))).toEqual([]);
    expect(codesOf(member({ number: 'M1' }, { mode: 'create' }))).toEqual([]);
  });

  test('is not said of a row whose only change is unreadable', () => {
    expect(codesOf(member({ customerUid: '5', birthday: 'x' }))).toEqual(['BAD_DATE']);
  });
});

test('a row of another length than the header is refused whole', () => {
  const match = matchHeader(['number', 'name', 'balance'], 'members');
  const expected = {
    errorCode: 'WRONG_COLUMN_COUNT',
    message: 'the row has 4 columns, the header 3: usually a missing quote or an extra delimiter. Correct the row.',
  };
  expect(validateMember(['M1', 'a', 'b', 'c,d'], match, { mode: 'upsert' })).toEqual({
    isValid: false,
    issues: [expected],
  });
  expect(wrongColumnCount(3, 4)).toEqual(expected);
});

test('a member given twice is told of its first row', () => {
  expect(duplicateRow('number:80:08', 3)).toEqual({
    errorCode: 'DUPLICATE_ROW',
    column: 'number',
    message: "number: '80:08' is also in row 3. Keep one of them, or say --on-duplicate allow.",
  });
  expect(duplicateRow('uid:5', 3).column).toBe('customerUid');
  expect(duplicateRow('ref:K1', 3).column).toBe('reference_number');
});

test('date formats apply to birthdays', () => {
  const options = { dateFormats: ['dd/MM/yyyy'] };
  expect(fieldsOf(member({ birthday: '05/06/1990' }, options) as never)).toEqual({ birthday: '1990-06-05 00:00:00' });
  expect(codesOf(member({ birthday: '1990-06-05' }, options))).toEqual(['BAD_DATE']);
  expect(codesOf(member({ birthday: '1990-06-05' }, { dateFormats: [] }))).toEqual([]);
});

test('wrong options stop the command before any row', () => {
  expect(() => checkValidationOptions({ mode: 'upsert', dateFormats: ['DD/MM/YYYY'] })).toThrow(OperatorError);
  expect(() => checkValidationOptions({ mode: 'upsert', country: 'XX' })).toThrow(OperatorError);
  expect(() => checkValidationOptions({ mode: 'upsert', country: 'HK', dateFormats: ['dd/MM/yyyy'] })).not.toThrow();
});

test('a header such as __proto__ cannot reach the fields', () => {
  const match = matchHeader(['number', '__proto__'], 'members', {});
  const validated = validateMember(['M1', 'x'], match, { mode: 'upsert' });
  expect(fieldsOf(validated as never)).toEqual({});
});
