import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';

/*
 * The pictures of README and manual, from real runs on the sandbox: `npm run pictures`. Two runs: an import with
 * mistakes, and a top-up of a quarter that is paused by its quota with rows in doubt. The same files and the same seed
 * give the same picture but for run names and times.
 */

const PROGRAM = fileURLToPath(new URL('../dist/main.js', import.meta.url));
const PICTURES = fileURLToPath(new URL('../samples/manual/', import.meta.url));
const MEMBER_COUNT = 160;

/** Shown in the pictures. */
const folder = join(tmpdir(), 'shop');
mkdirSync(folder);
try {
  makeFiles();
  config({});
  memberload('import', 'old-members.csv', '--sandbox', '--mode', 'create');
  memberload('import', 'new-members.csv', '--sandbox');
  config({ 'fault.tooFast': '9%', 'fault.cutAfter': '2%', retryAfterSeconds: '1', seed: '7' });
  memberload('topup', 'quarter.csv', '--sandbox', '--campaign', '2026-Q3', '--daily-quota', '560', '--rate', '30/s');
  memberload('report', '-o', 'quarter-zh.html', '--lang', 'zh-Hans');
  await takePictures();
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function takePictures() {
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
    args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-background-networking'],
  });
  const take = async (picture, report, { width = 1100, colorScheme = 'light', from = 'header', to }) => {
    const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme });
    await page.goto(pathToFileURL(join(folder, report)).href);
    const [first, last] = [
      await page.locator(from).first().boundingBox(),
      await page.locator(to).first().boundingBox(),
    ];
    const y = Math.max(0, first.y - 20);
    await page.screenshot({
      path: join(PICTURES, picture),
      fullPage: true,
      clip: { x: 0, y, width, height: last.y + last.height + 20 - y },
    });
    await page.close();
  };
  await take('report-topup.png', 'quarter.report.html', { to: '#next' });
  await take('report-amounts.png', 'quarter.report.html', { from: '#amounts', to: '#days', colorScheme: 'dark' });
  await take('report-causes.png', 'new-members.report.html', { to: '#causes' });
  await take('report-phone-zh.png', 'quarter-zh.html', { width: 390, to: '#next' });
  await browser.close();
}

function makeFiles() {
  const names = ['陈大文', 'Grace Lim', '王小明', 'Siti Aminah', '林美玲', 'Kumar', '黄志强', 'Chan Siu Ming'];
  const number = (index) => `80090${String(index).padStart(5, '0')}`;
  const members = Array.from(
    { length: MEMBER_COUNT },
    (_, index) => `${number(index)},${names[index % 8]},${index % 90},5`,
  );
  file('old-members.csv', ['number,name,point,balance', ...members]);
  // A digit too many in one row: the report shows it.
  const points = (index) => (index === 77 ? 10_000 : [100, 100, 100, 50, 200, 500][(index * 7) % 6]);
  const credits = members.map(
    (_, index) =>
      `${number(index)},${names[index % 8]},${points(index)},${index % 4 === 0 ? '12.50' : ''},HK${index % 3}`,
  );
  file('quarter.csv', ['会员号,姓名,增加积分,增加余额,门店', ...credits]);
  const wrong = { 4: ',1990-02-31,10', 11: ',,"1,250"', 12: ',,12.5O', 17: ',05/06/1990,20', 23: ',,8.1E+3' };
  const given = Array.from(
    { length: 60 },
    (_, index) => `8019${index},${names[index % 8]}${wrong[index] ?? ',1990-05-20,12.50'}`,
  );
  file('new-members.csv', ['number,name,birthday,balance', ...given, ',Nobody Known,,']);
}

function file(name, lines) {
  writeFileSync(join(folder, name), `${lines.join('\n')}\n`);
}

function config(sandbox) {
  writeFileSync(
    join(folder, 'memberload.config.json'),
    JSON.stringify({ rate: 'unlimited', quietWindow: '50ms', lookup: 'rows', sandbox }),
  );
}

function memberload(...args) {
  const environment = { ...process.env, HOME: folder, MEMBERLOAD_HOME: join(folder, 'home'), LC_ALL: 'C' };
  const ended = spawnSync(process.execPath, [PROGRAM, ...args], { cwd: folder, env: environment, encoding: 'utf8' });
  if (![0, 1, 7].includes(ended.status)) throw new Error(`memberload ${args.join(' ')}: ${ended.stderr}`);
}
