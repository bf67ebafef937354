import { describe, expect, test } from 'vitest';
import { memberKeys } from '../../src/job/row-key.ts';
import { checkFile } from './rows.ts';

/** Kinds of files that people really send, each small. The header is the first line; cells are split at commas. */
function rowsOf(text: string): string[][] {
  return text
    .trim()
    .split('\n')
    .map((line) => line.trim().split(','));
}

/** A column of numbers below a header. */
function column(
  header: string,
  values: readonly string[],
  more: readonly [string, string] = ['name', 'x'],
): string[][] {
  return [[header, more[0]], ...values.map((value) => [value, more[1]])];
}

const messagesOf = (file: ReturnType<typeof checkFile>): string[] =>
  file.verdict.findings.map(({ message }) => message);

describe('ids that a spreadsheet has rounded', () => {
  test('six of six card numbers that end in zeros are damage, and none is credited', () => {
    const cards = Array.from({ length: 6 }, (_, row) => `62270005432100${row}0000`);
    const file = checkFile(column('number', cards, ['pointIncrement', '5']), 'topup');
    expect(file.refused).toEqual([1, 2, 3, 4, 5, 6].map((row) => `${row}: EXCEL_DAMAGED`));
    expect(file.verdict.findings).toMatchObject([
      { severity: 'rows', id: 'number:rounded', column: 'number', cellCount: 6, examples: [{ rowNumber: 1 }, {}, {}] },
    ]);
    expect(messagesOf(file)[0]).toBe(
      "number: in 6 cells ('6227000543210000000' in row 1, '6227000543210010000' in row 2, '6227000543210020000' in row 3) " +
        'only zeros stand after the 15th digit, more often than by chance: a spreadsheet has rounded the ids. Export the ' +
        'file again with this column as text; if the ids really are so, set trustRoundIds in the config file.',
    );
    expect(
      checkFile(column('number', cards, ['pointIncrement', '5']), 'topup', { trustRoundIds: true }).refused,
    ).toEqual([]);
  });

  test('numbers of 10 to 15 digits that end in zeros are honest: a spreadsheet keeps them', () => {
    for (const length of [10, 11, 12, 13, 14, 15]) {
      const numbers = Array.from({ length: 9 }, (_, row) => `80${row + 1}`.padEnd(length, '0'));
      const file = checkFile(column('number', numbers), 'members');
      expect([file.refused, file.verdict.findings]).toEqual([[], []]);
    }
  });

  test('a list of 16-digit cards of which every tenth ends in 0 is honest; one in which all do is not', () => {
    const honest = Array.from({ length: 500 }, (_, row) => `6222021234${String(500_000 + row)}`);
    expect(checkFile(column('number', honest), 'members').refused).toEqual([]);
    const damaged = honest.map((number) => `${number.slice(0, 15)}0`);
    expect(checkFile(column('number', damaged), 'members').refused).toHaveLength(500);
  });

  test('one id of 200 that ends in zeros is a real one; five of 205 were pasted from a spreadsheet', () => {
    const real = Array.from({ length: 200 }, (_, row) => `2316076394597184${10 + (row % 89)}`);
    const round = real.slice(0, 5).map((id) => `${id.slice(0, 15)}000`);
    const uids = (values: readonly string[]) => checkFile(column('customerUid', values), 'members');
    expect(uids([...real, '231607639459718000']).refused).toEqual([]);
    expect(uids([...real, ...round]).refused).toEqual(round.map((_, row) => `${201 + row}: EXCEL_DAMAGED`));
  });

  test('beside a whole number the damaged uid is left out and told', () => {
    const file = checkFile(
      rowsOf(`number,customerUid,pointIncrement
              8001,813951242628553000,5
              8002,813951242628554000,5`),
      'topup',
    );
    expect(file.refused).toEqual([]);
    expect(file.rows[0]).toMatchObject({ targetRows: [{ row: { number: '8001', pointIncrement: '5' } }] });
    for (const row of file.rows) {
      expect(row.isValid && row.targetRows.some(({ row: own }) => 'customerUid' in own)).toBe(false);
    }
    expect(file.rows[0]).toMatchObject({
      notes: ["customerUid: '813951242628553000' is damaged and was not used; the row goes by its number."],
    });
  });

  test('two members whose uids became one by rounding are two, told apart by their numbers', () => {
    const rows = ['8001', '8002'].map((number) => ({
      kind: 'lookup' as const,
      number,
      customerUid: '813951242628553000',
    }));
    expect(rows.map(memberKeys)).toEqual([['number:8001'], ['number:8002']]);
    expect(memberKeys({ kind: 'lookup', customerUid: '813951242628553000' })).toEqual(['uid:813951242628553000']);
  });
});

