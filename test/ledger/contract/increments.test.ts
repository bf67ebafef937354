import { describe, expect, test } from 'vitest';
import { NEWER_ONLY, REPEAT_FACT } from '../../../src/ledger/account-stores.ts';
import type { Begun, IncrementIntent } from '../../../src/ledger/increments.ts';
import type { Ledger, PlannedRow } from '../../../src/ledger/ledger.ts';
import { ACCOUNT, newIntent, newRun, plannedRow } from '../../support/test-ledger.ts';
import { LEDGERS } from './backends.ts';

const DAY_MS = 86_400_000;
const key = (runId: string, rowNumber = 1) => ({ runId, rowNumber, target: 'kybio' }) as const;
const byWindow = { campaign: '', repeatWindowMs: 35 * DAY_MS };
const byCampaign = { campaign: 'may', repeatWindowMs: 35 * DAY_MS };

async function start(ledger: Ledger, runId: string, planned: readonly PlannedRow[] = []): Promise<void> {
  await ledger.runs.start(newRun({ runId }), [planned]);
}

/** Begins the row and records that the vendor applied it. */
async function credit(
  ledger: Ledger,
  values: Partial<IncrementIntent> & { key: IncrementIntent['key'] },
): Promise<void> {
  expect(await ledger.increments.begin(newIntent(values))).toMatchObject({ kind: 'begun' });
  await ledger.rows.record(values.key, { state: 'done' });
}

