import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { seededChance } from '../../src/sandbox/chance.ts';
import { drawFault } from '../../src/sandbox/faults.ts';
import { openSandbox, type Sandbox } from '../../src/sandbox/sandbox.ts';
import { DEFAULT_SWITCHES } from '../../src/sandbox/switches.ts';
import { books, control, kybio, member, type RawAnswer, setSwitches, wonder } from './signed-calls.ts';

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await openSandbox({ stateFolder: ':memory:' });
});
afterAll(() => sandbox.close());
beforeEach(async () => {
  await setSwitches(sandbox, DEFAULT_SWITCHES);
  await control(sandbox, 'DELETE', 'state');
});

async function increment(): Promise<RawAnswer> {
  const { customerUid } = await member(sandbox, '8008010004');
  const rest = `"customerUid":${customerUid},"balanceIncrement":1,"pointIncrement":1,"dataChangeTime":"2025-01-02 03:04:05"`;
  return kybio(sandbox, 'customerOpenApi/updateBalancePointByIncrement', rest);
}

/** What the client saw: an answer, or `cut`. */
async function outcomeOf(call: Promise<RawAnswer>): Promise<RawAnswer | 'cut'> {
  return call.catch(() => 'cut' as const);
}

async function appliedCount(): Promise<number> {
  const { increments } = await books(sandbox);
  expect((await member(sandbox, '8008010004')).point).toBe(String(increments.length));
  return increments.length;
}

type Expected = { applied: number; outcome: unknown };
const json = (text: unknown) => expect.objectContaining({ httpStatus: 200, text });

const FAULTS: Record<string, Expected> = {
  'fault.cutBefore': { applied: 0, outcome: 'cut' },
  'fault.cutAfter': { applied: 1, outcome: 'cut' },
  'fault.tooFast': {
    applied: 0,
    outcome: expect.objectContaining({ httpStatus: 429, headers: expect.objectContaining({ 'retry-after': '1' }) }),
  },
  'fault.serverErrorBefore': {
    applied: 0,
    outcome: expect.objectContaining({ httpStatus: 502, text: expect.stringContaining('<html>') }),
  },
  'fault.serverErrorAfter': {
    applied: 1,
    outcome: expect.objectContaining({ httpStatus: 502, text: expect.stringContaining('<html>') }),
  },
  'fault.html': { applied: 1, outcome: json(expect.stringContaining('<html>')) },
  'fault.empty': { applied: 1, outcome: json('') },
  'fault.foreign': { applied: 1, outcome: json(expect.stringMatching(/^(\[\]|\{"ok":true\})$/)) },
  'fault.slow': { applied: 1, outcome: json(expect.stringContaining('"pointAfterUpdate":1')) },
  'fault.unknownCode': { applied: 0, outcome: json(expect.stringContaining('"errorCode":7777')) },
  'fault.unknownCodeAfter': { applied: 1, outcome: json(expect.stringContaining('"errorCode":7777')) },
};