describe('columns that a spreadsheet or a program has changed', () => {
  test('numbers and phones that end in .0 are refused, and told once for each column', () => {
    const file = checkFile(
      rowsOf(`number,name,phone
              8118010001.0,Ann,61234567.0
              8118010002.0,Bob,61234568.0`),
      'members',
    );
    expect(file.refused).toEqual(['1: EXCEL_DAMAGED EXCEL_DAMAGED', '2: EXCEL_DAMAGED EXCEL_DAMAGED']);
    expect(file.verdict.findings).toMatchObject([
      { severity: 'cells', column: 'number', cellCount: 2 },
      { severity: 'cells', column: 'phone', cellCount: 2 },
    ]);
    expect(messagesOf(file)[0]).toContain('a program has taken the column for decimals and added .0');
  });

  test('E-notation, #N/A and #### are told with their rows', () => {
    const file = checkFile(
      rowsOf(`会员编号,name,phone,balance
              8.00801E+11,Ann,#N/A,5
              8.00802E+11,Bob,91234568,####`),
      'members',
    );
    expect(file.refused).toEqual(['1: EXCEL_DAMAGED EXCEL_DAMAGED', '2: EXCEL_DAMAGED EXCEL_DAMAGED']);
    expect(messagesOf(file)).toEqual([
      expect.stringContaining(
        "会员编号 (number): in 2 cells ('8.00801E+11' in row 1, '8.00802E+11' in row 2) a spreadsheet has shortened",
      ),
      expect.stringContaining("phone: in 1 cell ('#N/A' in row 1)"),
      expect.stringContaining("balance: in 1 cell ('####' in row 2)"),
    ]);
  });

  test('numbers that are one digit shorter than most may have lost a zero: a warning', () => {
    const numbers = [...Array.from({ length: 9 }, (_, row) => `1234567${row}`), '1234567'];
    const file = checkFile(column('number', numbers), 'members');
    expect(file.refused).toEqual([]);
    expect(file.verdict.findings).toMatchObject([
      { severity: 'warning', column: 'number', cellCount: 1, examples: [{ rowNumber: 10, value: '1234567' }] },
    ]);
    // One number that kept its zero: the column was text.
    expect(checkFile(column('number', [...numbers, '01234567']), 'members').verdict.findings).toEqual([]);
    // Most kept their zeros: the short one was typed or pasted.
    const zeros = ['00123', '00124', '00125', '126'];
    expect(checkFile(column('number', zeros), 'members').verdict.findings).toMatchObject([{ cellCount: 1 }]);
    expect(checkFile(column('number', ['998', '999', '1000', '1001', '1002']), 'members').verdict.findings).toEqual([]);
  });

  test('phones with a country code and no + are told', () => {
    const file = checkFile(
      rowsOf(`number,phone
              1,85291234567
              2,61234568
              3,8613800138000`),
      'members',
    );
    expect(file.verdict.findings).toMatchObject([{ severity: 'warning', column: 'phone', cellCount: 2 }]);
    expect(file.refused).toEqual([]);
  });

  test('whatever the columns show, a column of passwords is not looked at', () => {
    const file = checkFile(
      rowsOf(`number,password
              1,1.23457E+17`),
      'members',
    );
    expect(file.verdict.findings).toEqual([]);
  });
});