describe.each(LEDGERS)('an intent ($name)', ({ newPlace }) => {
  test('is recorded with its time and with everything that evidence needs', async () => {
    const { open, clock } = newPlace();
    const ledger = await open();
    await start(ledger, 'run-1', [plannedRow({ campaign: 'may' })]);
    const before = { point: '1', balance: '2.50', sequence: await ledger.sequence() };
    const intent = newIntent({ number: 'N7', reference: 'R', before });
    expect(await ledger.increments.begin(intent)).toEqual({
      kind: 'begun',
      dataChangeTime: '2026-11-22 12:00:00',
      hasBefore: true,
    });
    await ledger.close();
    expect(await (await open()).rows.find(key('run-1'))).toMatchObject({
      state: 'intent',
      operation: 'increment',
      customerUid: '7',
      number: 'N7',
      pointIncrement: '10',
      balanceIncrement: '0',
      reference: 'R',
      campaign: 'may',
      dataChangeTime: '2026-11-22 12:00:00',
      pointBefore: '1',
      balanceBefore: '2.50',
      intentMs: clock.nowMs(),
    });
  });

  test('of one member never gets a second twice; two members may share one', async () => {
    const ledger = await newPlace().open();
    await start(ledger, 'run-1');
    const times: string[] = [];
    for (const [rowNumber, customerUid] of ['7', '7', '8', '7'].entries()) {
      const intent = newIntent({ key: key('run-1', rowNumber + 1), customerUid, mayRepeatMember: true });
      const begun = await ledger.increments.begin(intent);
      if (begun.kind === 'begun') times.push(begun.dataChangeTime);
      await ledger.rows.record(intent.key, { state: 'done' });
    }
    const from = { fromMs: Date.UTC(2026, 10, 22, 4), timeZone: 'Asia/Shanghai', order: 'unused' } as const;
    times.push(await ledger.increments.claimTime(ACCOUNT, '7', from));
    expect(times).toEqual([
      '2026-11-22 12:00:00',
      '2026-11-22 12:00:01',
      '2026-11-22 12:00:00',
      '2026-11-22 12:00:02',
      '2026-11-22 12:00:03',
    ]);
  });

  test('with a given time that the member had already is refused, and nothing is recorded', async () => {
    const ledger = await newPlace().open();
    await start(ledger, 'run-1');
    const given = { kind: 'given', time: '2026-01-05 13:26:23' } as const;
    await credit(ledger, { key: key('run-1', 1), dataChangeTime: given });
    const again = newIntent({ key: key('run-1', 2), dataChangeTime: given, mayRepeatMember: true });
    expect(await ledger.increments.begin(again)).toEqual({ kind: 'time_taken' });
    expect(await ledger.rows.find(again.key)).toBeUndefined();
    expect(await ledger.increments.begin({ ...again, customerUid: '8' })).toMatchObject({ kind: 'begun' });
  });

  test('of a row that was begun before keeps its time, and nothing of the attempt before but that', async () => {
    const ledger = await newPlace().open();
    await start(ledger, 'run-1');
    const before = { point: '1', balance: '1', sequence: 9 };
    const first = await ledger.increments.begin(newIntent({ before }));
    await ledger.rows.record(key('run-1'), { state: 'open', errorCode: 'X', messages: ['m'] });
    const later = { kind: 'next', fromMs: Date.UTC(2027, 0, 1), timeZone: 'UTC' } as const;
    expect(await ledger.increments.begin(newIntent({ dataChangeTime: later }))).toEqual({ ...first, hasBefore: false });
    expect(await ledger.rows.find(key('run-1'))).toMatchObject({
      state: 'intent',
      errorCode: '',
      messages: [],
      pointBefore: '',
    });
    // About another member now: the time of the first one says nothing.
    await ledger.rows.record(key('run-1'), { state: 'open' });
    expect(await ledger.increments.begin(newIntent({ customerUid: '8', dataChangeTime: later }))).toMatchObject({
      dataChangeTime: '2027-01-01 00:00:00',
    });
  });

  describe('of a member whose times lie ahead of the clock', () => {
    const at = (time: string, rowNumber: number): Partial<IncrementIntent> => ({
      key: key('run-1', rowNumber),
      dataChangeTime: { kind: 'given', time },
      mayRepeatMember: true,
    });
    const begin = async (ledger: Ledger, rowNumber: number): Promise<string> => {
      const begun = await ledger.increments.begin(newIntent({ key: key('run-1', rowNumber), mayRepeatMember: true }));
      await ledger.rows.record(key('run-1', rowNumber), { state: 'done' });
      return begun.kind === 'begun' ? begun.dataChangeTime : begun.kind;
    };

    test('gets a time that is newer than all of them: the clock was ahead, and is right again', async () => {
      const ledger = await newPlace().open();
      await start(ledger, 'run-1');
      await credit(ledger, newIntent(at('2026-11-22 23:59:59', 1)));
      expect(await begin(ledger, 2)).toBe('2026-11-23 00:00:00');
      expect(await begin(ledger, 3)).toBe('2026-11-23 00:00:01');
    });

    test('is not dragged along by one that lies far ahead, unless the account refuses what is not newer', async () => {
      const ledger = await newPlace().open();
      await start(ledger, 'run-1');
      await credit(ledger, newIntent(at('2035-01-01 00:00:00', 1)));
      expect(await begin(ledger, 2)).toBe('2026-11-22 12:00:00');
      const from = { fromMs: Date.UTC(2026, 10, 22, 4), timeZone: 'Asia/Shanghai' };
      const newest = await ledger.increments.claimTime(ACCOUNT, '7', { ...from, order: 'newest' });
      const unused = await ledger.increments.claimTime(ACCOUNT, '7', { ...from, order: 'unused' });
      expect([newest, unused]).toEqual(['2035-01-01 00:00:01', '2026-11-22 12:00:01']);
      await ledger.facts.write(ACCOUNT, REPEAT_FACT, NEWER_ONLY);
      expect(await begin(ledger, 3)).toBe('2035-01-01 00:00:02');
    });

    test('leaves a given time where it is', async () => {
      const ledger = await newPlace().open();
      await start(ledger, 'run-1');
      await credit(ledger, newIntent(at('2026-11-22 23:59:59', 1)));
      const given = await ledger.increments.begin(newIntent(at('2026-11-22 08:00:00', 2)));
      expect(given).toMatchObject({ kind: 'begun', dataChangeTime: '2026-11-22 08:00:00' });
      await ledger.rows.record(key('run-1', 2), { state: 'open' });
      expect(await ledger.increments.begin(newIntent(at('2026-11-22 08:00:00', 2)))).toEqual(given);
    });
  });

  test.each([
    ['open', '2026-11-22 12:00:02'],
    ['retry', '2026-11-22 12:00:02'],
    ['in_doubt', '2026-11-22 12:00:00'],
    ['failed', '2026-11-22 12:00:00'],
  ] as const)('of a row that is %s, begun again after a later credit of the member: %s', async (state, time) => {
    const ledger = await newPlace().open();
    await start(ledger, 'run-1');
    await start(ledger, 'run-2');
    await ledger.increments.begin(newIntent());
    // Written back as not sent; then another run credits the member.
    await ledger.rows.record(key('run-1'), { state: 'open' });
    await credit(ledger, { key: key('run-2') });
    await ledger.rows.record(key('run-1'), { state });
    const again = await ledger.increments.begin(newIntent());
    expect(again).toMatchObject({ kind: 'begun', dataChangeTime: time });
    // And once more, without a later credit: the new time is kept.
    await ledger.rows.record(key('run-1'), { state });
    expect(await ledger.increments.begin(newIntent())).toMatchObject({ dataChangeTime: time });
  });

  test('of a row that is credited already is a bug, and stops nobody else', async () => {
    const ledger = await newPlace().open();
    await start(ledger, 'run-1');
    await credit(ledger, { key: key('run-1') });
    await expect(ledger.increments.begin(newIntent())).rejects.toThrow('is credited already');
    await credit(ledger, { key: key('run-1', 2), customerUid: '8' });
  });

  test.each(['intent', 'in_doubt'] as const)(
    'waits while another increment of the member is %s, of any run',
    async (state) => {
      const ledger = await newPlace().open();
      await start(ledger, 'run-1');
      await start(ledger, 'run-2');
      await ledger.increments.begin(newIntent());
      await ledger.rows.record(key('run-1'), { state });
      const other = newIntent({ key: key('run-2', 5) });
      expect(await ledger.increments.begin(other)).toEqual({ kind: 'member_waits', runId: 'run-1', rowNumber: 1 });
      expect(await ledger.rows.find(other.key)).toBeUndefined();
      expect(await ledger.increments.begin({ ...other, account: 'kybio:B' })).toMatchObject({ kind: 'begun' });
      // The row itself does not wait for itself.
      expect(await ledger.increments.begin(newIntent())).toMatchObject({ kind: 'begun' });
    },
  );

  test('two intents of one member given out at once: one waits for the other', async () => {
    const ledger = await newPlace().open();
    await start(ledger, 'run-1');
    const [first, second] = await Promise.all(
      [1, 2].map((rowNumber) =>
        ledger.increments.begin(newIntent({ key: key('run-1', rowNumber), mayRepeatMember: true })),
      ),
    );
    expect([first?.kind, second?.kind]).toEqual(['begun', 'member_waits']);
  });

  test('for a member that another row of the run was begun for is refused unless that is allowed', async () => {
    const ledger = await newPlace().open();
    await start(ledger, 'run-1', [plannedRow({ rowNumber: 3, customerUid: '7' })]);
    await credit(ledger, { key: key('run-1', 1), guard: byWindow });
    const second = newIntent({ key: key('run-1', 2), guard: byWindow });
    expect(await ledger.increments.begin(second)).toEqual({ kind: 'member_repeated', rowNumber: 1 });
    expect(await ledger.increments.begin({ ...second, mayRepeatMember: true })).toMatchObject({ kind: 'begun' });
  });
});

