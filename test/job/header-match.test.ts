import { describe, expect, test } from 'vitest';
import { OperatorError } from '../../src/base/errors.ts';
import { COLUMNS } from '../../src/job/columns.ts';
import { describeMatches, type HeaderMatch, matchHeader } from '../../src/job/header-match.ts';
import { guessKind, isHeaderName } from '../../src/job/header-names.ts';
import { fc } from '../support/chance.ts';
import { allKinds, resultHeaders } from './rows.ts';

function columnsOf(match: HeaderMatch): Record<string, number> {
  return Object.fromEntries(match.columns);
}

function errorOf(run: () => unknown): OperatorError {
  try {
    run();
  } catch (error) {
    if (error instanceof OperatorError) return error;
    throw error;
  }
  throw new Error('no error was thrown');
}

describe('names and synonyms', () => {
  test.each([
    ['Customer_UID', 'customerUid'],
    ['CATEGORY NAME', 'categoryName'],
    ['on-account', 'onAccount'],
    ['会员号', 'number'],
    ['会员编号', 'number'],
    ['卡号*', 'number'],
    ['会员号（必填）', 'number'],
    ['*卡号', 'number'],
    ['会员号：', 'number'],
    ['\u3000会员 号 ', 'number'],
    ['\ufeffnumber', 'number'],
    ['Member No.', 'number'],
    ['MEMBER_NO', 'number'],
    ['Ｍｅｍｂｅｒ Number', 'number'],
    ['姓名', 'name'],
    ['会员姓名', 'name'],
    ['手机', 'phone'],
    ['手机号', 'phone'],
    ['联系电话', 'phone'],
    ['Mobile', 'phone'],
    ['生日', 'birthday'],
    ['出生日期', 'birthday'],
    ['DOB', 'birthday'],
    ['积分', 'point'],
    ['余额', 'balance'],
    ['电子邮箱', 'email'],
    ['E-mail', 'email'],
    ['地址', 'address'],
    ['备注', 'remarks'],
    ['Remark', 'remarks'],
    ['折扣', 'discount'],
    ['会员等级', 'categoryName'],
    ['会员分类', 'categoryName'],
    ['QQ', 'qq'],
    ['密码', 'password'],
    ['會員編號', 'number'],
    ['會員號', 'number'],
    ['卡號', 'number'],
    ['會員姓名', 'name'],
    ['手提電話', 'phone'],
    ['流動電話', 'phone'],
    ['手機號碼', 'phone'],
    ['聯絡電話', 'phone'],
    ['電郵', 'email'],
    ['電郵地址', 'email'],
    ['積分', 'point'],
    ['會員積分', 'point'],
    ['餘額', 'balance'],
    ['儲值餘額', 'balance'],
    ['储值余额', 'balance'],
    ['備註', 'remarks'],
    ['會員等級', 'categoryName'],
    ['折扣', 'discount'],
    ['密碼', 'password'],
  ])('%j is the members column %s', (header, column) => {
    const key = column === 'number' ? [] : ['number'];
    const match = matchHeader([...key, header], 'members');
    expect(match.columns.get(column)).toBe(key.length);
  });

  test.each([
    ['增加积分', 'pointIncrement'],
    ['积分增量', 'pointIncrement'],
    ['Points to add', 'pointIncrement'],
    ['增加余额', 'balanceIncrement'],
    ['余额增量', 'balanceIncrement'],
  ])('%j is the topup column %s', (header, column) => {
    expect(matchHeader(['会员号', header], 'topup').columns.get(column)).toBe(1);
  });

  test.each(['积分', '会员积分', '当前积分', '余额', 'Points', 'Point', 'Balance', '充值', '充值金额', '赠送积分'])(
    '%j is never an increment: a current amount credited once more would double it',
    (header) => {
      const error = errorOf(() => matchHeader(['number', header], 'topup'));
      expect(error.code).toBe('MISSING_COLUMN');
      const match = matchHeader(['number', header, 'pointIncrement'], 'topup');
      expect(match.unused).toEqual([header]);
    },
  );

  test('the refusal of a topup file with only current amounts says why they are not used', () => {
    const error = errorOf(() => matchHeader(['会员号', '积分'], 'topup'));
    expect(error.message).toBe(
      "The file has no column pointIncrement or balanceIncrement or pointTarget or balanceTarget, which a top-up needs. It has: '会员号', '积分'.",
    );
    expect(error.hint).toContain("'积分' reads as what a member has now, not as what to add");
    expect(error.hint).toContain('{"columns": {"积分": "pointIncrement"}}');
    expect(error.exitCode).toBe(3);
  });

  test('no header means two columns of one kind of file', () => {
    for (const kind of allKinds) {
      for (const column of COLUMNS[kind]) {
        for (const synonym of column.synonyms) {
          const others = COLUMNS[kind].filter((other) => other !== column);
          expect(others.flatMap((other) => [other.name, ...other.synonyms])).not.toContain(synonym);
        }
      }
    }
  });

  test('a header that is not the name of its column is marked for printing', () => {
    const { matches } = matchHeader(['会员号', 'name', 'Phone'], 'members');
    expect(matches).toEqual([
      { header: '会员号', index: 0, column: 'number', isRenamed: true },
      { header: 'name', index: 1, column: 'name', isRenamed: false },
      { header: 'Phone', index: 2, column: 'phone', isRenamed: true },
    ]);
  });

  test('unknown headers are named and kept, headers without text are only kept', () => {
    const match = matchHeader(['number', 'Branch', '', ' '], 'members');
    expect(match.unused).toEqual(['Branch']);
    expect(match.keptIndexes).toEqual([0, 1, 2, 3]);
  });

  test('headers such as __proto__ and constructor are only unknown', () => {
    const match = matchHeader(['number', '__proto__', 'constructor', 'toString'], 'members');
    expect(match.unused).toEqual(['__proto__', 'constructor', 'toString']);
    expect(match.columns.size).toBe(1);
  });
});