describe('each fault', () => {
  test.each(Object.entries(FAULTS))('%s', async (name, { applied, outcome }) => {
    await setSwitches(sandbox, { [name]: 1, slowMs: 30, faultsOn: 'increments' });
    expect(await outcomeOf(increment())).toEqual(outcome);
    expect(await appliedCount()).toBe(applied);
    // The vendor counts what arrived, whatever became of it.
    expect((await books(sandbox)).calls.total).toBe(1);
    const [call] = JSON.parse((await control(sandbox, 'GET', 'calls?since=0')).text);
    expect(call).toMatchObject({ endpoint: 'customerOpenApi/updateBalancePointByIncrement', fault: name });
  });

  test('fault.slow answers no sooner than slowMs', async () => {
    await setSwitches(sandbox, { 'fault.slow': 1, slowMs: 80 });
    const startedAt = performance.now();
    await increment();
    expect(performance.now() - startedAt).toBeGreaterThan(75);
  });

  test('fault.truncated: half of the answer, cut off or with a matching length; applied', async () => {
    await setSwitches(sandbox, { 'fault.truncated': 1 });
    const outcomes: (RawAnswer | 'cut')[] = [];
    for (let index = 0; index < 12; index += 1) outcomes.push(await outcomeOf(increment()));
    const halves = outcomes.flatMap((outcome) => (outcome === 'cut' ? [] : [outcome]));
    expect(halves.length).toBeGreaterThan(0);
    expect(halves.length).toBeLessThan(12);
    for (const half of halves) expect(half.text).toMatch(/^\{"status":"success".*[^}]$/);
    expect(await appliedCount()).toBe(12);
  });

  test('fault.wrongUid: applied, but the answer names another member; other calls are left alone', async () => {
    await setSwitches(sandbox, { 'fault.wrongUid': 1 });
    const { customerUid } = await member(sandbox, '8008010004');
    const { text } = await increment();
    expect(text).toContain('"pointAfterUpdate":1');
    expect(text).not.toContain(String(customerUid));
    const read = await kybio(sandbox, 'customerOpenApi/queryByNumber', '"customerNum":"8008010004"');
    expect(read.text).toContain(`"customerUid":${customerUid}`);
    expect(await appliedCount()).toBe(1);
  });

  test('fault.lateApply: nothing while the client waits, applied later, never answered', async () => {
    await setSwitches(sandbox, { 'fault.lateApply': 1, lateApplyMs: 150 });
    const outcome = outcomeOf(increment());
    await waitFor(async () => (await books(sandbox)).calls.total === 1);
    expect(await appliedCount()).toBe(0);
    expect(await outcome).toBe('cut');
    expect(await appliedCount()).toBe(1);
  });

  test('fault.lateApply: a resend that overtakes it wins when repeats are refused', async () => {
    await setSwitches(sandbox, { 'fault.lateApply': 1, lateApplyMs: 150, repeatRule: 'refuse_repeat' });
    const late = outcomeOf(increment());
    await waitFor(async () => (await books(sandbox)).calls.total === 1);
    await setSwitches(sandbox, { 'fault.lateApply': 0 });
    expect((await increment()).text).toContain('"pointAfterUpdate":1');
    expect(await late).toBe('cut');
    expect(await appliedCount()).toBe(1);
  });

  test('a late application does not reach the state after a reset', async () => {
    await setSwitches(sandbox, { 'fault.lateApply': 1, lateApplyMs: 100 });
    const late = outcomeOf(increment());
    await waitFor(async () => (await books(sandbox)).calls.total === 1);
    await control(sandbox, 'DELETE', 'state');
    expect(await late).toBe('cut');
    expect(await appliedCount()).toBe(0);
  });

  test('Wonder is struck in the same way', async () => {
    const body = '{"customer":{"reference_number":"R1","name":"A","phone":"1"}}';
    const post = () => outcomeOf(wonder(sandbox, { method: 'POST', path: '/customers', body }));
    const customerCount = async () => (await books(sandbox)).counts.customers;
    await setSwitches(sandbox, { 'fault.cutBefore': 1 });
    expect([await post(), await customerCount()]).toEqual(['cut', 5]);
    await setSwitches(sandbox, { 'fault.cutBefore': 0, 'fault.unknownCode': 1 });
    expect(await post()).toMatchObject({ httpStatus: 400, text: '{"code":"E007777","message":"System busy."}' });
    await setSwitches(sandbox, { 'fault.unknownCode': 0, 'fault.tooFast': 1, tooFastStyle: 'code' });
    expect(await post()).toMatchObject({ httpStatus: 429 });
    expect(await customerCount()).toBe(5);
    await setSwitches(sandbox, { 'fault.tooFast': 0, 'fault.cutAfter': 1 });
    expect([await post(), await customerCount()]).toEqual(['cut', 6]);
  });
});

describe('the draw', () => {
  const switches = { ...DEFAULT_SWITCHES, 'fault.cutBefore': 0.2, 'fault.html': 0.3 };

  test('strikes as often as asked, and the same calls for the same seed', () => {
    const draws = (seed: number) => {
      const chance = seededChance(seed);
      return Array.from({ length: 20_000 }, () => drawFault(switches, 'write', chance));
    };
    const first = draws(7);
    const share = (name: string | undefined) => first.filter((fault) => fault === name).length / first.length;
    expect(share('fault.cutBefore')).toBeCloseTo(0.2, 1);
    expect(share('fault.html')).toBeCloseTo(0.3, 1);
    expect(share(undefined)).toBeCloseTo(0.5, 1);
    expect(draws(7)).toEqual(first);
    expect(draws(8)).not.toEqual(first);
  });

  test.each([
    ['all', [true, true, true]],
    ['writes', [false, true, true]],
    ['increments', [false, false, true]],
    ['reads', [true, false, false]],
  ] as const)('faultsOn=%s', (faultsOn, struck) => {
    const always = { ...DEFAULT_SWITCHES, faultsOn, 'fault.html': 1 };
    const kinds = ['read', 'write', 'increment'] as const;
    expect(kinds.map((kind) => drawFault(always, kind, () => 0.5) !== undefined)).toEqual(struck);
  });
});

async function waitFor(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 5));
}
