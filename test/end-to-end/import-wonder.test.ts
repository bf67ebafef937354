import { describe, expect, test } from 'vitest';
import { lines, masked, outcomesOf, recordsOf } from '../support/csv-text.ts';
import { useVendorSandbox } from '../support/vendor-sandbox.ts';
import { openWorkspace } from '../support/workspace.ts';

const vendor = useVendorSandbox();

describe('memberload import to Wonder', () => {
  test('posts by reference, puts by uuid, and splits the phone', async () => {
    const work = openWorkspace(vendor.settings);
    const known = (await vendor.customer('K0005'))?.uuid ?? '';
    work.file(
      'customers.csv',
      lines(
        'reference_number,uuid,name,phone,email',
        'K0001,,陳大文,+85291234999,',
        'K9001,,Grace Lim,+6591112233,grace@example.com',
        `,${known},林美玲,+85291230009,`,
        ',11111111-1111-4111-a111-111111111111,Nobody,+85291230009,',
        'K9002,,,+85291230001,',
      ),
    );
    const ended = await work.run(['import', 'customers.csv', '--to', 'wonder']);
    const result = work.read('customers.result.csv');
    expect(outcomesOf(result)).toEqual([
      'done upserted',
      'done upserted',
      'done updated',
      expect.stringMatching(/^failed /),
      'invalid REQUIRED',
    ]);
    expect(masked(result).split('\n').slice(0, 3)).toEqual([
      'reference_number,uuid,name,phone,email,result_row,result_status,result_action,result_errorCode,result_messages,result_attempts,result_uuid,result_run,result_for',
      'K0001,,陳大文,+85291234999,,1,done,upserted,,,1,UUID,RUN,import wonder …0001',
      'K9001,,Grace Lim,+6591112233,grace@example.com,2,done,upserted,,,1,UUID,RUN,import wonder …0001',
    ]);
    expect(ended.exitCode).toBe(1);
    expect(await vendor.customer('K9001')).toMatchObject({ dial_code: '+65', phone: '91112233' });
    expect(await vendor.customer('K0001')).toMatchObject({ dial_code: '+852', phone: '91234999' });
    expect(recordsOf(result)[1]?.result_uuid).toBe((await vendor.customer('K9001'))?.uuid);
    expect(await vendor.calls()).toEqual({ 'POST /customers': 2, 'PUT /customers/:id': 2 });
  });

  test('--country reads national numbers', async () => {
    const work = openWorkspace(vendor.settings);
    work.file('customers.csv', lines('reference_number,name,phone', 'K9001,Grace,91230001'));
    expect((await work.run(['import', 'customers.csv', '--to', 'wonder', '--country', 'HK'])).exitCode).toBe(0);
    expect(await vendor.customer('K9001')).toMatchObject({ dial_code: '+852', phone: '91230001' });
  });
});

describe('memberload import to Kybio and Wonder', () => {
  const members = lines('number,name,phone', 'B1,Grace,+85291230001', 'B2,Tom,+85291230002');

  test('one row goes to both, each with its own outcome', async () => {
    const work = openWorkspace(vendor.settings);
    work.file('both.csv', members);
    const ended = await work.run(['import', 'both.csv', '--to', 'kybio,wonder', '--json']);
    expect(ended.exitCode).toBe(0);
    expect(masked(work.read('both.result.csv'))).toBe(
      lines(
        'number,name,phone,result_row,result_status,result_action,result_errorCode,result_messages,result_attempts,result_customerUid,result_uuid,result_run,result_for',
        'B1,Grace,+85291230001,1,done,kybio:created;wonder:upserted,,,1,UID,UUID,RUN,import kybio …EFAB + wonder …0001',
        'B2,Tom,+85291230002,2,done,kybio:created;wonder:upserted,,,1,UID,UUID,RUN,import kybio …EFAB + wonder …0001',
      ),
    );
    expect(JSON.parse(ended.stdout)).toMatchObject({
      rows: { read: 2, done: 2 },
      actions: { created: 2, upserted: 2 },
      calls: { sent: 6, byEndpoint: { 'customerOpenApi/add': 2, 'POST /customers': 2 } },
    });
    expect(await vendor.customer('B1')).toMatchObject({ name: 'Grace', dial_code: '+852', phone: '91230001' });
  });

  test('when one half fails the other stands, and the row says both', async () => {
    const work = openWorkspace(vendor.settings);
    work.file('both.csv', members);
    await vendor.seed([{ number: 'B2', name: 'Taken' }]);
    const ended = await work.run(['import', 'both.csv', '--to', 'kybio,wonder', '--mode', 'create', '--json']);
    expect(ended.exitCode).toBe(1);
    const result = work.read('both.result.csv');
    expect(outcomesOf(result)).toEqual(['done kybio:created;wonder:upserted', 'failed wonder:upserted kybio:2012']);
    expect(recordsOf(result)[1]?.result_messages).toMatch(/^kybio:.*(已存在|belongs to a member)/);
    expect(recordsOf(result)[1]?.result_uuid).toBe((await vendor.customer('B2'))?.uuid);
    expect(JSON.parse(ended.stdout)).toMatchObject({ rows: { done: 1, failed: 1 }, errorCodes: { '2012': 1 } });
  });

  test('when the run is paused between the halves, resume sends only the missing ones', async () => {
    const work = openWorkspace(vendor.settings);
    work.file('both.csv', members);
    const paused = await work.run([
      'import',
      'both.csv',
      '--to',
      'kybio,wonder',
      '--mode',
      'create',
      '--daily-quota',
      '1',
      '--concurrency',
      '1',
    ]);
    expect(paused.exitCode).toBe(6);
    expect(await vendor.calls()).toEqual({ 'customerOpenApi/add': 1, 'POST /customers': 1 });
    const resumed = await work.run(['resume', '--daily-quota', '100', '--json']);
    expect(resumed.exitCode).toBe(0);
    expect(outcomesOf(work.read('both.result.csv'))).toEqual(Array(2).fill('done kybio:created;wonder:upserted'));
    expect(await vendor.calls()).toEqual({ 'customerOpenApi/add': 2, 'POST /customers': 2 });
    expect(JSON.parse(resumed.stdout).calls).toMatchObject({ sent: 2 });
  });

  test('a row that one of the two would refuse goes to neither', async () => {
    const work = openWorkspace(vendor.settings);
    work.file('both.csv', lines('number,name,phone', 'B1,Grace,', 'B2,Tom,+85291230002'));
    await work.run(['import', 'both.csv', '--to', 'kybio,wonder']);
    expect(outcomesOf(work.read('both.result.csv'))[0]).toMatch(/^invalid .*REQUIRED/);
    expect(await vendor.member('B1')).toBeUndefined();
    expect(await vendor.customer('B1')).toBeUndefined();
    expect(await vendor.member('B2')).toBeDefined();
  });
});
