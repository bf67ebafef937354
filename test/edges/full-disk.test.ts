import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { lines, outcomesOf } from '../support/csv-text.ts';
import { useVendorSandbox } from '../support/vendor-sandbox.ts';
import { openWorkspace, temporaryFolder } from '../support/workspace.ts';

const vendor = useVendorSandbox();

/** A file system of that size, which only root may mount. */
function mountSmall(folder: string, size: string): void {
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size},mode=700`, 'tmpfs', folder]);
  onTestFinished(() => {
    execFileSync('umount', ['-l', folder]);
  });
}

const isRoot = process.getuid?.() === 0;

describe('the disk that holds which rows name one member', () => {
  const numbers = Array.from({ length: 4200 }, (_, index) => `80090${String(index).padStart(5, '0')}`);
  // Far apart: the first of each pair is on the disk by then.
  const file = lines('number', ...numbers, numbers[7] ?? '', numbers[99] ?? '');

  test.runIf(isRoot).each(['20k', '40k', '60k', '64k', '72k', '80k', '200k'])(
    'of %s hides no duplicate: all are found, or the file is not taken',
    async (size) => {
      const work = openWorkspace();
      work.file('members.csv', file);
      const small = temporaryFolder();
      mountSmall(small, size);
      const ended = await work.run(['validate', 'members.csv'], { environment: { TMPDIR: small } });
      if (ended.exitCode === 1) expect(ended.stderr).toContain('4200 rows are good, 2 are wrong.');
      else expect(ended).toMatchObject({ exitCode: 5, stderr: expect.stringContaining('Nothing was sent.') });
    },
  );

  test('that is not there is named, with what to set', async () => {
    const work = openWorkspace();
    work.file('members.csv', file);
    const ended = await work.run(['validate', 'members.csv'], { environment: { TMPDIR: join(work.folder, 'none') } });
    expect(ended).toMatchObject({ exitCode: 5, stderr: expect.stringMatching(/work.none.*set TMPDIR to another/s) });
    work.file('small.csv', lines('number,name', 'A1,B'));
    const toScreen = await work.run(['validate', 'small.csv', '-o', '-'], {
      environment: { TMPDIR: join(work.folder, 'none') },
    });
    expect(toScreen).toMatchObject({ exitCode: 2, stderr: expect.stringMatching(/work.none.*set TMPDIR to another/s) });
  });
});

describe('a result that cannot be written when a run is given up', () => {
  async function pausedWide(resultFolder: string) {
    const work = openWorkspace(vendor.settings);
    mkdirSync(join(work.folder, resultFolder));
    const remark = 'x'.repeat(20_000);
    await vendor.seed({ count: 12, prefix: 'W' });
    const members = Array.from({ length: 12 }, (_, index) => `W${String(index + 1).padStart(6, '0')},1,${remark}`);
    work.file('topup.csv', lines('number,pointIncrement,note', ...members));
    const flags = ['--daily-quota', String((await vendor.callCount()) + 4), '--concurrency', '1', '--json'];
    const paused = await work.run(['topup', 'topup.csv', '-o', `${resultFolder}/r.csv`, ...flags]);
    return { work, run: (JSON.parse(paused.stdout) as { run: string }).run };
  }

  test.runIf(isRoot)('is told with exit 5, its stage stays, and resume writes it without a call', async () => {
    const { work, run } = await pausedWide('out');
    mountSmall(join(work.folder, 'out'), '64k');
    const cancelled = await work.run(['runs', 'cancel', run]);
    expect(cancelled).toMatchObject({ exitCode: 5, stderr: expect.stringContaining(`resume ${run} -o other.csv`) });
    // Any later command clears away what no run needs.
    work.file('other.csv', lines('number,pointIncrement', '8008010004,5'));
    expect((await work.run(['topup', 'other.csv', '--dry-run'])).exitCode).toBe(0);
    expect(existsSync(join(work.home, 'runs', run, 'stage.json'))).toBe(true);

    const before = await vendor.callCount();
    expect((await work.run(['runs', 'cancel', run])).stderr).toContain(`memberload resume ${run}`);
    const written = await work.run(['resume', run, '-o', 'written.csv', '--json']);
    expect(JSON.parse(written.stdout)).toMatchObject({ state: 'cancelled', rows: { read: 12 } });
    expect(new Set(outcomesOf(work.read('written.csv')))).toEqual(new Set(['done topped_up', 'not_sent STOPPED']));
    expect(await vendor.callCount()).toBe(before);
    expect(existsSync(join(work.home, 'runs', run))).toBe(false);
    expect((await work.run(['resume', run])).exitCode).toBe(2);
  });
});