describe('what a header says beside its columns', () => {
  test.each(['性别', '性別', '序号', '编号', '名称', '门店', 'Level', 'Notes', 'Member ID'])(
    '%s stays unused: it may mean something else',
    (header) => {
      const match = matchHeader(['number', header], 'members');
      expect([match.unused, match.moneyLike]).toEqual([[header], []]);
    },
  );

  test.each([
    '储值',
    '充值金额',
    'Amount',
    '本次积分',
    'Top-up Amount',
    '贈送積分',
    'Bonus Points',
    'Stored Value',
    'Pts',
  ])('%s looks like money or points: a person is asked before it is left out', (header) =>
    expect(matchHeader(['number', header], 'members').moneyLike).toEqual([header]),
  );

  test('a balance beside the points to add is asked about; in an export of ours it is known', () => {
    expect(matchHeader(['会员号', '增加积分', '余额'], 'topup').moneyLike).toEqual(['余额']);
    const exported = ['number', 'point', 'balance', 'customerUid', 'pointIncrement', 'Amount'];
    expect(matchHeader(exported, 'topup').moneyLike).toEqual(['Amount']);
    expect(matchHeader(['number', 'Amount'], 'lookups').moneyLike).toEqual([]);
  });

  test('columns without a name are told, and an unknown header may stand twice', () => {
    const match = matchHeader(['number', '', 'x', ' ', 'x', 'y'], 'members');
    expect(match.unused).toEqual(['x', 'x', 'y']);
    expect(match.unnamedIndexes).toEqual([1, 3]);
  });

  test('the table of matches shows the first value, and no password', () => {
    const match = matchHeader(['会员号', 'Branch', 'Mobile', 'password'], 'members');
    expect(describeMatches(match, ['8001', 'HK', ' 9123\t4567', 'secret'])).toEqual([
      { header: '会员号', column: 'number', firstValue: '8001' },
      { header: 'Mobile', column: 'phone', firstValue: '9123\\t4567' },
      { header: 'password', column: 'password', firstValue: '' },
    ]);
  });

  test.each(['number', '會員編號', 'Mobile No.', 'result_status', 'pointTarget', '小票号', 'ｎｕｍｂｅｒ'])(
    '%s is a word of headers',
    (text) => expect(isHeaderName(text)).toBe(true),
  );
  test.each(['8008010001', '陈大文', '', 'result_score', '性别', 'x'.repeat(100_000), 'constructor'])(
    '%.20j is none',
    (text) => expect(isHeaderName(text)).toBe(false),
  );

  test('no header, in whatever language, ends in anything but an answer or an error with a hint', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 8 }),
      fc.constantFrom(
        '会员号',
        '積分',
        'number',
        'name',
        '__proto__',
        'constructor',
        'pointIncrement',
        'result_row',
        'éà',
        '한국',
      ),
    );
    const mapping = fc.dictionary(text, text, { maxKeys: 2 });
    fc.assert(
      fc.property(fc.array(text, { maxLength: 6 }), fc.constantFrom(...allKinds), mapping, (header, kind, map) => {
        guessKind(header);
        try {
          matchHeader(header, kind, map);
        } catch (error) {
          expect(error).toBeInstanceOf(OperatorError);
        }
      }),
      { numRuns: 1500 },
    );
  });
});