describe('birthdays', () => {
  test('in the future, and a year alone, are no dates', () => {
    const file = checkFile(
      rowsOf(`number,name,birthday
              1,Ann,2058-07-01
              2,Bob,1987
              3,Cid,2026-11-25`),
      'members',
    );
    expect(file.refused).toEqual(['1: BAD_DATE', '2: BAD_DATE']);
    expect(file.rows[0]).toMatchObject({
      issues: [
        {
          message:
            "birthday: '2058-07-01' is in the future. Correct it: a year of two digits may have been taken for 20…, and 1958-07-01 be meant.",
        },
      ],
    });
    expect(file.rows[1]).toMatchObject({
      issues: [
        {
          message:
            "birthday: '1987' is a year alone. Write the whole date, such as 1990-01-05, or leave it blank if the day is not known.",
        },
      ],
    });
  });

  test('as serial numbers are told once for the column', () => {
    const file = checkFile(column('number', ['1', '2'], ['birthday', '32874']), 'members');
    expect(file.refused).toEqual(['1: BAD_DATE', '2: BAD_DATE']);
    expect(messagesOf(file)[0]).toContain('the date is a serial number of a spreadsheet');
  });

  test('whose day and month a spreadsheet has swapped are refused with the column', () => {
    const swapped = ['1990-01-05', '1990-02-06', '1985-03-07', '1979-11-08', '1990-01-12'];
    const records = [['number', 'birthday'], ...swapped.map((day, row) => [String(row), day]), ['9', '25/12/1990']];
    const file = checkFile(records, 'members');
    expect(file.refused).toEqual([...swapped.map((_, row) => `${row + 1}: EXCEL_DAMAGED`), '6: BAD_DATE']);
    expect(file.verdict.damages).toEqual(['birthday:swapped_dates']);
    // One day above 12 shows that the dates were not turned around.
    expect(checkFile([...records, ['10', '1990-05-25']], 'members').refused).toEqual(['6: BAD_DATE']);
  });

  test('day first in some cells and month first in others: no format is right, told', () => {
    const file = checkFile(
      rowsOf(`number,birthday
              1,25/12/1990
              2,12/25/1990`),
      'members',
    );
    expect(file.verdict.findings).toMatchObject([{ severity: 'warning', column: 'birthday', cellCount: 1 }]);
  });

  test('of which one stands for a fifth of the members, or is the first day of Excel, mean nothing', () => {
    const some = Array.from({ length: 12 }, (_, row) => [String(row), row < 6 ? '1980-01-01' : `1990-02-0${row - 5}`]);
    const file = checkFile([['number', 'birthday'], ...some, ['99', '1900-01-01']], 'members');
    expect(file.refused).toEqual([]);
    expect(file.verdict.findings).toMatchObject([
      { severity: 'warning', cellCount: 6, examples: [{ rowNumber: 1, value: '1980-01-01' }] },
      { severity: 'warning', cellCount: 1, examples: [{ rowNumber: 13, value: '1900-01-01' }] },
    ]);
  });
});

test('a day that is never above 12, in many different dates, is told: day and month may be swapped', () => {
  const dates = Array.from(
    { length: 12 },
    (_, row) => `19${60 + row}-0${1 + (row % 9)}-${String(1 + row).padStart(2, '0')}`,
  );
  const file = checkFile([['number', 'birthday'], ...dates.map((date, row) => [String(row), date])], 'members');
  expect(file.refused).toEqual([]);
  expect(file.verdict.findings).toMatchObject([{ severity: 'warning', column: 'birthday', cellCount: 12 }]);
  const honest = [...dates.slice(1), '1990-05-20'].map((date, row) => [String(row), date]);
  expect(checkFile([['number', 'birthday'], ...honest], 'members').verdict.findings).toEqual([]);
});

describe('what is repaired without a loss', () => {
  test('an apostrophe, full-width digits, blanks, invisible characters and a formula of text', () => {
    const file = checkFile(
      [
        ['number', 'name', 'phone', 'point'],
        ["'8009000155", 'E', "'91234105", '5'],
        ['８００９０００１５６', 'F', '９１２３４１０６', '5'],
        ['8009000157\t', 'G', '\u202a+85291234107\u202c', '5'],
        ['8009\u200b000158', 'H\u00a0', '91234108', "'5"],
        ['=8009000159', 'I', '91234109', '5'],
        ['="8009000160"', "'t Hooft", '="091234110"', '5'],
      ],
      'members',
    );
    expect(file.refused).toEqual([]);
    expect(file.rows.map((row) => row.isValid && row.targetRows[0]?.row)).toMatchObject([
      { number: '8009000155', fields: { name: 'E', phone: '91234105' } },
      { number: '8009000156', fields: { name: 'F', phone: '91234106' } },
      { number: '8009000157', fields: { name: 'G', phone: '+85291234107' } },
      { number: '8009000158', fields: { name: 'H', phone: '91234108', point: '5' } },
      { number: '8009000159', fields: { name: 'I' } },
      { number: '8009000160', fields: { name: "'t Hooft", phone: '091234110' } },
    ]);
    expect(file.notes.lines()).toEqual(
      expect.arrayContaining([
        "number: in 1 cell a leading ' taken away (''8009000155' is '8009000155', row 1).",
        "number: in 1 cell full-width or composed characters written plainly ('８００９０００１５６' is '8009000156', row 2).",
        "number: in 2 cells the formula =\"…\" read as its text ('=8009000159' is '8009000159', row 5).",
        "number: in 1 cell invisible characters taken away ('8009\\u200b000158' is '8009000158', row 4).",
      ]),
    );
  });

  test('amounts are never guessed: full-width digits and commas are refused', () => {
    const file = checkFile(column('number', ['1'], ['balance', '１２．５０']), 'members');
    expect(file.refused).toEqual(['1: NOT_A_DECIMAL']);
  });

  test('the repair of a password does not show it', () => {
    const file = checkFile(column('number', ['1'], ['password', ' secret ']), 'members');
    expect(file.notes.lines()).toEqual(['password: in 1 cell spaces around the value taken away (row 1).']);
  });
});

