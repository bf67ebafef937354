import { describe, expect, test } from 'vitest';
import { lines, masked, outcomesOf } from '../support/csv-text.ts';
import { useVendorSandbox } from '../support/vendor-sandbox.ts';
import { openWorkspace } from '../support/workspace.ts';

const vendor = useVendorSandbox();

describe('memberload topup', () => {
  test('credits by number and by uid, tells before and after, and adds up to the last decimal', async () => {
    const work = openWorkspace(vendor.settings);
    const uid = (await vendor.member('8008010009'))?.customerUid;
    work.file(
      'quarter.csv',
      lines(
        'number,customerUid,pointIncrement,balanceIncrement,note',
        '8008010003,,50.5,90071992547409.93,voucher',
        `,${uid},1,0.1,`,
        '8008010006,,,12.30,evened out',
        '8008010005,,-5,,fair',
        '8008019999,,10,,unknown',
      ),
    );
    const ended = await work.run(['topup', 'quarter.csv', '--json']);
    const result = work.read('quarter.result.csv');
    expect(masked(result)).toBe(
      lines(
        'number,customerUid,pointIncrement,balanceIncrement,note,result_row,result_status,result_action,result_errorCode,result_messages,result_attempts,result_customerUid,result_balanceBefore,result_balanceAfter,result_pointBefore,result_pointAfter,result_dataChangeTime,result_run,result_for',
        '8008010003,,50.5,90071992547409.93,voucher,1,done,topped_up,,,1,UID,90071992547409.93,180143985094819.86,450.5,501,TIME,RUN,topup kybio …EFAB',
        ',UID,1,0.1,,2,done,topped_up,,,1,UID,0,0.1,9007199254740993,9007199254740994,TIME,RUN,topup kybio …EFAB',
        '8008010006,,,12.30,evened out,3,done,topped_up,,,1,UID,-12.30,0,0,0,TIME,RUN,topup kybio …EFAB',
        '8008010005,,-5,,fair,4,done,topped_up,,,1,UID,0,0,7,2,TIME,RUN,topup kybio …EFAB',
        `8008019999,,10,,unknown,5,failed,,MEMBER_NOT_FOUND,"number: no member has '8008019999', so nothing was credited. Correct it and run the result file again.",1,,,,,,,RUN,topup kybio …EFAB`,
      ),
    );
    expect(ended.exitCode).toBe(1);
    expect(JSON.parse(ended.stdout)).toMatchObject({
      rows: { read: 5, done: 4, failed: 1 },
      actions: { topped_up: 4 },
      errorCodes: { MEMBER_NOT_FOUND: 1 },
      totals: {
        pointIncrement: { asked: '56.5', applied: '46.5', in_doubt: '0' },
        balanceIncrement: { asked: '90071992547422.33', applied: '90071992547422.33', in_doubt: '0' },
      },
    });
    expect(
      (await vendor.books()).increments
        .map(({ number, pointIncrement, balanceIncrement }) => [number, pointIncrement, balanceIncrement])
        .sort(),
    ).toEqual([
      ['8008010003', '50.5', '90071992547409.93'],
      ['8008010005', '-5', '0'],
      ['8008010006', '0', '12.30'],
      ['8008010009', '1', '0.1'],
    ]);
  });

  test('sixteen calls wait for their turn at once, and Node has nothing to say of it', async () => {
    await vendor.seed({ count: 40, prefix: 'T' });
    const work = openWorkspace(vendor.settings);
    const rows = Array.from({ length: 40 }, (_, index) => `T${String(index + 1).padStart(6, '0')},1`);
    work.file('many.csv', lines('number,pointIncrement', ...rows));
    const ended = await work.run(['topup', 'many.csv', '--rate', '40/s', '--concurrency', '16', '--lookup', 'rows']);
    expect(ended).toMatchObject({ exitCode: 0, stderr: expect.not.stringContaining('Warning') });
    expect((await vendor.books()).increments).toHaveLength(40);
  });

  test('invalid rows refuse the whole file until --skip-invalid', async () => {
    const work = openWorkspace(vendor.settings);
    work.file('mixed.csv', lines('number,pointIncrement', '8008010001,10', '8008010002,ten', '8008010004,0'));
    const refused = await work.run(['topup', 'mixed.csv']);
    expect(refused.exitCode).toBe(3);
    expect(refused.stderr).toContain(
      "2 of 3 rows cannot be credited. Row 2 (line 3), pointIncrement: 'ten' is not a decimal",
    );
    expect(await vendor.callCount()).toBe(0);
    expect(work.names()).toEqual(['mixed.csv']);
    expect((await work.run(['topup', 'mixed.csv', '--skip-invalid'])).exitCode).toBe(1);
    expect(outcomesOf(work.read('mixed.result.csv'))).toEqual([
      'done topped_up',
      'invalid NOT_A_DECIMAL',
      'invalid NOTHING_TO_DO',
    ]);
    expect((await vendor.books()).increments).toHaveLength(1);
  });

  test('a member twice in a file is refused; with --on-duplicate allow both are credited at different seconds', async () => {
    const work = openWorkspace(vendor.settings);
    await vendor.set({ repeatRule: 'refuse_repeat' });
    const uid = (await vendor.member('8008010001'))?.customerUid;
    work.file('twice.csv', lines('number,customerUid,pointIncrement', '8008010001,,1', '8008010001,,2', `,${uid},4`));
    expect((await work.run(['topup', 'twice.csv'])).exitCode).toBe(3);
    expect((await work.run(['topup', 'twice.csv', '--on-duplicate', 'allow', '--concurrency', '8'])).exitCode).toBe(0);
    const { increments } = await vendor.books();
    expect(increments.map(({ pointIncrement }) => pointIncrement).sort()).toEqual(['1', '2', '4']);
    expect(new Set(increments.map(({ dataChangeTime }) => dataChangeTime)).size).toBe(3);
  });

  test('a member once by number and once by uid is credited once, in the row that is sent first', async () => {
    const work = openWorkspace(vendor.settings);
    const uid = (await vendor.member('8008010001'))?.customerUid;
    work.file('hidden.csv', lines('number,customerUid,pointIncrement', '8008010001,,1', `,${uid},4`));
    const ended = await work.run(['topup', 'hidden.csv', '--concurrency', '1']);
    expect(ended.exitCode).toBe(1);
    expect(outcomesOf(work.read('hidden.result.csv'))).toEqual(['done topped_up', 'invalid DUPLICATE_ROW']);
    expect((await vendor.books()).increments).toHaveLength(1);
  });

  test('an answer that never comes is settled by two reads: applied ends as done, not applied stays in doubt', async () => {
    const work = openWorkspace(vendor.settings);
    work.file('one.csv', lines('number,pointIncrement', '8008010001,10'));
    await vendor.set({ faultsOn: 'increments', 'fault.cutAfter': 1 });
    const applied = await work.run(['topup', 'one.csv', '--json']);
    expect(applied.exitCode).toBe(0);
    expect(masked(work.read('one.result.csv'))).toContain(
      '8008010001,10,1,done,topped_up,,"No answer came; applied once by the evidence: before: point 1280, balance 350.50; read: point 1290, balance 350.5',
    );
    expect((await vendor.books()).increments).toHaveLength(1);

    work.file('two.csv', lines('number,pointIncrement', '8008010002,20'));
    await vendor.set({ 'fault.cutAfter': 0, 'fault.cutBefore': 1 });
    const lost = await work.run(['topup', 'two.csv', '--json']);
    expect(lost.exitCode).toBe(7);
    expect(outcomesOf(work.read('two.result.csv'))).toEqual(['in_doubt CONNECTION_FAILED']);
    expect(JSON.parse(lost.stdout)).toMatchObject({
      exitCode: 7,
      rows: { in_doubt: 1 },
      totals: { pointIncrement: { asked: '20', applied: '0', in_doubt: '20' } },
    });
    expect(lost.stderr.trimEnd().split('\n').at(-1)).toMatch(/^Look at the rows in doubt: memberload resolve \S+$/);
  });

  test('an answer about another member stops the run with exit 7', async () => {
    const work = openWorkspace(vendor.settings);
    work.file('many.csv', lines('number,pointIncrement', '8008010001,10', '8008010002,20', '8008010004,30'));
    await vendor.set({ faultsOn: 'increments', 'fault.wrongUid': 1 });
    const ended = await work.run(['topup', 'many.csv', '--concurrency', '1']);
    expect(ended.exitCode).toBe(7);
    expect(outcomesOf(work.read('many.result.csv'))).toEqual([
      'in_doubt RESPONSE_MISMATCH',
      'not_sent STOPPED',
      'not_sent STOPPED',
    ]);
    expect((await vendor.books()).increments).toHaveLength(1);
  });
});
