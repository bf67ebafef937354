import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { lines, outcomesOf } from '../support/csv-text.ts';
import { useVendorSandbox } from '../support/vendor-sandbox.ts';
import { openWorkspace } from '../support/workspace.ts';

/** A file that nobody may replace: on Linux a stand-in for a result that Excel holds open on Windows. */
function hold(path: string): () => void {
  execFileSync('chattr', ['+i', path], { stdio: 'ignore' });
  return () => execFileSync('chattr', ['-i', path], { stdio: 'ignore' });
}

const canHold = (() => {
  const folder = mkdtempSync(join(tmpdir(), 'memberload-test-'));
  try {
    const path = join(folder, 'held');
    writeFileSync(path, '');
    hold(path)();
    return true;
  } catch {
    return false;
  } finally {
    rmSync(folder, { recursive: true });
  }
})();

describe('a result that another program holds', () => {
  const vendor = useVendorSandbox();

  test.skipIf(!canHold)('is told at the end, and written under another name by resume', async () => {
    const work = openWorkspace(vendor.settings);
    work.file('t.csv', lines('number,pointIncrement', '8008010001,5'));
    expect((await work.run(['topup', 't.csv', '-y'])).exitCode).toBe(0);
    const letGo = hold(join(work.folder, 't.result.csv'));
    onTestFinished(letGo);
    const held = await work.run(['topup', 't.csv', '-y', '--again', '--overwrite']);
    expect([held.exitCode, held.stderr]).toEqual([5, expect.stringContaining('open in another program')]);
    const [, runId = ''] = /memberload resume (\S+) -o other.csv/.exec(held.stderr) ?? [];
    expect((await work.run(['resume', runId, '-o', 'other.csv'])).exitCode).toBe(0);
    expect(outcomesOf(work.read('other.csv'))).toEqual(['done topped_up']);
    expect((await vendor.books()).increments).toHaveLength(2);
  });
});
