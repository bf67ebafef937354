/// <reference lib="dom" />
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startBinary } from '../support/run-binary.ts';
import { BROWSER_PATH, openBrowser } from './browser.ts';

/*
 * Reports of real runs in a real browser. Two runs are enough: an import whose file is hostile and full of mistakes,
 * and a top-up that is paused with rows in doubt.
 */

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

const HOSTILE = '<img src=x onerror="document.title=1">';
const SCRIPT_END = '</script><script>document.title="owned"</script>';
const cell = (text: string): string => `"${text.replaceAll('"', '""')}"`;
const IMPORT = [
  `number,name,phone,balance,${cell(SCRIPT_END)}`,
  '9001,Grace Lim,+6591112233,1,x',
  `9002,${cell(HOSTILE)},+6591112234,"1,250",x`,
  `9003,Tan\u202eWei,not a phone,two,${cell(SCRIPT_END)}`,
  `${cell(SCRIPT_END)},王小明,,"12,5",x`,
  '9001,陈大文,+85291230001,3,x',
  '',
].join('\n');

let folder = '';
let browser: Browser;
const reports = { import: '', paused: '', hans: '', hant: '', shown: '' };

if (BROWSER_PATH === undefined) {
  process.stderr.write(
    'Left out: the tests of the HTML report in a browser. No Chromium was found; CHROMIUM_PATH may name one.\n',
  );
}

test.runIf(process.env.CI !== undefined)('continuous integration has a browser', () => {
  expect(BROWSER_PATH).toBeDefined();
});

describe.skipIf(BROWSER_PATH === undefined)('the report in a browser', () => {
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'memberload-report-'));
    const file = (name: string, text: string): void => writeFileSync(join(folder, name), text);
    file('members.csv', IMPORT);
    file('topup.csv', `number,name,pointIncrement,店铺\n${topupRows()}`);
    const config = { rate: 'unlimited', quietWindow: '50ms', lookup: 'rows' };
    file('memberload.config.json', JSON.stringify(config));
    await memberload(['import', 'members.csv', '--sandbox'], 1);
    file('memberload.config.json', JSON.stringify({ ...config, sandbox: { 'fault.cutAfter': '50%', seed: '3' } }));
    await memberload(['topup', 'topup.csv', '--sandbox', '--campaign', 'Q3', '--daily-quota', '28'], 7);
    reports.import = join(folder, 'members.report.html');
    reports.paused = join(folder, 'topup.report.html');
    for (const [name, flags] of [
      ['hans', ['--lang', 'zh-Hans']],
      ['hant', ['--lang', 'zh-TW']],
    ] as const) {
      await memberload(['report', '-o', `${name}.html`, ...flags], 0);
      reports[name] = join(folder, `${name}.html`);
    }
    const runs = JSON.parse((await memberload(['runs', '--json'], 0)).stdout) as { runs: { run: string }[] };
    await memberload(['report', runs.runs[1]?.run ?? '', '-o', 'shown.html', '--show-personal'], 0);
    reports.shown = join(folder, 'shown.html');
    browser = await openBrowser();
  }, 120_000);

  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  test.each([
    ['import', 'light', 1280],
    ['import', 'dark', 390],
    ['paused', 'dark', 1280],
    ['paused', 'light', 390],
    ['hans', 'light', 1280],
    ['hant', 'dark', 390],
  ] as const)(
    '%s, %s, %i px: no error, no request, no overflow, and every contrast is AA',
    async (name, scheme, width) => {
      const { page, problems } = await open(reports[name], { colorScheme: scheme, viewport: { width, height: 900 } });
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
      const cut = await page.evaluate(() =>
        [...document.querySelectorAll('main *')]
          .filter(
            (element) => !(element instanceof SVGElement) && element.getBoundingClientRect().right > innerWidth + 1,
          )
          .map((element) => element.outerHTML.slice(0, 100)),
      );
      expect(cut).toEqual([]);
      // The page's own policy lets no script in but its own: the tool is put in from outside of it.
      await page.evaluate(AXE);
      const found = await page.evaluate(() =>
        (globalThis as unknown as { axe: { run(options: object): Promise<Axe> } }).axe.run({
          runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'best-practice'],
          resultTypes: ['violations'],
        }),
      );
      expect(found.violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([]);
      expect(found.passes.map(({ id }) => id)).toContain('color-contrast');
      expect(problems).toEqual([]);
      await page.close();
    },
  );

  test('says where, what and how it ended, and what to do, also without a script', async () => {
    const context = await browser.newContext({ javaScriptEnabled: false });
    const page = await context.newPage();
    await page.goto(pathToFileURL(reports.paused).href);
    const text = await page.locator('main').innerText();
    expect(text).toContain('SANDBOX');
    expect(text).toMatch(/Credit the 24 rows of topup\.csv, campaign “Q3”\. \d+ of 24 rows are done\. The day's calls/);
    expect(text).toMatch(/memberload resume \d{8}-\d{6}-[0-9a-f]{4}/);
    expect(text).toMatch(/memberload resolve \S+ --row \d+ --as applied/);
    expect(text).toMatch(/Open member 80080\d+ and look among the changes by “API” for Points \+\d+/);
    expect(await page.locator('.month .used').count()).toBe(1);
    expect(await page.locator('.month .finish').count()).toBe(1);
    // A button that does nothing is not shown.
    expect(await page.locator('.command button').first().isVisible()).toBe(false);
    await context.close();
  });

  test('a hostile file stays text, and names and phones are masked unless they are asked for', async () => {
    const { page } = await open(reports.import, {});
    expect(await page.title()).toBe('SANDBOX · Import: members.csv');
    expect(await page.locator('main img, main script').count()).toBe(0);
    const masked = await page.locator('main').innerText();
    expect(masked).toContain(SCRIPT_END);
    for (const personal of ['Grace', 'Tan', '王小明', '6591112234', 'not a phone', HOSTILE])
      expect(masked).not.toContain(personal);
    expect(masked).toContain("balance: '1,250' is not a decimal. Write 1250");
    await page.close();
    const shown = await open(reports.shown, {});
    const text = await shown.page.locator('main').innerText();
    expect(text).toContain('Grace Lim');
    expect(text).toContain("'not a phone'");
    expect(shown.problems).toEqual([]);
    await shown.page.close();
  });

  test('a key reaches each command, and copies it', async () => {
    const { page } = await open(reports.paused, {});
    await page.keyboard.press('Tab');
    const focused = page.locator(':focus');
    expect(await focused.textContent()).toBe('Copy');
    expect(await focused.evaluate((element) => getComputedStyle(element).outlineStyle)).toBe('solid');
    await page.keyboard.press('Enter');
    await expect.poll(() => focused.textContent()).toBe('Copied');
    expect(await page.evaluate(() => getSelection()?.toString() || '')).toMatch(/^(memberload resolve .*)?$/);
    await page.close();
  });

  test('prints on white paper without buttons', async () => {
    const { page } = await open(reports.paused, { colorScheme: 'dark' });
    await page.emulateMedia({ media: 'print' });
    expect(await page.evaluate(() => getComputedStyle(document.body).backgroundColor)).toBe('rgb(255, 255, 255)');
    expect(await page.locator('.command button').first().isVisible()).toBe(false);
    const pdf = await page.pdf({ format: 'A4' });
    const pageCount = pdf.toString('latin1').match(/\/Type\s*\/Page\b/g)?.length ?? 0;
    expect(pageCount).toBeGreaterThan(1);
    expect(pageCount).toBeLessThan(15);
    await page.close();
  });

  test.each([
    ['hans', 'zh-Hans', '待核实的行', '没有入账'],
    ['hant', 'zh-Hant', '待核實的列', '沒有入帳'],
  ] as const)('speaks %s', async (name, lang, heading, text) => {
    const { page } = await open(reports[name], {});
    expect(await page.getAttribute('html', 'lang')).toBe(lang);
    expect(await page.locator('h2').allInnerTexts()).toContain(heading);
    expect(await page.locator('main').innerText()).toContain(text);
    await page.close();
  });
});