describe.each(LEDGERS)('values read before an increment ($name)', ({ newPlace }) => {
  test('are evidence unless another row of the member was changed after the read, whatever the clock says', async () => {
    const { open, clock } = newPlace();
    const ledger = await open();
    await start(ledger, 'run-1');
    await start(ledger, 'run-2', [plannedRow({ rowNumber: 1, customerUid: '7' })]);
    await credit(ledger, { key: key('run-1', 1) });
    const fresh = { point: '1', balance: '0', sequence: await ledger.sequence() };
    const begin = (rowNumber: number, before: IncrementIntent['before']): Promise<Begun> =>
      ledger.increments.begin(newIntent({ key: key('run-2', rowNumber), before, mayRepeatMember: true }));
    expect(await begin(2, fresh)).toMatchObject({ hasBefore: true });
    // The clock is set back: the outcome that comes now bears an older time than the read.
    clock.jumpTo(clock.nowMs() - DAY_MS);
    await ledger.rows.recordSoon(key('run-2', 2), { state: 'done' });
    expect(await begin(3, fresh)).toMatchObject({ hasBefore: false });
    expect(await ledger.rows.find(key('run-2', 3))).toMatchObject({ pointBefore: '', balanceBefore: '' });
  });

  test('are evidence although the row itself was changed, or the row of another member', async () => {
    const ledger = await newPlace().open();
    await start(ledger, 'run-1');
    const before = { point: '1', balance: '0', sequence: await ledger.sequence() };
    await ledger.increments.begin(newIntent({ before }));
    await ledger.rows.record(key('run-1'), { state: 'open' });
    await credit(ledger, { key: key('run-1', 2), customerUid: '8' });
    expect(await ledger.increments.begin(newIntent({ before }))).toMatchObject({ hasBefore: true });
  });
});

