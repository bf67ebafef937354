import { describe, expect, test } from 'vitest';
import { lines } from '../support/csv-text.ts';
import { openWorkspace } from '../support/workspace.ts';
import { PEAK_REPORTER, readPeak } from './peak-reporter.ts';

/** Validates a file of members, and tells what that took. */
async function validated(text: string) {
  const work = openWorkspace();
  work.file('m.csv', text);
  const flags = ['--as', 'members', '-q'];
  const ended = await work.run(['validate', 'm.csv', ...flags], { nodeFlags: ['--import', PEAK_REPORTER] });
  return { exitCode: ended.exitCode, ...readPeak(ended.stderr) };
}

describe('hostile cells', () => {
  const COLUMNS = 'number,name,phone,birthday,email,point';

  test.each([
    ['spaces', ' '.repeat(80_000)],
    ['spaces and a letter', `${' '.repeat(80_000)}x`],
    ['digits', '9'.repeat(80_000)],
    ['half a date', '2026-'.repeat(16_000)],
    ['at signs', 'a@'.repeat(40_000)],
    ['quotes of a formula', `=${'"'.repeat(80_000)}`],
  ])('five cells of 80,000 characters are judged in less than a second: %s', async (_what, cell) => {
    const plain = await validated(lines(COLUMNS, '1001,A,,,,1'));
    const quoted = `"${cell.replaceAll('"', '""')}"`;
    const hostile = await validated(lines(COLUMNS, `1001,${Array(5).fill(quoted).join(',')}`));
    expect([0, 1]).toContain(hostile.exitCode);
    expect(hostile.cpuMs - plain.cpuMs).toBeLessThan(1000);
  });

  test('20 MB of blank lines take a time that grows with their number, and no memory', async () => {
    const blank = (megabytes: number) => validated(`number,name\n${'\n'.repeat(megabytes * 1024 * 1024)}1001,A\n`);
    const few = await blank(5);
    const many = await blank(20);
    expect([few.exitCode, many.exitCode]).toEqual([0, 0]);
    // Four times as many lines; a square would take sixteen times as long.
    expect(many.cpuMs).toBeLessThan(8 * few.cpuMs);
    expect(many.megabytes).toBeLessThan(300);
  }, 180_000);
});
