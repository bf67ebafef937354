import { describe, expect, test } from 'vitest';
import { csv, memberNumber, range } from '../bench/call-jobs.ts';
import { lines, outcomesOf, recordsOf } from '../support/csv-text.ts';
import { useVendorSandbox } from '../support/vendor-sandbox.ts';
import { ADD, BY_NUMBER, BY_UID, fill, INCREMENT, PAGES, quickWork, UPDATE } from './counted.ts';
import { openRecorder } from './recorder.ts';

const vendor = useVendorSandbox();

/** Ten members a page, so that few members are many pages. */
const KYBIO = { kybio: { pageSize: 10 } };
const SMALL_PAGES = { pageSize: 10 };

describe('pages that shift while they are read lose nobody', () => {
  test('an import row that the pages did not hold is added, found to exist, looked up and updated', async () => {
    await fill(vendor, 25, SMALL_PAGES);
    // Somebody adds the member at the counter after the last page was read.
    const recorder = await openRecorder(vendor, (endpoint, count) =>
      endpoint === ADD && count === 1 ? vendor.seed([{ number: 'LATE', name: 'Counter' }]) : undefined,
    );
    const work = quickWork(vendor, { config: KYBIO, environment: recorder.environment });
    const rows = [['LATE', 'From the file'], ...range(8).map((row) => [memberNumber(row), `Member ${row}`])];
    work.file('file.csv', csv(['number', 'name'], rows));
    const { spent } = await work.run(['import', 'file.csv', '--lookup', 'pages']);
    expect(spent).toEqual({ [PAGES]: 3, [ADD]: 1, [BY_NUMBER]: 1, [UPDATE]: 1 });
    expect(outcomesOf(work.read('file.result.csv'))[0]).toBe('done updated');
    expect(await vendor.member('LATE')).toMatchObject({ name: 'From the file' });
  });

  test('members added between two pages are read with a later page', async () => {
    await fill(vendor, 25, SMALL_PAGES);
    const recorder = await openRecorder(vendor, (endpoint, count) =>
      endpoint === PAGES && count === 2 ? vendor.seed({ count: 10, prefix: 'B', name: 'Between' }) : undefined,
    );
    const work = quickWork(vendor, { config: KYBIO, environment: recorder.environment });
    work.file('file.csv', lines('number,name', 'B000001,Between', 'B000010,Changed', 'M000003,Member 3'));
    const { spent } = await work.run(['import', 'file.csv', '--lookup', 'pages']);
    expect(spent).toEqual({ [PAGES]: 4, [UPDATE]: 1 });
    expect(outcomesOf(work.read('file.result.csv'))).toEqual(['done unchanged', 'done updated', 'done unchanged']);
  });

  test.each([
    ['topup', lines('number,pointIncrement', 'LATE,5', 'M000001,5', 'NOBODY,5'), 'done topped_up', INCREMENT],
    ['import', lines('number,name', 'LATE,New name', 'M000001,New name', 'NOBODY,x'), 'done updated', UPDATE],
    ['export', lines('number', 'LATE', 'M000001', 'NOBODY'), 'done found', undefined],
  ])(
    'a row of %s that they do not hold is looked up before it is called unknown',
    async (command, file, done, write) => {
      await fill(vendor, 25, SMALL_PAGES);
      const recorder = await openRecorder(vendor, (endpoint, count) =>
        endpoint === BY_NUMBER && count === 1 ? vendor.seed([{ number: 'LATE', name: 'Counter' }]) : undefined,
      );
      const work = quickWork(vendor, { config: KYBIO, environment: recorder.environment });
      work.file('file.csv', file);
      const flags = { topup: [], import: ['--mode', 'update'], export: ['--columns', 'name'] }[command] ?? [];
      const { spent } = await work.run([command, 'file.csv', '--lookup', 'pages', '--concurrency', '1', ...flags]);
      expect(outcomesOf(work.read('file.result.csv'))).toEqual([done, done, 'failed MEMBER_NOT_FOUND']);
      expect(spent).toEqual({ [PAGES]: 3, [BY_NUMBER]: 2, ...(write && { [write]: 2 }) });
    },
  );

  test('a sale at the till between page and credit is in neither the credit nor the values before', async () => {
    await fill(vendor, 25, SMALL_PAGES);
    const recorder = await openRecorder(vendor, (endpoint, count) => {
      if (endpoint !== INCREMENT || count !== 1) return undefined;
      return vendor.sell('M000003', '7');
    });
    const work = quickWork(vendor, { config: KYBIO, environment: recorder.environment });
    work.file('file.csv', lines('number,pointIncrement', 'M000003,5'));
    await work.run(['topup', 'file.csv', '--lookup', 'pages']);
    expect(recordsOf(work.read('file.result.csv'))[0]).toMatchObject({
      result_status: 'done',
      result_pointBefore: '10',
      result_pointAfter: '15',
    });
    expect(await vendor.member('M000003')).toMatchObject({ point: '15' });
  });

  test('a top-up by uid and one of a closed account need no page to be found', async () => {
    await fill(vendor, 25, SMALL_PAGES);
    await vendor.seed([{ number: 'CLOSED', enable: '-1' }]);
    const uid = (await vendor.member('M000004'))?.customerUid;
    const work = quickWork(vendor, { config: KYBIO });
    work.file('file.csv', lines('number,customerUid', 'CLOSED,', `,${uid}`));
    const { spent } = await work.run(['export', 'file.csv', '--columns', 'name,point', '--lookup', 'pages']);
    // Pages do not list a closed account; a lookup does.
    expect(spent).toEqual({ [PAGES]: 3, [BY_NUMBER]: 1 });
    expect(outcomesOf(work.read('file.result.csv'))).toEqual(['done found', 'done found']);
  });

  test('lookups by uid are answered from pages, or asked one by one', async () => {
    await fill(vendor, 25, SMALL_PAGES);
    const uids = (await vendor.members()).slice(0, 8).map(({ customerUid }) => String(customerUid));
    const work = quickWork(vendor, { config: KYBIO });
    work.file('file.csv', lines('customerUid', ...uids));
    const args = ['export', 'file.csv', '--columns', 'number,name', '--overwrite'];
    expect((await work.run([...args, '--lookup', 'pages'])).spent).toEqual({ [PAGES]: 3 });
    const paged = work.read('file.result.csv');
    expect((await work.run([...args, '--lookup', 'rows'])).spent).toEqual({ [BY_UID]: 8 });
    const numbers = (text: string) => recordsOf(text).map(({ kybio_number, kybio_name }) => [kybio_number, kybio_name]);
    expect(numbers(work.read('file.result.csv'))).toEqual(numbers(paged));
  });
});

