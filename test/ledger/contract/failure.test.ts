import { describe, expect, test } from 'vitest';
import type { OperatorError } from '../../../src/base/errors.ts';
import { ACCOUNT, newIntent, newRun } from '../../support/test-ledger.ts';
import { all, LEDGERS } from './backends.ts';

const key = { runId: 'run-1', rowNumber: 1, target: 'kybio' } as const;
const failed = expect.objectContaining({ code: 'LEDGER_FAILED', exitCode: 5, hint: expect.stringContaining('resume') });

describe.each(LEDGERS)('a failure is final ($name)', ({ newPlace }) => {
  async function openBroken(breakBy: 'write' | 'read') {
    const { open, breakRows } = newPlace();
    const failures: OperatorError[] = [];
    const ledger = await open((error) => failures.push(error));
    await ledger.runs.start(newRun(), []);
    await breakRows();
    const broken = breakBy === 'write' ? ledger.rows.record(key, { state: 'done' }) : ledger.rows.find(key);
    await expect(broken).rejects.toEqual(failed);
    return { ledger, failures };
  }

  test.each(['write', 'read'] as const)(
    'after a %s that failed everything is refused, and that is told once',
    async (breakBy) => {
      const { ledger, failures } = await openBroken(breakBy);
      const refused = [
        ledger.runs.list(1),
        ledger.runs.setState('run-1', 'paused'),
        ledger.runs.start(newRun({ runId: 'run-2' }), []),
        ledger.rows.recordSoon(key, { state: 'done' }),
        ledger.rows.listEvidence('run-1', 1),
        all(ledger.rows.read('run-1')),
        ledger.increments.begin(newIntent()),
        ledger.increments.findCredits(ACCOUNT, { numbers: ['N1'], customerUids: [], references: [] }),
        all(ledger.increments.readCreditsOfRun('run-1')),
        ledger.calls.take(ACCOUNT, { day: '2026-11-22', endpoint: 'add', limit: undefined }),
        ledger.facts.read(ACCOUNT, 'fact'),
        ledger.flush(),
        ledger.readHealth(),
      ];
      for (const result of await Promise.allSettled(refused)) {
        expect(result).toMatchObject({ status: 'rejected', reason: failed });
      }
      expect(failures).toHaveLength(1);
      await ledger.close();
    },
  );

  test('what was given out with the write that failed fails with it, and nothing of that group stays', async () => {
    const { open, breakRows } = newPlace();
    const ledger = await open();
    await breakRows();
    const group = [
      ledger.facts.write(ACCOUNT, 'fact', 'value'),
      ledger.rows.record(key, { state: 'done' }),
      ledger.calls.take(ACCOUNT, { day: '2026-11-22', endpoint: 'add', limit: undefined }),
    ];
    for (const result of await Promise.allSettled(group)) {
      expect(result).toMatchObject({ status: 'rejected', reason: failed });
    }
  });
});
