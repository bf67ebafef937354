import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { columnOf, lines, masked, outcomesOf, recordsOf } from '../support/csv-text.ts';
import { useVendorSandbox } from '../support/vendor-sandbox.ts';
import { openWorkspace } from '../support/workspace.ts';

const vendor = useVendorSandbox();

describe('memberload export of a file', () => {
  test('puts the fetched Kybio fields before the result columns', async () => {
    const work = openWorkspace(vendor.settings);
    const uid = (await vendor.member('8008010009'))?.customerUid;
    work.file(
      'lookups.csv',
      lines('number,customerUid,note', '8008010003,,a', `,${uid},b`, '8008019999,,c', ',813951242628553000,d'),
    );
    const ended = await work.run(['export', 'lookups.csv', '--columns', 'name,point,kybio_balance']);
    expect(masked(work.read('lookups.result.csv')).replace(/customerUid: '.*'?(?=",0,)/, '@')).toBe(
      lines(
        'number,customerUid,note,kybio_name,kybio_point,kybio_balance,result_row,result_status,result_action,result_errorCode,result_messages,result_attempts,result_customerUid,result_run,result_for',
        '8008010003,,a,Emily Tan,450.5,90071992547409.93,1,done,found,,,1,UID,RUN,export kybio …EFAB',
        ',UID,b,林美玲,9007199254740993,0,2,done,found,,,1,UID,RUN,export kybio …EFAB',
        `8008019999,,c,,,,3,failed,,MEMBER_NOT_FOUND,number: no member has '8008019999'. Check it in the back office.,1,,RUN,export kybio …EFAB`,
        ',UID,d,,,,4,invalid,,EXCEL_DAMAGED,"@",0,,RUN,export kybio …EFAB',
      ),
    );
    expect(outcomesOf(work.read('lookups.result.csv'))[3]).toBe('invalid EXCEL_DAMAGED');
    expect(ended.exitCode).toBe(1);
    expect(await vendor.callCount()).toBe(3);
  });

  test('looks Wonder customers up by reference', async () => {
    const work = openWorkspace(vendor.settings);
    work.file('refs.csv', lines('reference_number', 'K0003', 'K9999'));
    await work.run(['export', 'refs.csv', '--from', 'wonder', '--columns', 'name,phone,default_payment_method']);
    expect(masked(work.read('refs.result.csv'))).toBe(
      lines(
        'reference_number,wonder_name,wonder_phone,wonder_default_payment_method,result_row,result_status,result_action,result_errorCode,result_messages,result_attempts,result_uuid,result_run,result_for',
        'K0003,黃志強,98765432,Alipay,1,done,found,,,1,UUID,RUN,export wonder …0001',
        `K9999,,,,2,failed,,CUSTOMER_NOT_FOUND,reference_number: no customer has 'K9999'. Check it in the dashboard.,1,,RUN,export wonder …0001`,
      ),
    );
  });

  test.each(['nullData', 'noData', 'error2015'])(
    'an unknown member is MEMBER_NOT_FOUND when Kybio says it by %s',
    async (notFound) => {
      const work = openWorkspace(vendor.settings);
      await vendor.set({ notFound });
      work.file('lookups.csv', lines('number', '8008019999'));
      await work.run(['export', 'lookups.csv']);
      expect(outcomesOf(work.read('lookups.result.csv'))).toEqual(['failed MEMBER_NOT_FOUND']);
    },
  );
});

describe('memberload export --all', () => {
  test('writes a row for every member, also for one whose chosen columns are blank, and guards a formula once', async () => {
    const work = openWorkspace(vendor.settings);
    await vendor.reset({ empty: true });
    await vendor.seed([
      { number: 'A', name: '=1+1' },
      { number: 'B', name: '' },
      { number: 'C', name: 'Chan' },
    ]);
    await work.run(['export', '--all', '-o', 'names.csv', '--columns', 'name']);
    expect(work.read('names.csv')).toBe(lines('name', "'=1+1", '""', 'Chan'));
  });

  test('writes every Kybio member by pages, ready to be imported again', async () => {
    const work = openWorkspace(vendor.settings);
    await vendor.set({ pageSize: 4 });
    const ended = await work.run(['export', '--all', '-o', 'members.csv', '--json']);
    expect(ended.exitCode).toBe(0);
    const exported = work.read('members.csv');
    expect(exported.split('\n')[0]).toBe(
      'number,name,phone,categoryName,point,balance,discount,birthday,qq,email,address,enable,onAccount,createdDate,customerUid',
    );
    expect(columnOf(exported, 'number')).toEqual(
      Array.from({ length: 11 }, (_, index) => `80080100${String(index + 1).padStart(2, '0')}`),
    );
    expect(columnOf(exported, 'balance').slice(0, 3)).toEqual(['350.50', '0.1', '90071992547409.93']);
    expect(columnOf(exported, 'point')[8]).toBe('9007199254740993');
    expect(recordsOf(exported)[9]?.name).toBe('Tan, Wei "Jack"');
    expect(await vendor.calls()).toEqual({ 'customerOpenApi/queryCustomerPages': 3 });
    expect(JSON.parse(ended.stdout)).toMatchObject({ rows: { read: 11, done: 11 }, actions: { found: 11 } });
    expect(work.names()).toEqual(['members.csv', 'members.report.html']);

    const again = await work.run(['import', 'members.csv']);
    expect(again.exitCode).toBe(0);
    expect(outcomesOf(work.read('members.result.csv'))).toEqual(Array(11).fill('done unchanged'));
  });

  test('what pages do not carry costs a lookup a member, and only when it is asked for', async () => {
    const work = openWorkspace(vendor.settings);
    const args = ['export', '--all', '-o', 'remarks.csv', '--columns', 'number,remarks,expiryDate', '--daily-quota'];
    // A page of more members than the day has calls: the lookups of each day are kept.
    expect((await work.run([...args, '6'])).exitCode).toBe(6);
    expect((await work.run([...args, '12'])).exitCode).toBe(6);
    expect((await work.run([...args, '300'])).exitCode).toBe(0);
    expect(work.read('remarks.csv').split('\n').slice(0, 6)).toEqual([
      'number,remarks,expiryDate',
      '8008010001,,',
      '8008010002,,',
      '8008010003,,',
      '8008010004,,',
      '8008010005,prefers a call,',
    ]);
    expect(await vendor.calls()).toEqual({ 'customerOpenApi/queryCustomerPages': 3, 'customerOpenApi/queryByUid': 11 });
  });

  test('writes every Wonder customer, over as many pages as the server makes', async () => {
    const work = openWorkspace(vendor.settings);
    await vendor.set({ wonderMaxLimit: 2, wonderTotalHeader: false });
    expect((await work.run(['export', '--all', '--from', 'wonder', '-o', 'customers.csv'])).exitCode).toBe(0);
    expect(columnOf(work.read('customers.csv'), 'reference_number').sort()).toEqual([
      'K0001',
      'K0002',
      'K0003',
      'K0004',
      'K0005',
    ]);
  });

  test('a daily quota pauses it, and typing the command again carries it on', async () => {
    const work = openWorkspace(vendor.settings);
    await vendor.set({ pageSize: 4 });
    const paused = await work.run(['export', '--all', '-o', 'members.csv', '--daily-quota', '2']);
    expect(paused.exitCode).toBe(6);
    expect(work.has('members.csv')).toBe(false);
    // A name that is given on the way stays the name.
    expect((await work.run(['resume', '-o', 'all.csv', '--daily-quota', '2'])).exitCode).toBe(6);
    const finished = await work.run(['export', '--all', '-o', 'all.csv', '--daily-quota', '9']);
    expect(finished.exitCode).toBe(0);
    expect(columnOf(work.read('all.csv'), 'number')).toHaveLength(11);
    expect(await vendor.calls()).toEqual({ 'customerOpenApi/queryCustomerPages': 3 });
    expect((await work.run(['runs'])).stdout).toMatch(/ finished +export +11 rows /);
  });

  test('a part that is gone is read again', async () => {
    const work = openWorkspace(vendor.settings);
    await vendor.set({ pageSize: 4 });
    await work.run(['export', '--all', '-o', 'members.csv', '--daily-quota', '2']);
    const [run = ''] = readdirSync(join(work.home, 'runs'));
    rmSync(join(work.home, 'runs', run, 'export.csv'));
    const finished = await work.run(['resume', '--daily-quota', '9']);
    expect(finished.exitCode).toBe(0);
    expect(columnOf(work.read('members.csv'), 'number')).toHaveLength(11);
  });

  test('a wrong key ends it with exit 4, a quota code with exit 6', async () => {
    const work = openWorkspace(vendor.settings);
    const refused = await work.run(['export', '--all', '-o', 'members.csv'], {
      environment: { KYBIO_APP_KEY: 'wrong' },
    });
    expect(refused.exitCode).toBe(4);
    expect(await vendor.callCount()).toBe(1);
    work.config({ kybio: { quotaCodes: ['9010'] } });
    await vendor.set({ quotaLimit: 1 });
    expect((await work.run(['export', '--all', '-o', 'members.csv'])).exitCode).toBe(6);
  });

  test('pages that never answer end it with exit 5 and what to type', async () => {
    const work = openWorkspace(vendor.settings);
    await vendor.set({ 'fault.html': 1 });
    const ended = await work.run(['export', '--all', '-o', 'members.csv']);
    expect(ended.exitCode).toBe(5);
    expect(ended.stderr.trimEnd().split('\n').at(-1)).toMatch(/memberload resume/);
    await vendor.set({ 'fault.html': 0 });
    expect((await work.run(['resume'])).exitCode).toBe(0);
    expect(columnOf(work.read('members.csv'), 'number')).toHaveLength(11);
  });
});