describe('an unchanged row costs nothing, and only what differs is sent', () => {
  test('decimals are compared as decimals, dates as dates, and a blank cell leaves alone', async () => {
    await fill(vendor, 3);
    await vendor.seed([
      { number: 'D1', name: 'Same', balance: '12.5', point: '100', birthday: '1990-05-01 00:00:00', email: 'a@b.hk' },
    ]);
    const work = quickWork(vendor);
    work.file(
      'file.csv',
      lines(
        'number,name,balance,point,birthday,email,discount',
        'D1,Same,12.50,100.0,1990-05-01,,100.00',
        'M000001,,,,,,',
      ),
    );
    const { spent } = await work.run(['import', 'file.csv', '--lookup', 'pages']);
    expect(spent).toEqual({ [PAGES]: 1 });
    expect(recordsOf(work.read('file.result.csv')).map(({ result_action: action, result_messages: m }) => [action, m]))
      // Nothing is said to be "not changed" either: it is so already.
      .toEqual([
        ['unchanged', ''],
        ['unchanged', ''],
      ]);
  });

  test.each(['pages', 'rows'])('only the fields that differ arrive at the vendor (--lookup %s)', async (way) => {
    await fill(vendor, 3);
    const recorder = await openRecorder(vendor);
    const work = quickWork(vendor, { environment: recorder.environment });
    const uid = (await vendor.member('M000001'))?.customerUid;
    work.file('file.csv', lines('number,name,phone,email,address', 'M000001,Member 1,90000001,new@example.com,'));
    await work.run(['import', 'file.csv', '--lookup', way]);
    expect(recorder.bodies(UPDATE).map((body) => body.replace(/"appId":"[^"]*",/, ''))).toEqual([
      `{"customerInfo":{"customerUid":${uid},"email":"new@example.com"}}`,
    ]);
  });

  test('a field that updateBaseInfo cannot change costs no call and is named', async () => {
    await fill(vendor, 3);
    const work = quickWork(vendor);
    work.file('file.csv', lines('number,name,balance', 'M000001,Member 1,99'));
    expect((await work.run(['import', 'file.csv', '--lookup', 'pages'])).spent).toEqual({ [PAGES]: 1 });
    expect(recordsOf(work.read('file.result.csv'))[0]?.result_messages).toContain('balance');
  });
});

