import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Begun } from '../../../src/ledger/increments.ts';
import type { Ledger } from '../../../src/ledger/ledger.ts';
import { openHighWaterMark } from '../../../src/ledger/sqlite/high-water-mark.ts';
import { ACCOUNT, newIntent, openTestLedger } from '../../support/test-ledger.ts';
import { temporaryFolder } from '../../support/workspace.ts';

function begin(ledger: Ledger, rowNumber: number): Promise<Begun> {
  return ledger.increments.begin(
    newIntent({ key: { runId: 'R', rowNumber, target: 'kybio' }, customerUid: String(rowNumber) }),
  );
}

describe('the high-water mark', () => {
  const markPath = (folder: string): string => join(folder, 'ledger.mark');
  const marked = (folder: string): number => Number(readFileSync(markPath(folder), 'utf8').slice(-21));

  test('stands at the number of intents before any of them is given back to be sent', async () => {
    const folder = temporaryFolder();
    const ledger = await openTestLedger({ folder });
    expect(marked(folder)).toBe(0);
    await Promise.all([1, 2, 3].map((row) => begin(ledger, row).then(() => expect(marked(folder)).toBe(3))));
    // The same row, begun again: from an older copy it would be begun a second time.
    await begin(ledger, 1);
    expect(marked(folder)).toBe(4);
  });

  test('counts no intent that was refused', async () => {
    const folder = temporaryFolder();
    const ledger = await openTestLedger({ folder });
    await begin(ledger, 1);
    await ledger.increments.begin(newIntent({ key: { runId: 'R', rowNumber: 2, target: 'kybio' }, customerUid: '1' }));
    expect(marked(folder)).toBe(1);
    expect(await ledger.readHealth()).toMatchObject({ intentCount: 1 });
  });

  test('that is lower than the ledger is a crash between the two, and is raised', async () => {
    const folder = temporaryFolder();
    const ledger = await openTestLedger({ folder });
    await begin(ledger, 1);
    await ledger.close();
    writeFileSync(markPath(folder), `memberload-mark ${'0'.repeat(20)}\n`);
    await (await openTestLedger({ folder })).requireNewest();
    expect(marked(folder)).toBe(1);
  });

  test.each([
    ['higher than the ledger', `memberload-mark ${'9'.padStart(20, '0')}\n`, /knows 1 increments, 9 were recorded/],
    ['unreadable', 'something else', /cannot be read/],
    ['longer than a mark is', `memberload-mark ${'1'.padStart(20, '0')}\nand more`, /cannot be read/],
    ['missing', undefined, /is gone/],
  ])('that is %s keeps every increment from being recorded', async (_name, content, message) => {
    const folder = temporaryFolder();
    const ledger = await openTestLedger({ folder });
    await begin(ledger, 1);
    await ledger.close();
    if (content === undefined) rmSync(markPath(folder));
    else writeFileSync(markPath(folder), content);
    const older = await openTestLedger({ folder });
    await expect(older.requireNewest()).rejects.toThrow(message);
    await expect(begin(older, 2)).rejects.toMatchObject({ code: 'LEDGER_OLDER', exitCode: 2 });
    // Everything else still works, and nothing is mended in silence.
    await older.calls.take(ACCOUNT, { day: '2026-01-01', endpoint: 'x', limit: undefined });
    expect(await older.calls.total(ACCOUNT, '2026-01-01')).toBe(1);
    expect(existsSync(markPath(folder)) ? readFileSync(markPath(folder), 'utf8') : undefined).toBe(content);

    await older.acceptAsNewest();
    expect(await begin(older, 2)).toMatchObject({ kind: 'begun' });
    expect(marked(folder)).toBe(2);
    await older.close();
    await (await openTestLedger({ folder })).requireNewest();
  });

  test('that cannot be written, or brought to the disk, fails the ledger', async () => {
    const failures: unknown[] = [];
    const mark = openHighWaterMark(join(temporaryFolder(), 'ledger.mark'), 0, (error) => failures.push(error));
    mark.raise(5);
    await mark.settle();
    expect(failures).toEqual([]);
    // The disk is at work when the file goes away under it.
    mark.raise(6);
    mark.raise(7);
    mark.close();
    await mark.settle();
    expect(failures).toMatchObject([{ code: 'EBADF' }]);
    expect(() => mark.raise(8)).toThrow('EBADF');
  });
});
