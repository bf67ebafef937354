import { describe, expect, test } from 'vitest';
import { columnOf, lines, outcomesOf } from '../support/csv-text.ts';
import { useVendorSandbox } from '../support/vendor-sandbox.ts';
import { openWorkspace } from '../support/workspace.ts';

const vendor = useVendorSandbox();

const runIdOf = (stdout: string): string => (JSON.parse(stdout) as { run: string }).run;

describe('increments in doubt of one member', () => {
  test('never share evidence, also when they are of two runs: the later row waits for the first', async () => {
    const { run, file, read } = openWorkspace(vendor.settings);
    await vendor.set({ faultsOn: 'increments', 'fault.cutBefore': 1 });
    file('one.csv', lines('number,pointIncrement', '8008010004,20'));
    const first = await run(['topup', 'one.csv', '--json']);
    expect(first.exitCode).toBe(7);
    await vendor.set({ 'fault.cutBefore': 0 });

    // Sent now, it would make the member look as if the first had been applied.
    file('two.csv', lines('number,pointIncrement', '8008010004,20', '8008010007,1'));
    const second = await run(['topup', 'two.csv', '--again', '--json']);
    expect(second.exitCode).toBe(7);
    expect(outcomesOf(read('two.result.csv'))).toEqual(['not_sent STOPPED', 'done topped_up']);
    expect(columnOf(read('two.result.csv'), 'result_messages')[0]).toContain(
      `row 1 of run ${runIdOf(first.stdout)} credits the same member`,
    );
    expect(second.stderr).toContain('1 row waits for a row in doubt of another run');

    await run(['resolve', runIdOf(first.stdout), '--row', '1', '--as', 'not-applied']);
    expect((await run(['resume', runIdOf(second.stdout)])).exitCode).toBe(0);
    expect((await vendor.books()).increments.map(({ number }) => number)).toEqual(['8008010007', '8008010004']);
  });
});

test('an answer that contradicts the increment is kept with its values and never settled by reading', async () => {
  await vendor.set({ faultsOn: 'increments', 'fault.wrongUid': 1 });
  const { run, file } = openWorkspace(vendor.settings);
  file('topup.csv', lines('number,pointIncrement', '8008010004,20'));
  const { exitCode, stdout } = await run(['topup', 'topup.csv', '--json']);
  expect(exitCode).toBe(7);
  const shown = await run(['resolve', runIdOf(stdout), '--json']);
  const [row] = (JSON.parse(shown.stdout) as { inDoubt: { errorCode: string; evidence: object[] }[] }).inDoubt;
  expect(row?.errorCode).toBe('RESPONSE_MISMATCH');
  expect(row?.evidence).toMatchObject([{ kind: 'answer', answer: 'success', data: { pointAfterUpdate: '20' } }]);
});