type Axe = {
  readonly violations: readonly { readonly id: string; readonly nodes: readonly { readonly html: string }[] }[];
  readonly passes: readonly { readonly id: string }[];
};

/** Opens the file, and collects whatever a page should not do. */
async function open(
  path: string,
  options: Parameters<Browser['newPage']>[0],
): Promise<{ page: Page; problems: string[] }> {
  const page = await browser.newPage(options);
  const problems: string[] = [];
  const address = pathToFileURL(path).href;
  page.on('console', (message) => problems.push(`console: ${message.text()}`));
  page.on('pageerror', (error) => problems.push(`error: ${error.message}`));
  page.on('request', (request) => {
    if (request.url() !== address && !request.url().startsWith('data:')) problems.push(`request: ${request.url()}`);
  });
  await page.goto(address);
  return { page, problems };
}

/** Members of the sandbox's own list have numbers 80080100xx; these are made by nobody, and some exist. */
function topupRows(): string {
  const known = ['8008010001', '8008010002', '8008010003', '8008010004', '8008010006', '8008010007', '8008010009'];
  return Array.from(
    { length: 24 },
    (_, index) => `${known[index] ?? `80090${index}`},王${index},${(index + 1) * 10},HK1\n`,
  ).join('');
}

async function memberload(args: readonly string[], exitCode: number) {
  const environment = { HOME: folder, MEMBERLOAD_HOME: join(folder, 'home') };
  const ended = await startBinary(args, { cwd: folder, environment }).ended;
  expect(ended.exitCode, ended.stderr).toBe(exitCode);
  return ended;
}