describe('rows that are no members', () => {
  test('a header in the middle, also in the words of another export', () => {
    const file = checkFile(
      rowsOf(`会员编号,姓名,生日
              B1,Ann,1990-01-05
              会员编号,姓名,生日
              会员号,姓名,生日
              B2,Bob,1990-01-05`),
      'members',
    );
    expect(file.refused).toEqual(['2: NOT_ALLOWED', '3: NOT_ALLOWED']);
    expect(file.rows[1]).toMatchObject({
      issues: [{ message: "会员编号 (number): '会员编号' is the header once more. Delete the row." }],
    });
  });

  test.each([
    ...['Total', 'TOTAL:', 'Grand Total', 'Sub-total', 'Total 150', 'Total: 3 members', 'Sum'],
    ...['合计', '合計：', '小计', '小計', '总计', '總計', '本页小计', '合计：3 人', '共计 3 人'],
    ...['N/A', 'n/a', '-', '--', '—', 'null', 'NULL', 'None', '无', '無', '没有', '未知'],
  ])('%j as a number credits nobody', (word) => {
    const file = checkFile(column('number', ['8001', word], ['pointIncrement', '150']), 'topup');
    expect(file.refused).toEqual(['2: NOT_ALLOWED']);
  });

  test.each(['Totalus', 'TOTAL1', 'A-1', '0', 'NA1', '无1'])('%j may be a number', (number) => {
    expect(checkFile(column('number', [number]), 'members').refused).toEqual([]);
  });
});

describe('phones to Wonder', () => {
  const header = ['number', 'name', 'phone'];
  const phones = ['61234567', '+852-6123-4567', '6581112233', '13900139000', '8613900139000', '012-345 9999'];

  test('without a country are sent and counted', () => {
    const file = checkFile([header, ...phones.map((phone, row) => [String(row), 'x', phone])], 'customers');
    expect(file.refused).toEqual([]);
    expect(file.notes.count('no_country')).toBe(5);
    expect(file.notes.lines(6)).toEqual([
      "phone: 5 of 6 phones have no country, such as '61234567' in row 1, and will be sent without one. Give --country, a dial_code column, or write +852 before the number.",
    ]);
  });

  test.each([
    '6123 4567 / 6876 5432',
    '61234567;68765432',
    '61234567、68765432',
    '61234567 68765432',
    '61234567 or 68765432',
  ])('two numbers in one cell are refused: %s', (phone) => {
    const file = checkFile([header, ['1', 'x', phone]], 'customers');
    expect(file.refused).toEqual(['1: BAD_PHONE']);
    expect(file.rows[0]).toMatchObject({ issues: [{ message: expect.stringContaining('holds two phone numbers') }] });
  });

  test.each(['+44 (0)7911 123456', '(852) 6123 4567', '010-62345678', '1 800 555 0199'])(
    'one number with spaces and dashes is one: %s',
    (phone) => expect(checkFile([header, ['1', 'x', phone]], 'customers').refused).toEqual([]),
  );
});

test('an e-mail address is never proposed where a character may have been lost inside', () => {
  const file = checkFile(column('number', ['1'], ['email', 'chan 02@example.com']), 'members');
  expect(file.refused).toEqual(['1: BAD_EMAIL']);
  expect(JSON.stringify(file.rows)).not.toContain('chan02@');
});

test('cells of 80,000 spaces, commas, digits and the like are judged at once', () => {
  const names = [
    'number',
    'name',
    'phone',
    'birthday',
    'email',
    'point',
    'discount',
    'enable',
    'customerUid',
    'remarks',
  ];
  const fillings = [' ', ',', '1', '-', '.', 'a.', '+', '\u200b', "'", '９', '$ ', '(', '"', '1,234'];
  for (const filling of fillings) {
    const long = filling.repeat(80_000 / filling.length);
    for (const cell of [long, `${long}x`, `x${long}`, `=${long}`, `1${long}x`]) {
      const before = process.cpuUsage();
      checkFile([names, names.map(() => cell)], 'members');
      checkFile(
        [
          ['reference_number', 'name', 'phone', 'dial_code'],
          ['K1', cell, cell, cell],
        ],
        'customers',
        { country: 'HK' },
      );
      checkFile([names, names.map(() => cell)], 'members', { dateFormats: ['dd/MM/yyyy'] });
      // CPU, not time: on a busy machine others take the time.
      const { user, system } = process.cpuUsage(before);
      expect((user + system) / 1000, JSON.stringify(cell.slice(0, 6))).toBeLessThan(500);
    }
  }
});
