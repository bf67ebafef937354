import { describe, expect, test } from 'vitest';
import { lines, masked, outcomesOf, recordsOf } from '../support/csv-text.ts';
import { useVendorSandbox } from '../support/vendor-sandbox.ts';
import { openWorkspace } from '../support/workspace.ts';

const vendor = useVendorSandbox();

describe('memberload import to Kybio', () => {
  test('creates what is new, updates what differs, leaves alone what is the same, and refuses what is wrong', async () => {
    const work = openWorkspace(vendor.settings);
    work.file(
      'members.csv',
      lines(
        'number,name,phone,point,Hobby',
        'N1,Grace,91230001,12.50,chess',
        '8008010002,王小明,13800138000,,',
        '8008010004,李丽,91239999,5,tea',
        'N2,Tom,91230002,1e2,',
        'N1,Grace again,91230003,,',
        '8008010012,Closed,91230012,,',
      ),
    );
    const ended = await work.run(['import', 'members.csv']);
    expect(masked(work.read('members.result.csv'))).toBe(
      lines(
        'number,name,phone,point,Hobby,result_row,result_status,result_action,result_errorCode,result_messages,result_attempts,result_customerUid,result_run,result_for',
        'N1,Grace,91230001,12.50,chess,1,done,created,,,1,UID,RUN,import kybio …EFAB',
        '8008010002,王小明,13800138000,,,2,done,unchanged,,,1,UID,RUN,import kybio …EFAB',
        '8008010004,李丽,91239999,5,tea,3,done,updated,,not changed on an existing member (updateBaseInfo cannot): point.,1,UID,RUN,import kybio …EFAB',
        `N2,Tom,91230002,1e2,,4,invalid,,NOT_A_DECIMAL,point: '1e2' is not a decimal. Write 100.,0,,RUN,import kybio …EFAB`,
        `N1,Grace again,91230003,,,5,invalid,,DUPLICATE_ROW,"number: 'N1' is also in row 1. Keep one of them, or say --on-duplicate allow.",0,,RUN,import kybio …EFAB`,
        '8008010012,Closed,91230012,,,6,failed,,2016,updateBaseInfo: “没有权限修改该会员; no permission to modify the member”,1,UID,RUN,import kybio …EFAB',
      ),
    );
    expect(ended).toMatchObject({ exitCode: 1, stdout: '' });
    expect(ended.stderr).toContain('Columns not used: Hobby.');
    expect(ended.stderr.trimEnd().split('\n').at(-1)).toBe(
      `Correct the rows that are invalid or failed in the result file, then run that file: memberload import ${work.folder}/members.result.csv`,
    );
    expect(await vendor.member('N1')).toMatchObject({ name: 'Grace', phone: '91230001', point: '12.50' });
    expect(await vendor.member('8008010004')).toMatchObject({ phone: '91239999', point: '0' });
    expect(await vendor.member('N2')).toBeUndefined();
    expect(await vendor.calls()).toEqual({
      'customerOpenApi/queryByNumber': 4,
      'customerOpenApi/add': 1,
      'customerOpenApi/updateBaseInfo': 2,
    });
    const uids = recordsOf(work.read('members.result.csv')).map((record) => record.result_customerUid);
    expect(uids[0]).toBe((await vendor.member('N1'))?.customerUid);
    expect(uids[2]).toBe((await vendor.member('8008010004'))?.customerUid);
  });

  test('--mode create spends one call a row and fails on a number that is taken', async () => {
    const work = openWorkspace(vendor.settings);
    work.file('new.csv', lines('number,name', 'N1,Grace', '8008010001,Somebody', 'N2,Tom'));
    const ended = await work.run(['import', 'new.csv', '--mode', 'create']);
    expect(ended.exitCode).toBe(1);
    expect(outcomesOf(work.read('new.result.csv'))).toEqual(['done created', 'failed 2012', 'done created']);
    expect((await vendor.member('8008010001'))?.name).toBe('陈大文');
  });

  test('--mode update changes existing members only', async () => {
    const work = openWorkspace(vendor.settings);
    const customerUid = (await vendor.member('8008010005'))?.customerUid;
    work.file(
      'changes.csv',
      lines('number,customerUid,name', '8008010004,,Li Li', 'N1,,Grace', `,${customerUid},Hock`, '8008010007,,'),
    );
    const ended = await work.run(['import', 'changes.csv', '--mode', 'update']);
    expect(ended.exitCode).toBe(1);
    expect(outcomesOf(work.read('changes.result.csv'))).toEqual([
      'done updated',
      'failed MEMBER_NOT_FOUND',
      'done updated',
      'invalid NOTHING_TO_DO',
    ]);
    expect((await vendor.member('8008010004'))?.name).toBe('Li Li');
    expect((await vendor.member('8008010005'))?.name).toBe('Hock');
    expect(await vendor.member('N1')).toBeUndefined();
  });

  test('every digit of the file arrives at the vendor, and none is added', async () => {
    const work = openWorkspace(vendor.settings);
    work.file(
      'digits.csv',
      lines(
        'number,point,balance,discount',
        '231607639459718452,90071992547409.93,0.1,100',
        '00001798,12.50,-12.30,99.90',
        '9007199254740993,9007199254740993,123456789012345678901234567890.123456789,0',
      ),
    );
    const ended = await work.run(['import', 'digits.csv', '--mode', 'create']);
    expect(ended.exitCode).toBe(0);
    expect(await vendor.member('231607639459718452')).toMatchObject({
      point: '90071992547409.93',
      balance: '0.1',
      discount: '100',
    });
    expect(await vendor.member('00001798')).toMatchObject({ point: '12.50', balance: '-12.30', discount: '99.90' });
    expect(await vendor.member('9007199254740993')).toMatchObject({
      point: '9007199254740993',
      balance: '123456789012345678901234567890.123456789',
    });
  });

  test('quotes, newlines, commas, emoji, NUL and __proto__ survive as headers and as values', async () => {
    const work = openWorkspace(vendor.settings);
    const rows = [
      'number,name,address,__proto__,"a ""quoted"", header",constructor',
      'O1,"Wong ""Ah Keung"" Chi","Flat 5B,\n12 Nathan Road",__proto__,"1,\r\n2",toString',
      '__proto__,🎂 Ng 𠮷野家,constructor,"say ""hi""",\u0000zero\u0000,',
      'O3,=1+1,-5,@SUM(A1),+1,',
      'O4,a\u0000b,,,,',
    ];
    work.file('odd.csv', lines(...rows));
    const ended = await work.run(['import', 'odd.csv', '--mode', 'create', '--raw']);
    expect(ended.exitCode).toBe(0);
    const result = work.read('odd.result.csv');
    expect(result.split('\n')[0]).toContain(
      'number,name,address,__proto__,"a ""quoted"", header",constructor,result_row',
    );
    expect(result).toContain(
      'O1,"Wong ""Ah Keung"" Chi","Flat 5B,\n12 Nathan Road",__proto__,"1,\r\n2",toString,1,done,created',
    );
    expect(result).toContain('__proto__,🎂 Ng 𠮷野家,constructor,"say ""hi""",\u0000zero\u0000,,2,done,created');
    expect(result).toContain('O3,=1+1,-5,@SUM(A1),+1,,3,done,created');
    expect(result).toContain('O4,a\u0000b,,,,,4,done,created');
    expect(await vendor.member('O4')).toMatchObject({ name: 'a\u0000b' });
    expect(await vendor.member('O1')).toMatchObject({
      name: 'Wong "Ah Keung" Chi',
      address: 'Flat 5B,\n12 Nathan Road',
    });
    expect(await vendor.member('__proto__')).toMatchObject({ name: '🎂 Ng 𠮷野家', address: 'constructor' });
    expect(await vendor.member('O3')).toMatchObject({ name: '=1+1', address: '-5' });
  });

  test('a member given twice is refused, and with --on-duplicate allow its rows follow each other', async () => {
    const work = openWorkspace(vendor.settings);
    work.file('twice.csv', lines('number,name', 'T1,first', 'T1,second', 'T1,third'));
    const allowed = await work.run(['import', 'twice.csv', '--on-duplicate', 'allow', '--concurrency', '8']);
    expect(allowed.exitCode).toBe(0);
    expect(outcomesOf(work.read('twice.result.csv'))).toEqual(['done created', 'done updated', 'done updated']);
    expect((await vendor.member('T1'))?.name).toBe('third');
  });

  test('a password reaches the vendor and no output', async () => {
    const work = openWorkspace(vendor.settings);
    work.file('secret.csv', lines('number,password', 'P1,tr0ub4dor&3'));
    const ended = await work.run(['import', 'secret.csv', '--mode', 'create', '--json', '-o', 'out.csv']);
    expect(ended.exitCode).toBe(0);
    expect(work.read('out.csv')).toMatch(/^number,password,result_row.*\nP1,,1,done,created/);
    for (const [path, bytes] of work.everything()) {
      if (!path.endsWith('secret.csv')) expect([path, bytes.includes('tr0ub4dor')]).toEqual([path, false]);
    }
    expect(ended.stdout + ended.stderr).not.toContain('tr0ub4dor');
    expect((await vendor.member('P1'))?.passwordMd5).not.toBe('');
  });
});

test('what cannot change on a member who exists is counted, and the summary says what to do about points', async () => {
  const { run, file } = openWorkspace(vendor.settings);
  file('members.csv', lines('number,name,point,balance', '8008010001,New Name,99,1', '8008010003,Other Name,98,'));
  const { stdout, stderr } = await run(['import', 'members.csv', '--json']);
  expect(JSON.parse(stdout)).toMatchObject({ notChanged: { point: 2, balance: 1 }, actions: { updated: 2 } });
  expect(stderr).toContain('pointTarget');
});
