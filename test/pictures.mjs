import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import xterm from '@xterm/headless';
import { chromium } from 'playwright-core';

/*
 * The pictures of README and manual, from real runs on the sandbox: `npm run pictures`. Two runs: an import with
 * mistakes, and a top-up of a quarter that is paused by its quota with rows in doubt. The same files and the same seed
 * give the same picture but for run names and times. A terminal is opened by `script` of util-linux and read by xterm.js.
 */

const PROGRAM = fileURLToPath(new URL('../dist/main.js', import.meta.url));
const PICTURES = fileURLToPath(new URL('../samples/manual/', import.meta.url));
const MEMBER_COUNT = 160;

/** Shown in the pictures. */
const folder = join(tmpdir(), 'shop');
mkdirSync(folder);
try {
  makeFiles();
  makeTerminalFile();
  config({});
  const screens = await onTerminal(['import', 'club.csv', '--sandbox', '--mode', 'create', '--rate', '20/s', '--yes']);
  memberload('import', 'old-members.csv', '--sandbox', '--mode', 'create');
  memberload('import', 'new-members.csv', '--sandbox');
  config({ 'fault.tooFast': '9%', 'fault.cutAfter': '2%', retryAfterSeconds: '1', seed: '7' });
  memberload('topup', 'quarter.csv', '--sandbox', '--campaign', '2026-Q3', '--daily-quota', '700', '--rate', '30/s');
  memberload('report', '-o', 'quarter-zh.html', '--lang', 'zh-Hans');
  await takePictures(screens);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function takePictures(screens) {
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
  for (const [name, html] of Object.entries(screens)) {
    file(`${name}.html`, [html]);
    await take(`${name}.png`, `${name}.html`, { width: 980, from: 'pre', to: 'pre', colorScheme: 'dark' });
  }
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

function environment() {
  return { ...process.env, HOME: folder, MEMBERLOAD_HOME: join(folder, 'home'), LC_ALL: 'C.UTF-8' };
}

function memberload(...args) {
  const ended = spawnSync(process.execPath, [PROGRAM, ...args], { cwd: folder, env: environment(), encoding: 'utf8' });
  if (![0, 1, 7].includes(ended.status)) throw new Error(`memberload ${args.join(' ')}: ${ended.stderr}`);
}

/** What a person sees at a terminal of 100 columns: while the run is at work, and at its end. */
async function onTerminal(args) {
  const terminal = new xterm.Terminal({ cols: 100, rows: 30, allowProposedApi: true });
  const command = ['memberload', ...args].join(' ');
  const typed = `stty cols 100 rows 30; ${[process.execPath, PROGRAM, ...args].map((word) => `'${word}'`).join(' ')}`;
  const child = spawn('script', ['-q', '-e', '-c', typed, '/dev/null'], {
    cwd: folder,
    env: { ...environment(), TERM: 'xterm-256color', COLORTERM: 'truecolor' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  terminal.write(`$ ${command}\r\n`);
  child.stdout.on('data', (data) => terminal.write(data));
  const ended = new Promise((resolve) => child.once('close', resolve));
  await pause(5000);
  const atWork = screenOf(terminal);
  const code = await ended;
  await pause(200);
  if (code !== 1) throw new Error(`memberload ${args.join(' ')} ended with ${code}\n${screenOf(terminal)}`);
  return { 'terminal-at-work': atWork, 'terminal-end': screenOf(terminal) };
}

/** The screen as a page: text with its colours, as far as memberload uses any. */
function screenOf(terminal) {
  const { active } = terminal.buffer;
  const colours = ['#777', '#ff7b72', '#7ee787', '#f2cc60', '#79c0ff', '#d2a8ff', '#76e3ea', '#e6edf3'];
  const lines = [];
  for (let row = 0; row < active.length; row += 1) {
    const line = active.getLine(row);
    let html = '';
    for (let column = 0; column < terminal.cols; column += 1) {
      const cell = line.getCell(column);
      if (cell.getWidth() === 0) continue;
      const sign = (cell.getChars() || ' ').replace(/[&<>]/g, (one) => `&#${one.charCodeAt(0)};`);
      const style = [
        cell.isFgPalette() ? `color:${colours[cell.getFgColor() % 8]}` : '',
        cell.isBold() ? 'font-weight:700' : '',
        cell.isDim() ? 'opacity:.65' : '',
        cell.isInverse() ? 'background:#e6edf3;color:#0d1117' : '',
        cell.getWidth() === 2 ? 'display:inline-block;width:2ch' : '',
      ].filter(Boolean);
      html += style.length === 0 ? sign : `<span style="${style.join(';')}">${sign}</span>`;
    }
    lines.push(html.trimEnd());
  }
  while (lines.at(-1) === '') lines.pop();
  return `<!doctype html><meta charset="utf-8"><body style="margin:0;background:#0d1117">
<pre style="margin:20px;padding:0;color:#e6edf3;font:15px/1.45 'DejaVu Sans Mono','Noto Sans Mono CJK SC',monospace">${lines.join('\n')}</pre>`;
}

function makeTerminalFile() {
  const names = ['陈大文', 'Grace Lim', '王小明', 'Siti Aminah'];
  const wrong = { 9: '90000009,1990-02-31,10', 31: '90000031,1990-05-20,"1,250"', 90: '90000090,1990-05-20,12.5O' };
  const rows = Array.from(
    { length: 140 },
    (_, index) =>
      `${803_000 + index},${names[index % 4]},${wrong[index] ?? `900${10_000 + index},19${60 + (index % 40)}-0${1 + (index % 9)}-1${index % 10},12.50`}`,
  );
  file('club.csv', ['會員編號,姓名,手提電話,生日,餘額', ...rows]);
}