describe('remarks, which no page carries', () => {
  test('cost a lookup only where they decide whether anything is sent', async () => {
    await fill(vendor, 12);
    const recorder = await openRecorder(vendor);
    const work = quickWork(vendor, { environment: recorder.environment });
    work.file(
      'file.csv',
      lines(
        'number,name,remarks',
        'M000000,Member 0,card 0', // looked up: unchanged
        'M000003,Member 3,other', // looked up: updated
        'M000006,Changed,card 6', // sent anyway: the remarks go along unasked
        'M000001,Member 1,', // gives none: nothing to ask
        'M000002,Changed,', // gives none: only the name is sent
        'NEW,New,fresh', // added
      ),
    );
    const { spent } = await work.run(['import', 'file.csv', '--lookup', 'pages']);
    expect(spent).toEqual({ [PAGES]: 1, [BY_NUMBER]: 2, [UPDATE]: 3, [ADD]: 1 });
    expect(outcomesOf(work.read('file.result.csv'))).toEqual([
      'done unchanged',
      'done updated',
      'done updated',
      'done unchanged',
      'done updated',
      'done created',
    ]);
    const sent = recorder.bodies(UPDATE).map((body) => body.replace(/^.*"customerUid":[0-9]+,|\}\}$/g, ''));
    expect(sent.sort()).toEqual(['"name":"Changed"', '"name":"Changed","remarks":"card 6"', '"remarks":"other"']);
  });

  test('wanted by a lookup, they are asked for row by row, and no page is read', async () => {
    await fill(vendor, 12);
    const work = quickWork(vendor);
    work.file(
      'file.csv',
      csv(
        ['number'],
        range(12).map((row) => [memberNumber(row)]),
      ),
    );
    const { spent } = await work.run(['export', 'file.csv', '--columns', 'name,remarks']);
    expect(spent).toEqual({ [BY_NUMBER]: 12 });
    expect(recordsOf(work.read('file.result.csv')).map(({ kybio_remarks }) => kybio_remarks)).toEqual(
      range(12).map((index) => (index % 3 === 0 ? `card ${index}` : '')),
    );
  });
});

describe('what a row does not ask for is not read', () => {
  test('a few updates by uid, and credits by uid, read nothing', async () => {
    await fill(vendor, 8);
    const uids = (await vendor.members()).map(({ customerUid }) => String(customerUid));
    const work = quickWork(vendor);
    work.file('members.csv', lines('customerUid,name', ...uids.map((uid) => `${uid},Changed`)));
    work.file('points.csv', lines('customerUid,pointIncrement', ...uids.map((uid) => `${uid},5`)));
    expect((await work.run(['import', 'members.csv', '--mode', 'update'])).spent).toEqual({ [UPDATE]: 8 });
    expect((await work.run(['topup', 'points.csv'])).spent).toEqual({ [INCREMENT]: 8 });
  });

  test('an export imported again costs pages, and a write only where something differs, by --mode update as well', async () => {
    await fill(vendor, 30);
    const work = quickWork(vendor);
    await work.run(['export', '--all', '-o', 'all.csv']);
    for (const mode of ['upsert', 'update']) {
      const flags = ['--mode', mode, '-o', `${mode}.csv`];
      const same = await work.run(['import', 'all.csv', ...flags]);
      expect(same).toMatchObject({ exitCode: 0, spent: { [PAGES]: 1 } });
      expect(same.document.actions).toMatchObject({ unchanged: 30, updated: 0 });
    }
    work.file('edited.csv', work.read('all.csv').replace('Member 3,', 'Somebody,'));
    const planned = await work.run(['import', 'edited.csv', '--mode', 'update', '--dry-run']);
    const { spent, document } = await work.run(['import', 'edited.csv', '--mode', 'update']);
    expect(spent).toEqual({ [PAGES]: 1, [UPDATE]: 1 });
    expect(document.actions).toMatchObject({ unchanged: 29, updated: 1 });
    expect(planned.document.plan?.calls).toEqual(spent);
  });

  test('a file whose rows are all invalid costs no call', async () => {
    await fill(vendor, 12);
    const work = quickWork(vendor);
    work.file('file.csv', lines('number,balance', 'M000001,much', ',1'));
    expect((await work.run(['import', 'file.csv'])).spent).toEqual({});
  });
});