describe('the kind of a file', () => {
  test.each([
    [['number', 'pointIncrement'], 'topup'],
    [['会员号', '姓名', '增加积分'], 'topup'],
    [['customerUid', 'balanceTarget'], 'topup'],
    [['number', 'name', 'phone'], 'members'],
    [['會員編號', '姓名', '積分', '餘額'], 'members'],
    [['reference_number', 'name', 'phone'], 'customers'],
    [['参考编号', '姓名', '手机号', '公司名称'], 'customers'],
    [['number', 'name', 'phone', 'dial_code'], 'customers'],
    [['number'], 'lookups'],
    [['uuid', 'note'], 'lookups'],
    [['会员卡号', '备注'], undefined],
    [['number', 'Amount'], undefined],
    [['number', 'name', 'birthday', 'dial_code'], undefined],
    [['pointIncrement'], undefined],
    [['a', 'b'], undefined],
  ] as const)('%j is %s', (header, kind) => expect(guessKind(header)).toBe(kind));
});

describe('amounts to add and amounts to have', () => {
  test('never stand in one file', () => {
    const error = errorOf(() => matchHeader(['number', 'Points to Add', '目标余额'], 'topup'));
    expect([error.code, error.exitCode]).toEqual(['MIXED_AMOUNTS', 3]);
    expect(error.message).toBe(
      "The file has amounts to add ('Points to Add') and amounts to have afterwards ('目标余额').",
    );
    expect(() => matchHeader(['number', 'Points to Add', '目标余额'], 'topup', { 目标余额: '' })).not.toThrow();
  });
});

describe('the columns a file needs', () => {
  test('a slip is pointed at', () => {
    const error = errorOf(() => matchHeader(['Numbr', 'name'], 'members'));
    expect(error.code).toBe('MISSING_COLUMN');
    expect(error.message).toBe(
      "The file has no column number or customerUid, which an import to Kybio needs. It has: 'Numbr', 'name'.",
    );
    expect(error.hint).toBe(
      `Did you mean number by 'Numbr'? Rename it, or use --map with a file that holds {"columns": {"Numbr": "number"}}.`,
    );
  });

  test('a file without a header row is told that it needs one', () => {
    const error = errorOf(() => matchHeader(['8008010001', '陈大文', '91234567'], 'members'));
    expect(error.hint).toContain('The first row of the file must name its columns.');
  });

  test('a header that was not split is suspected of another delimiter', () => {
    const error = errorOf(() => matchHeader(['number;name;phone'], 'members'));
    expect(error.hint).toContain('--delimiter');
  });

  test.each([
    ['members', ['name'], undefined, false],
    ['members', ['customerUid'], undefined, true],
    ['customers', ['reference_number', 'name'], undefined, false],
    ['customers', ['reference_number', 'name', 'phone'], undefined, true],
    ['customers', ['会员号', '姓名', '手机号'], undefined, true],
    ['customers', ['uuid', 'name', 'phone'], undefined, true],
    ['topup', ['number'], undefined, false],
    ['topup', ['pointIncrement'], undefined, false],
    ['topup', ['customerUid', 'balanceIncrement'], undefined, true],
    ['lookups', ['name'], undefined, false],
    ['lookups', ['uuid'], undefined, true],
    ['lookups', ['uuid'], 'kybio', false],
    ['lookups', ['number'], 'kybio', true],
    ['lookups', ['number'], 'wonder', true],
    ['lookups', ['customerUid'], 'wonder', false],
  ] as const)('%s with %j (%s): accepted is %s', (kind, header, vendor, isAccepted) => {
    const run = () => matchHeader(header, kind, {}, vendor);
    if (isAccepted) expect(run).not.toThrow();
    else expect(errorOf(run).code).toBe('MISSING_COLUMN');
  });

  test('a file for both vendors knows the columns of both, and needs what each needs', () => {
    const match = matchHeader(['number', 'name', 'phone', 'birthday', 'dial_code'], ['members', 'customers']);
    expect(columnsOf(match)).toEqual({ number: 0, name: 1, phone: 2, birthday: 3, dial_code: 4 });
    expect(errorOf(() => matchHeader(['number', 'name'], ['members', 'customers'])).message).toContain(
      'no column phone, which an import to Wonder needs',
    );
  });
});

describe('two columns that mean one', () => {
  test('are refused, both named', () => {
    const error = errorOf(() => matchHeader(['会员号', '卡号', 'name'], 'members'));
    expect(error.code).toBe('DUPLICATE_COLUMN');
    expect(error.message).toBe("Two columns of the file mean number: the headers '会员号' and '卡号'.");
    expect(error.hint).toContain('--map');
    expect(error.hint).toContain('{"columns": {"会员号": "number"}}');
  });

  test('a mapping says which of them counts, and the other is unused', () => {
    const match = matchHeader(['会员号', '卡号', 'name'], 'members', { 卡号: 'number' });
    expect(match.columns.get('number')).toBe(1);
    expect(match.unused).toEqual(['会员号']);
  });

  test('unknown headers may repeat', () => {
    expect(matchHeader(['number', 'x', 'x'], 'members').unused).toEqual(['x', 'x']);
  });
});