describe.each(LEDGERS)('the guard against a second credit ($name)', ({ newPlace }) => {
  async function open() {
    const place = newPlace();
    const ledger = await place.open();
    await start(ledger, 'run-1');
    await start(ledger, 'run-2');
    return { ledger, clock: place.clock };
  }
  const second = (values: Partial<IncrementIntent>): IncrementIntent =>
    newIntent({ key: key('run-2'), guard: byWindow, ...values });

  test.each([
    ['the same amounts', { pointIncrement: '10.0', balanceIncrement: '' }, 'credited_before'],
    ['other amounts', { pointIncrement: '10.01' }, 'begun'],
    ['the same amounts, and the guard is off', { guard: undefined }, 'begun'],
    ['the same amounts in another account', { account: 'kybio:B' }, 'begun'],
    ['the same amounts for another member', { customerUid: '8' }, 'begun'],
    ['a reference of its own', { reference: 'R2' }, 'begun'],
    ['a campaign of its own', { guard: byCampaign }, 'begun'],
  ] as const)('without reference and campaign: %s', async (_, values, kind) => {
    const { ledger } = await open();
    await credit(ledger, { key: key('run-1') });
    expect(await ledger.increments.begin(second(values))).toMatchObject({ kind });
  });

  test('without reference and campaign the same amounts may be credited again when the window is over', async () => {
    const { ledger, clock } = await open();
    await credit(ledger, { key: key('run-1') });
    clock.jumpTo(clock.nowMs() + byWindow.repeatWindowMs);
    expect(await ledger.increments.begin(second({}))).toMatchObject({
      kind: 'credited_before',
      credit: { runId: 'run-1', rowNumber: 1, state: 'done', isUndone: false },
    });
    clock.jumpTo(clock.nowMs() + 1);
    expect(await ledger.increments.begin(second({}))).toMatchObject({ kind: 'begun' });
  });

  test.each([
    ['the same', {}, 'credited_before'],
    ['other amounts', { balanceIncrement: '1' }, 'credited_otherwise'],
    ['another member', { customerUid: '8' }, 'credited_otherwise'],
    ['the same, and a campaign', { guard: byCampaign }, 'credited_before'],
    ['the same in another account', { account: 'kybio:B' }, 'begun'],
    ['another reference', { reference: 'r1' }, 'begun'],
  ] as const)('by reference, for ever: %s', async (_, values, kind) => {
    const { ledger, clock } = await open();
    await credit(ledger, { key: key('run-1'), reference: 'R1' });
    clock.jumpTo(clock.nowMs() + 1000 * DAY_MS);
    expect(await ledger.increments.begin(second({ reference: 'R1', ...values }))).toMatchObject({ kind });
  });

  test.each([
    ['the same', {}, 'credited_before'],
    ['other amounts', { pointIncrement: '11' }, 'credited_otherwise'],
    ['another member', { customerUid: '8' }, 'begun'],
    ['another campaign', { guard: { ...byCampaign, campaign: 'June' } }, 'begun'],
  ] as const)('by campaign and member, for ever: %s', async (_, values, kind) => {
    const { ledger, clock } = await open();
    await credit(ledger, { key: key('run-1'), guard: byCampaign });
    clock.jumpTo(clock.nowMs() + 1000 * DAY_MS);
    expect(await ledger.increments.begin(second({ guard: byCampaign, ...values }))).toMatchObject({ kind });
  });

  test('the same reference twice in one run is credited once', async () => {
    const { ledger } = await open();
    await start(
      ledger,
      'run-3',
      [1, 2].map((rowNumber) => plannedRow({ rowNumber, customerUid: '7', reference: 'R1' })),
    );
    const row = (rowNumber: number) =>
      newIntent({ key: key('run-3', rowNumber), reference: 'R1', guard: byWindow, mayRepeatMember: true });
    expect(await ledger.increments.begin(row(1))).toMatchObject({ kind: 'begun' });
    await ledger.rows.record(row(1).key, { state: 'done' });
    expect(await ledger.increments.begin(row(2))).toMatchObject({ kind: 'credited_before' });
  });

  test.each([
    ['number', { number: 'N7' }],
    ['customerUid', { customerUid: '7' }],
  ])('what an unfinished run has still to send counts, known by its %s', async (_, member) => {
    const { ledger } = await open();
    await start(ledger, 'run-3', [plannedRow({ ...member })]);
    const intent = second({ number: 'N7' });
    expect(await ledger.increments.begin(intent)).toMatchObject({
      kind: 'credited_before',
      credit: { runId: 'run-3', state: 'planned' },
    });
    await ledger.runs.setState('run-3', 'finished');
    expect(await ledger.increments.begin(intent)).toMatchObject({ kind: 'begun' });
  });

  test('a planned row of a campaign or with a reference counts under these', async () => {
    const { ledger } = await open();
    await start(ledger, 'run-3', [
      plannedRow({ number: 'N7', campaign: 'may' }),
      plannedRow({ rowNumber: 2, reference: 'R1' }),
    ]);
    expect(await ledger.increments.begin(second({ number: 'N7', guard: byCampaign }))).toMatchObject({
      kind: 'credited_before',
    });
    expect(await ledger.increments.begin(second({ reference: 'R1', guard: byCampaign }))).toMatchObject({
      kind: 'credited_otherwise',
    });
  });

  test('a number is no member where the customerUid is known to be another', async () => {
    const { ledger } = await open();
    await credit(ledger, { key: key('run-1'), customerUid: '6', number: 'N7' });
    expect(await ledger.increments.begin(second({ customerUid: '7', number: 'N7' }))).toMatchObject({ kind: 'begun' });
  });

  test('what was not applied counts no more: failed, or skipped as credited before', async () => {
    const { ledger } = await open();
    await start(ledger, 'run-3', [plannedRow({ customerUid: '7' })]);
    await ledger.rows.record(key('run-3'), { state: 'done', action: 'credited_before' });
    await ledger.increments.begin(newIntent());
    await ledger.rows.record(key('run-1'), { state: 'failed' });
    expect(await ledger.increments.begin(second({}))).toMatchObject({ kind: 'begun' });
  });

  test('a row of an unfinished run that goes out later counts, until its run is cancelled', async () => {
    const { ledger } = await open();
    await ledger.increments.begin(newIntent());
    await ledger.rows.record(key('run-1'), { state: 'open' });
    expect(await ledger.increments.begin(second({}))).toMatchObject({ kind: 'credited_before' });
    await ledger.runs.cancel('run-1');
    expect(await ledger.increments.begin(second({}))).toMatchObject({ kind: 'begun' });
  });
});

