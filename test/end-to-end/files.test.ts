import iconv from 'iconv-lite';
import { describe, expect, test } from 'vitest';
import { lines, outcomesOf, recordsOf } from '../support/csv-text.ts';
import { useVendorSandbox } from '../support/vendor-sandbox.ts';
import { openWorkspace } from '../support/workspace.ts';

const vendor = useVendorSandbox();

describe('a file that cannot be read as asked', () => {
  test.each([
    ['an unclosed quote', 'number,name\nN1,Grace\nN2,"Tom\nN3,Ann\n', /line 3\b.*/],
    [
      'a header given twice',
      'number,name,name\nN1,Grace,Lim\n',
      /mean name: two headers 'name', columns 2 and 3 from the left/,
    ],
    ['two headers for one column', 'number,会员号\nN1,N1\n', /Two columns of the file mean number/],
    ['no header', 'N1,Grace,91234567\n', /no column number or customerUid/],
    ['only data', '8008010001,91234567\n', /line 1: the first line looks like data/],
    ['no column for the member', 'name,phone\nGrace,91234567\n', /no column number or customerUid/],
    ['nothing in it', '', /is empty/],
    ['a workbook', Buffer.from('PK\u0003\u0004rest'), /cannot be read as an \.xlsx workbook/],
  ])('%s ends with exit 3 and its place, and costs no call', async (_, content, message) => {
    const work = openWorkspace(vendor.settings);
    work.file('broken.csv', content);
    const ended = await work.run(['import', 'broken.csv']);
    expect(ended.stderr).toMatch(message);
    expect(ended).toMatchObject({ exitCode: 3, stdout: '' });
    expect(await vendor.callCount()).toBe(0);
    expect(work.names()).toEqual(['broken.csv']);
  });

  test('an invalid byte is told with its line when the encoding is given', async () => {
    const work = openWorkspace(vendor.settings);
    work.file('broken.csv', Buffer.from('number,name\nN1,Gr\xe9ce\n', 'latin1'));
    const ended = await work.run(['import', 'broken.csv', '--encoding', 'utf-8']);
    expect(ended).toMatchObject({ exitCode: 3, stderr: expect.stringMatching(/line 2\b/) });
    expect(await vendor.callCount()).toBe(0);
  });

  test('a missing file is told with --json as well', async () => {
    const work = openWorkspace(vendor.settings);
    const ended = await work.run(['import', 'nowhere.csv', '--json']);
    expect(ended.exitCode).toBe(3);
    expect(JSON.parse(ended.stdout)).toMatchObject({
      run: null,
      command: 'import',
      exitCode: 3,
      place: expect.stringMatching(/^Kybio \(…/),
      error: { code: 'FILE_NOT_FOUND' },
    });
    expect(ended.stderr).toContain('nowhere.csv: no such file');
  });
});

describe('a row that is broken', () => {
  test('is invalid with WRONG_COLUMN_COUNT while the others go on, and stays so when it is run again uncorrected', async () => {
    const work = openWorkspace(vendor.settings);
    work.file('ragged.csv', lines('number,name,address', 'N1,Grace,Ubi', 'N2,Tom,Ubi 1, #02', 'N3,Ann', 'N4,Bea,Ubi'));
    expect((await work.run(['import', 'ragged.csv', '--mode', 'create'])).exitCode).toBe(1);
    expect(outcomesOf(work.read('ragged.result.csv'))).toEqual([
      'done created',
      'invalid WRONG_COLUMN_COUNT',
      'invalid WRONG_COLUMN_COUNT',
      'done created',
    ]);
    const again = await work.run(['import', 'ragged.result.csv', '--mode', 'create']);
    expect(again.exitCode).toBe(1);
    expect(outcomesOf(work.read('ragged.result.result.csv'))).toEqual([
      'done created',
      'invalid WRONG_COLUMN_COUNT',
      'invalid WRONG_COLUMN_COUNT',
      'done created',
    ]);
    expect(await vendor.member('N2')).toBeUndefined();
    expect(await vendor.calls()).toEqual({ 'customerOpenApi/add': 2 });
  });
});

describe('encodings and delimiters', () => {
  test('GB18030 and semicolons are read, and the result is UTF-8 with a byte order mark', async () => {
    const work = openWorkspace(vendor.settings);
    // 会员号;姓名 / N1;陈大文 in GB18030
    const bytes = Buffer.from('bbe1d4b1bac53bd0d5c3fb0d0a4e313bb3c2b4f3cec40d0a', 'hex');
    work.file('gb.csv', bytes);
    const ended = await work.run(['import', 'gb.csv', '--mode', 'create']);
    expect(ended.exitCode).toBe(0);
    expect(ended.stderr).toContain('was read as gb18030');
    expect(ended.stderr).toMatch(/Columns read:\n +会员号 +→ number: N1\n +姓名 +→ name: 陈大文\n/);
    expect(work.read('gb.result.csv')).toMatch(/^\uFEFF会员号;姓名;result_row;.*\r\nN1;陈大文;1;done;created;/);
    expect((await vendor.member('N1'))?.name).toBe('陈大文');
  });

  test('a byte order mark is read and written again', async () => {
    const work = openWorkspace(vendor.settings);
    work.file('bom.csv', '\uFEFFnumber,name\nN1,Grace\n');
    expect((await work.run(['import', 'bom.csv', '--mode', 'create'])).exitCode).toBe(0);
    expect(work.read('bom.result.csv')).toMatch(/^\uFEFFnumber,name,result_row/);
    expect(outcomesOf(work.read('bom.result.csv'))).toEqual(['done created']);
  });

  test('a result of nothing but ASCII is known again after a spreadsheet has saved it in the system encoding', async () => {
    const work = openWorkspace(vendor.settings);
    work.file('topup.csv', lines('number,pointIncrement', '8008010001,1', '8008010003,2'));
    expect((await work.run(['topup', 'topup.csv'])).exitCode).toBe(0);
    // The dots in result_for are all that tells the encoding.
    for (const encoding of ['gb18030', 'big5', 'euckr', 'eucjp', 'win1252']) {
      work.file('saved.csv', iconv.encode(work.read('topup.result.csv'), encoding));
      const { exitCode, stdout } = await work.run(['topup', 'saved.csv', '--overwrite', '--json']);
      expect([encoding, exitCode, JSON.parse(stdout).rows?.doneBefore]).toEqual([encoding, 0, 2]);
    }
  });

  test('cells that a spreadsheet would run are guarded in the result and read back without the guard', async () => {
    const work = openWorkspace(vendor.settings);
    work.file('formula.csv', lines('number,name,phone,remarks', 'N1,=1+1,+85291234567,-12.50'));
    expect((await work.run(['import', 'formula.csv', '--mode', 'create'])).exitCode).toBe(0);
    expect(work.read('formula.result.csv')).toContain("N1,'=1+1,+85291234567,-12.50,1,done");
    expect((await vendor.member('N1'))?.name).toBe('=1+1');
    work.file('again.csv', lines('number,name', "N2,'=1+1"));
    await work.run(['import', 'again.csv', '--mode', 'create']);
    expect((await vendor.member('N2'))?.name).toBe('=1+1');
  });

  test('--map renames headers, --date-format reads dates', async () => {
    const work = openWorkspace(vendor.settings);
    work.file('legacy.csv', lines('Card #,Holder,Born', '007,Margaret,17/08/1961', '008,Alan,31/02/1981'));
    work.file('map.json', '{"columns": {"Card #": "number", "Holder": "name", "Born": "birthday"}}');
    await work.run(['import', 'legacy.csv', '--mode', 'create', '--map', 'map.json', '--date-format', 'dd/MM/yyyy']);
    expect(outcomesOf(work.read('legacy.result.csv'))).toEqual(['done created', 'invalid BAD_DATE']);
    expect((await vendor.member('007'))?.birthday).toMatch(/^1961-08-17/);
  });
});

describe('standard input', () => {
  test('is read with -, and its result lands in the working folder', async () => {
    const work = openWorkspace(vendor.settings);
    const ended = await work.run(['import', '-', '--mode', 'create'], { stdin: lines('number,name', 'S1,Grace') });
    expect(ended.exitCode).toBe(0);
    expect(outcomesOf(work.read('stdin.result.csv'))).toEqual(['done created']);
  });

  test('a paused run of it is carried on by resume, long after it is gone', async () => {
    const work = openWorkspace(vendor.settings);
    const args = ['import', '-', '--mode', 'create', '--daily-quota', '1', '-o', 'out.csv'];
    expect((await work.run(args, { stdin: lines('number', 'S1', 'S2') })).exitCode).toBe(6);
    expect((await work.run(['resume', '--daily-quota', '9'])).exitCode).toBe(0);
    expect(outcomesOf(work.read('out.csv'))).toEqual(['done created', 'done created']);
  });
});

describe('the result file', () => {
  test('is replaced by --overwrite alone, and only when it is one: -y answers questions', async () => {
    const work = openWorkspace(vendor.settings);
    work.file('members.csv', lines('number', 'N1'));
    work.file('members.result.csv', 'mine\n');
    for (const flags of [[], ['-y']]) {
      const refused = await work.run(['import', 'members.csv', '--mode', 'create', ...flags]);
      expect(refused).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('it was left as it is') });
    }
    const foreign = await work.run(['import', 'members.csv', '--mode', 'create', '--overwrite']);
    expect(foreign).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('it is no result of memberload') });
    expect(work.read('members.result.csv')).toBe('mine\n');
    expect(await vendor.callCount()).toBe(0);
    work.file('members.result.csv', lines('number,result_row,result_status', 'N1,1,failed'));
    expect((await work.run(['import', 'members.csv', '--mode', 'create', '--overwrite'])).exitCode).toBe(0);
    expect(outcomesOf(work.read('members.result.csv'))).toEqual(['done created']);
  });

  test('is the next input: done rows are skipped, corrected rows run', async () => {
    const work = openWorkspace(vendor.settings);
    work.file('members.csv', lines('number,name,point', 'N1,Grace,1', 'N2,Tom,ten', 'N3,Ann,3', '8008010001,Taken,4'));
    expect((await work.run(['import', 'members.csv', '--mode', 'create'])).exitCode).toBe(1);
    const before = await vendor.callCount();
    work.file(
      'fixed.csv',
      work.read('members.result.csv').replace('N2,Tom,ten', 'N2,Tom,10').replace('8008010001', 'N4'),
    );
    const again = await work.run(['import', 'fixed.csv', '--mode', 'create', '--json']);
    expect(again.exitCode).toBe(0);
    const result = work.read('fixed.result.csv');
    expect(outcomesOf(result)).toEqual(Array(4).fill('done created'));
    expect(result.split('\n')[0]).toBe(work.read('members.result.csv').split('\n')[0]);
    expect(recordsOf(result)[0]?.result_customerUid).toBe((await vendor.member('N1'))?.customerUid);
    expect(JSON.parse(again.stdout)).toMatchObject({
      rows: { read: 4, done: 4 },
      actions: { created: 2 },
      calls: { sent: 2 },
    });
    expect(await vendor.callCount()).toBe(before + 2);
    expect((await vendor.member('N2'))?.point).toBe('10');
  });
});
