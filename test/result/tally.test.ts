import { describe, expect, test } from 'vitest';
import { Tally } from '../../src/result/tally.ts';

describe('the counts of a run', () => {
  test('add up row by row, with every action and code that a row has', () => {
    const tally = new Tally();
    tally.add({ status: 'done', actions: ['created', 'upserted'], errorCodes: [] });
    tally.add({ status: 'invalid', actions: [], errorCodes: ['BAD_DATE', 'REQUIRED'] });
    tally.add({ status: 'failed', actions: [], errorCodes: ['2012'] });
    tally.add({ status: 'failed', actions: ['upserted'], errorCodes: ['2012'] });
    tally.add({ status: 'in_doubt', actions: [], errorCodes: ['TIMEOUT'] });
    tally.add({ status: 'not_sent', actions: [], errorCodes: [] });
    expect(tally.rows).toEqual({ read: 6, done: 1, doneBefore: 0, invalid: 1, failed: 2, in_doubt: 1, not_sent: 1 });
    expect(tally.actions).toMatchObject({ created: 1, upserted: 2, found: 0 });
    expect(tally.errorCodes).toEqual({ BAD_DATE: 1, REQUIRED: 1, '2012': 2, TIMEOUT: 1 });
  });

  test('sums are exact to the last decimal, and doubt is kept apart from what was applied', () => {
    const tally = new Tally();
    const done = { status: 'done', actions: ['topped_up'] } as const;
    for (let row = 0; row < 10; row += 1) tally.addAmounts({ pointIncrement: '0.1', balanceIncrement: '-0.3' }, done);
    tally.addAmounts(
      { pointIncrement: '90071992547409.93', balanceIncrement: '0' },
      { status: 'in_doubt', actions: [] },
    );
    tally.addAmounts({ pointIncrement: '1', balanceIncrement: '1' }, { status: 'failed', actions: [] });
    // Done, but another row's money.
    tally.addAmounts({ pointIncrement: '7', balanceIncrement: '0' }, { status: 'done', actions: ['credited_before'] });
    expect(tally.totals).toEqual({
      pointIncrement: { asked: '90071992547418.93', applied: '1', in_doubt: '90071992547409.93' },
      balanceIncrement: { asked: '-2', applied: '-3', in_doubt: '0' },
    });
  });
});