describe.each(LEDGERS)('undo ($name)', ({ newPlace }) => {
  const undoRow = plannedRow({
    customerUid: '7',
    pointIncrement: '-10',
    undoes: { runId: 'run-1', rowNumber: 1 },
  });
  const undo = (runId: string): IncrementIntent => newIntent({ key: key(runId), pointIncrement: '-10' });

  test('a credit counts no more when the row that takes it back is done, and the same campaign can credit again', async () => {
    const ledger = await newPlace().open();
    await start(ledger, 'run-1');
    await start(ledger, 'run-2');
    await credit(ledger, { key: key('run-1'), reference: 'R1', guard: byCampaign });
    await start(ledger, 'undo', [undoRow]);
    const again = [
      newIntent({ key: key('run-2'), guard: byCampaign }),
      newIntent({ key: key('run-2'), guard: byWindow }),
      newIntent({ key: key('run-2'), guard: byWindow, reference: 'R1' }),
    ];
    for (const intent of again) {
      expect(await ledger.increments.begin(intent)).toMatchObject({ kind: 'credited_before' });
    }
    await credit(ledger, undo('undo'));
    for (const intent of again) {
      expect(await ledger.increments.begin(intent)).toMatchObject({ kind: 'begun' });
      await ledger.rows.record(intent.key, { state: 'open' });
    }
  });

  test('no credit is taken back twice, whatever else is asked for', async () => {
    const ledger = await newPlace().open();
    await start(ledger, 'run-1');
    await credit(ledger, { key: key('run-1') });
    await start(ledger, 'undo', [undoRow]);
    await start(ledger, 'undo-again', [undoRow]);
    expect(await ledger.increments.begin(undo('undo-again'))).toMatchObject({ kind: 'credited_before' });
    await ledger.runs.cancel('undo');
    await credit(ledger, undo('undo-again'));
    await start(ledger, 'undo-late', [undoRow]);
    expect(await ledger.increments.begin(undo('undo-late'))).toMatchObject({
      kind: 'credited_before',
      credit: { runId: 'undo-again' },
    });
  });
});
