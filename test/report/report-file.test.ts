import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openWorkspace, type Workspace } from '../support/workspace.ts';

type Document = { readonly run: string; readonly report?: string; readonly exitCode: number };
const documentOf = (stdout: string): Document => JSON.parse(stdout) as Document;

const MEMBERS = 'number,name,balance\n8008010001,陈大文,1\n9001,Grace Lim,"1,250"\n';

/** The page without what differs each time, and without its style. */
function tellsOf(page: string): string {
  return page
    .replace(/<style>[\s\S]*<\/style>/, '')
    .replace(/<footer>[\s\S]*<\/footer>/, '')
    .replace(/<title>[\s\S]*?<\/title>/g, '');
}

test('a report lies beside the result, is replaced by the next, and is written again from the result file', async () => {
  const work = openWorkspace();
  work.file('members.csv', MEMBERS);
  const first = documentOf((await work.run(['import', 'members.csv', '--sandbox', '--json', '-q'])).stdout);
  expect(first).toMatchObject({ exitCode: 1 });
  const page = work.read('members.report.html');
  expect(page).toMatch(/^<!doctype html>\n<!-- memberload report \S+ -->\n<html lang="en">/);
  expect(page).toContain('balance: &#39;1,250&#39; is not a decimal. Write 1250');
  expect(page).not.toContain('Grace');

  // The stage of a finished run is gone: the result file tells the same.
  const again = await work.run(['report', '-o', 'again.html']);
  expect(again).toMatchObject({ exitCode: 0, stdout: `${join(work.folder, 'again.html')}\n` });
  expect(tellsOf(work.read('again.html'))).toBe(tellsOf(page));

  // A result that a person has corrected is not the run's any more. The ledger still knows the rows that were begun.
  writeFileSync(join(work.folder, 'members.result.csv'), work.read('members.result.csv').replace('"1,250"', '1250'));
  const chinese = await work.run(['report', '-o', '-'], { environment: { LANG: 'zh_TW.UTF-8' } });
  expect(chinese.stdout).toContain('<html lang="zh-Hant">');
  expect(chinese.stdout).toContain('結果檔案不在原處');
  expect(chinese.stdout).not.toContain('1,250');

  // The next run of the same input writes over the report, which is known as one.
  const second = documentOf(
    (await work.run(['import', 'members.csv', '--sandbox', '--json', '-q', '-o', 'b.csv'])).stdout,
  );
  expect(work.read('members.report.html')).toContain(`<!-- memberload report ${second.run} -->`);
});

test('a report that cannot be written, or is not wanted, changes nothing of the run', async () => {
  const work = openWorkspace();
  const run = async (name: string, flags: readonly string[] = []) => {
    work.file(name, MEMBERS);
    return work.run(['import', name, '--sandbox', '--json', ...flags]);
  };
  work.file('mine.report.html', '<!doctype html>\n<p>a page of somebody else</p>');
  const mine = await run('mine.csv');
  expect(mine.stderr).toContain('The report was not written: ');
  expect(mine.stderr).toContain('is no report of memberload; it was left as it is');
  expect(work.read('mine.report.html')).toContain('somebody else');
  expect(documentOf(mine.stdout)).toMatchObject({ exitCode: 1 });

  mkdirSync(join(work.folder, 'held.report.html'));
  expect(documentOf((await run('held.csv')).stdout)).toMatchObject({ exitCode: 1, state: 'finished' });

  await run('without.csv', ['--no-report']);
  await run('piped.csv', ['-o', '-', '-q']);
  expect(work.names().filter((name) => name.endsWith('.html'))).toEqual(['held.report.html', 'mine.report.html']);

  const refused = await work.run(['report', '-o', 'mine.report.html']);
  expect(refused).toMatchObject({ exitCode: 3, stdout: '' });
  expect(await work.run(['report', '-o', join(work.home, 'r.html')])).toMatchObject({ exitCode: 2 });
});

test('a run that sleeps can be reported; after its rows are decided the report is brought up to date', {
  timeout: 180_000,
}, async () => {
  const work = openWorkspace();
  // A gateway's 429 after the increment has left says nothing, and the reads see that nothing was applied so far.
  work.config({ quietWindow: '1s', sandbox: { 'fault.tooFast': '50%', retryAfterSeconds: '0', seed: '3' } });
  const rows = [1, 2, 3, 4, 6, 7, 9].map((last) => `800801000${last},${last}0\n`);
  work.file('topup.csv', `number,pointIncrement\n${rows.join('')}`);
  const asleep = work.start(['topup', 'topup.csv', '--sandbox', '--campaign', 'c', '--daily-quota', '18', '--wait']);
  await asleep.printed('stderr', 'Waiting until');
  const told = await work.run(['report', '--json']);
  expect(told.exitCode, told.stderr).toBe(0);
  const page = work.read('topup.report.html');
  expect(page).toContain('The run is at work or sleeps');
  expect(page).toContain('class="plan finish"');
  asleep.kill('SIGTERM');
  expect(await asleep.ended).toMatchObject({ exitCode: 7 });
  const { run } = JSON.parse(told.stdout) as { run: string };
  const [command, row = ''] =
    /--row<\/span> <span>(\d+)<\/span> <span>--as<\/span> <span>applied/.exec(work.read('topup.report.html')) ?? [];
  expect(command).toBeDefined();
  const decided = await work.run(['resolve', run, '--row', row, '--as', 'applied']);
  expect(decided.exitCode, decided.stderr).not.toBe(2);
  expect(work.read('topup.report.html')).not.toContain(command);
});

test('the report of many rows is small: its lists have an end, and say so', async () => {
  const work: Workspace = openWorkspace();
  const rows = Array.from({ length: 3000 }, (_, index) => `${index + 1},Name ${index},x${index}\n`);
  work.file('many.csv', `number,name,balance\n${rows.join('')}`);
  expect(await work.run(['import', 'many.csv', '--sandbox', '-q'])).toMatchObject({ exitCode: 1 });
  const page = readFileSync(join(work.folder, 'many.report.html'));
  expect(page.length).toBeLessThan(40_000);
  expect(page.toString()).toContain('1, 2, 3, 4, 5, 6, 7, 8, 9, 10 and 2,990 more, see the result file');
});