describe('a mapping', () => {
  test('renames headers, exactly or as headers match', () => {
    const match = matchHeader(['Card #', 'Pts'], 'members', { 'Card #': 'number', pts: 'Point' });
    expect(columnsOf(match)).toEqual({ number: 0, point: 1 });
    expect(match.matches[0]).toEqual({ header: 'Card #', index: 0, column: 'number', isRenamed: true });
  });

  test('with an empty name keeps a header from being used', () => {
    const match = matchHeader(['number', '余额'], 'members', { 余额: '' });
    expect(columnsOf(match)).toEqual({ number: 0 });
    expect(match.unused).toEqual(['余额']);
  });

  test.each([
    [{ 'Crad #': 'number' }, 'UNKNOWN_HEADER', 3, "Did you mean 'Card #'?"],
    [{ Nothing: 'number' }, 'UNKNOWN_HEADER', 3, 'exactly as the first row'],
    [{ 'Card #': 'numbr' }, 'UNKNOWN_COLUMN', 2, 'Did you mean number?'],
    [{ 'Card #': 'pointIncrement' }, 'UNKNOWN_COLUMN', 2, 'Columns: number, name,'],
    [{ 'Card #': '会员号' }, 'UNKNOWN_COLUMN', 2, 'Did you mean number?'],
    [{ 'Card #': 'number', Old: 'number' }, 'DUPLICATE_COLUMN', 3, 'Rename'],
  ])('%j is refused', (mapping, code, exitCode, hint) => {
    const error = errorOf(() => matchHeader(['Card #', 'Old'], 'members', mapping));
    expect([error.code, error.exitCode]).toEqual([code, exitCode]);
    expect(error.hint).toContain(hint);
  });
});

describe('an earlier result file', () => {
  test('its result columns are found and not kept', () => {
    const match = matchHeader(['number', ...resultHeaders], 'members');
    expect(match.keptIndexes).toEqual([0]);
    expect(match.unused).toEqual([]);
    expect(match.earlier).toMatchObject({ row: 1, status: 2, action: 3, errorCode: 4, messages: 5, attempts: 6 });
    expect(Object.keys(match.earlier)).toHaveLength(resultHeaders.length);
  });

  test('a result_customerUid is not the customerUid of the input', () => {
    expect(matchHeader(['number', 'result_customerUid'], 'members').columns.has('customerUid')).toBe(false);
  });

  test('is known as such, also when a spreadsheet user has deleted some of its columns', () => {
    const whole = matchHeader(['number', ...resultHeaders], 'members');
    expect([whole.isResultFile, whole.lostResultColumns]).toEqual([true, []]);
    const partial = matchHeader(['number', 'Result_Status', 'result_row', 'result_messages'], 'members');
    expect(partial.earlier).toEqual({ status: 1, row: 2, messages: 3 });
    expect([partial.isResultFile, partial.lostResultColumns]).toEqual([
      true,
      ['action', 'errorCode', 'attempts', 'run', 'for'],
    ]);
    const plain = matchHeader(['number', 'result_score'], 'members');
    expect([plain.isResultFile, plain.lostResultColumns]).toEqual([false, []]);
  });

  test("a column of somebody's own that begins with result_ stays", () => {
    const match = matchHeader(['number', 'result_score'], 'members');
    expect(match.keptIndexes).toEqual([0, 1]);
    expect(match.unused).toEqual(['result_score']);
  });

  test('of lookups, what was fetched is found and not kept; elsewhere such columns are ordinary', () => {
    const header = ['number', 'note', 'kybio_number', 'kybio_name', 'wonder_uuid', 'result_status'];
    const match = matchHeader(header, 'lookups');
    expect(match.keptIndexes).toEqual([0, 1]);
    expect([...match.fetched]).toEqual([
      ['kybio_number', 2],
      ['kybio_name', 3],
      ['wonder_uuid', 4],
    ]);
    expect(matchHeader(header, 'members').keptIndexes).toEqual([0, 1, 2, 3, 4]);
  });

  test('an export can be topped up: its uid is used, its points and balance are not', () => {
    const match = matchHeader(['number', 'point', 'balance', 'customerUid', 'pointIncrement'], 'topup');
    expect(columnsOf(match)).toEqual({ number: 0, customerUid: 3, pointIncrement: 4 });
    expect(match.unused).toEqual(['point', 'balance']);
  });
});
