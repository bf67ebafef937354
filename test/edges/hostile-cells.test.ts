import { describe, expect, test } from 'vitest';
import { lines } from '../support/csv-text.ts';
import { openWorkspace } from '../support/workspace.ts';
import { PEAK_REPORTER } from './peak-reporter.ts';

describe('hostile cells', () => {
  test.each([
    ['spaces', ' '.repeat(80_000)],
    ['spaces and a letter', `${' '.repeat(80_000)}x`],
    ['digits', '9'.repeat(80_000)],
    ['half a date', '2026-'.repeat(16_000)],
    ['at signs', 'a@'.repeat(40_000)],
    ['quotes of a formula', `=${'"'.repeat(80_000)}`],
  ])('five cells of 80,000 characters are judged in less than three seconds: %s', async (_what, cell) => {
    const work = openWorkspace();
    const quoted = `"${cell.replaceAll('"', '""')}"`;
    const columns = 'number,name,phone,birthday,email,point';
    work.file('m.csv', lines(columns, `1001,${Array(5).fill(quoted).join(',')}`));
    const ended = await timed(() => work.run(['validate', 'm.csv', '--as', 'members']));
    // The start of Node and of the program on a busy machine is most of it.
    expect(ended.ms).toBeLessThan(3000);
    expect([0, 1]).toContain(ended.value.exitCode);
  });

  test('blank lines take a time that grows with their number, and no memory', async () => {
    const work = openWorkspace();
    const run = (megabytes: number) => {
      work.file(`b${megabytes}.csv`, `number,name\n${'\n'.repeat(megabytes * 1024 * 1024)}1001,A\n`);
      return timed(() =>
        work.run(['validate', `b${megabytes}.csv`, '--as', 'members'], { nodeFlags: ['--import', PEAK_REPORTER] }),
      );
    };
    const few = await run(0.5);
    const many = await run(2);
    expect([few.value.exitCode, many.value.exitCode]).toEqual([0, 0]);
    // Four times as many lines; a square would take sixteen times as long.
    expect(many.ms).toBeLessThan(8 * few.ms);
    expect(Number(/peak (\d+) MB/.exec(many.value.stderr)?.[1])).toBeLessThan(300);
  }, 180_000);
});

async function timed<T>(work: () => Promise<T>): Promise<{ readonly value: T; readonly ms: number }> {
  const startedMs = performance.now();
  const value = await work();
  return { value, ms: performance.now() - startedMs };
}
