import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import xterm from '@xterm/headless';
import { describe, expect, test } from 'vitest';
import type { Reporter, Sending } from '../../src/calls/reporter.ts';
import { openConsole } from '../../src/cli/terminal/console.ts';
import { openProgress } from '../../src/cli/terminal/progress.ts';
import type { OutputStream } from '../../src/settings/surroundings.ts';
import { chooseLanguage } from '../../src/texts/texts.ts';
import { BINARY } from '../support/run-binary.ts';
import { temporaryFolder } from '../support/workspace.ts';

const CONTROLS = {
  rate: { calls: 5, perMs: 1000 },
  dailyQuota: 300,
  reserve: 0,
  quotaZone: 'Asia/Shanghai',
} as unknown as Sending['controls'];
/** 2026-11-26 08:00 in Shanghai. */
const MORNING_MS = Date.UTC(2026, 10, 26);

/** A real terminal without a window, and a run on it whose clock only moves when it is told to. */
function openScreen({ columns = 80, rows = 24, environment = {} as Record<string, string> } = {}) {
  const terminal = new xterm.Terminal({ cols: columns, rows, convertEol: true, allowProposedApi: true });
  let bytes = '';
  let unwritten = '';
  const stderr: OutputStream = {
    write(text) {
      bytes += String(text);
      unwritten += String(text);
    },
    isTerminal: true,
    get columnCount() {
      return terminal.cols;
    },
    get rowCount() {
      return terminal.rows;
    },
    stream: process.stderr,
  };
  const console = openConsole(
    { stdin: process.stdin, stdout: stderr, stderr, environment },
    { isQuiet: false, isColorless: false },
  );
  let nowMs = 0;
  const clock = {
    nowMs: () => MORNING_MS + nowMs,
    monotonicMs: () => nowMs,
    sleep: () => Promise.resolve(),
  };
  const lane = {
    audit: { sent: 0, retried: 0, byEndpoint: new Map() },
    usedToday: 88,
    day: '2026-11-26',
    settings: {},
  };
  const reporter = openProgress(console, clock);
  /** What stands on the screen, without the blank lines below. */
  const read = async (): Promise<string[]> => {
    const text = unwritten;
    unwritten = '';
    await new Promise<void>((resolve) => terminal.write(text, resolve));
    const { active } = terminal.buffer;
    const lines = Array.from({ length: active.length }, (_, index) => active.getLine(index)?.translateToString(true));
    return lines.join('\n').trimEnd().split('\n');
  };
  return {
    reporter,
    console,
    read,
    bytes: () => bytes,
    lane,
    resize(columnCount: number) {
      terminal.resize(columnCount, rows);
    },
    /** So long after: `rowCount` more rows were done, with as many calls. */
    async pass(ms: number, rowCount: number): Promise<void> {
      nowMs += ms;
      for (let row = 0; row < rowCount; row += 1) reporter.row({ status: 'done', action: 'created', messages: [] });
      lane.audit.sent += rowCount;
      // The block is drawn by a timer of the real clock.
      await new Promise((resolve) => setTimeout(resolve, 250));
    },
  };
}

function start({ reporter, lane }: { reporter: Reporter; lane: object }, more: Partial<Sending> = {}): void {
  reporter.start({
    unit: 'rows',
    totalCount: 600,
    ended: { done: 0, failed: 0, inDoubt: 0 },
    invalidCount: 0,
    lanes: [lane] as unknown as Sending['lanes'],
    controls: CONTROLS,
    storeZone: 'Asia/Shanghai',
    createdMs: MORNING_MS,
    ...more,
  });
}

test('long messages break between words and Chinese characters; a command to type stays whole', async () => {
  const screen = openScreen({ columns: 40 });
  screen.console.say("  2 rows: an amount is not a plain number: '1,250' is not a decimal.");
  screen.console.say('会员号缺了开头的零，可能是电子表格删掉了它。请与原来的名单（旧系统）比较。');
  screen.console.say('Correct the rows, then run: memberload import /tmp/shop/members.result.csv --mode create');
  screen.console.say(`The file /tmp/${'long/'.repeat(10)}members.csv is not there.`);
  expect(screen.bytes().split('\n')).toEqual([
    '  2 rows: an amount is not a plain',
    "  number: '1,250' is not a decimal.",
    '会员号缺了开头的零，可能是电子表格删掉了',
    '它。请与原来的名单（旧系统）比较。',
    'Correct the rows, then run:',
    'memberload import /tmp/shop/members.result.csv --mode create',
    'The file',
    `/tmp/${'long/'.repeat(10)}members.csv`,
    'is not there.',
    '',
  ]);
});

describe('live progress', () => {
  test('stands below everything that was said, starts where the run stands, and knows the quota', async () => {
    const screen = openScreen();
    screen.console.say('Run begins.');
    start(screen, { ended: { done: 97, failed: 2, inDoubt: 1 }, invalidCount: 9, createdMs: MORNING_MS - 86_400_000 });
    screen.reporter.price(500);
    await screen.pass(10_000, 40);
    screen.console.say('陈大文: 这一行是消息。');
    expect(await screen.read()).toEqual([
      'Run begins.',
      '陈大文: 这一行是消息。',
      '[#######-------------------------]  140 of 600 rows (23 %)',
      'done 137   failed 2   in doubt 1   invalid 9   left 460',
      '4.0 calls/s (at most 5)   calls left today 212 of 300',
      // 212 calls today, 248 tomorrow: 460 in all.
      'Done by about 2026-11-27 00:00',
    ]);
    screen.lane.usedToday = 300;
    const midnightMs = Date.UTC(2026, 10, 26, 16, 0, 30);
    screen.reporter.sleep(midnightMs, "300 of the day's 300 calls are used");
    await screen.pass(200, 0);
    expect((await screen.read()).slice(2)).toEqual([
      '[#######-------------------------]  140 of 600 rows (23 %)',
      'done 137   failed 2   in doubt 1   invalid 9   left 460',
      'Waiting until 2026-11-27 00:00:30:',
      "300 of the day's 300 calls are used. Day 2 of 4.",
    ]);
    screen.reporter.end();
    expect(await screen.read()).toEqual(['Run begins.', '陈大文: 这一行是消息。']);
  });

  test('speaks Chinese, whose signs take two columns, and still never wraps', async () => {
    await chooseLanguage('zh-Hant');
    try {
      const screen = openScreen({ columns: 44 });
      start(screen, { totalCount: 60, ended: { done: 3, failed: 1, inDoubt: 1 }, invalidCount: 2 });
      screen.reporter.price(55);
      screen.lane.audit.retried = 3;
      await screen.pass(5_000, 21);
      expect(await screen.read()).toEqual([
        '[#########------------]  26 / 60 行（43 %）',
        '完成 24   失敗 1   待核實 1   資料有誤 2',
        '剩餘 34',
        '每秒 4.2 次呼叫（最多 5）',
        '今天還剩 212 次呼叫（共 300 次）   重試 3',
        '剩餘時間：約 9 秒',
      ]);
      screen.lane.usedToday = 300;
      screen.reporter.sleep(Date.UTC(2026, 10, 26, 16, 0, 30), '當天的 300 次呼叫已用完');
      await screen.pass(200, 0);
      expect((await screen.read()).slice(3)).toEqual([
        '等待至 2026-11-27 00:00:30：',
        '當天的 300 次呼叫已用完。',
        '第 1 天，共 2 天。',
      ]);
    } finally {
      await chooseLanguage('en');
    }
  });

  test.each([40, 60, 80, 120])('never wraps at %i columns', async (columns) => {
    const screen = openScreen({ columns });
    start(screen, { totalCount: 60, ended: { done: 3, failed: 1, inDoubt: 1 }, invalidCount: 2 });
    screen.reporter.price(55);
    screen.lane.audit.retried = 3;
    await screen.pass(5_000, 21);
    const first = await screen.read();
    expect(first.join(' ').replace(/\s+/g, ' ')).toContain(
      '26 of 60 rows (43 %) done 24 failed 1 in doubt 1 invalid 2 left 34 ' +
        '4.2 calls/s (at most 5) calls left today 212 of 300 retries 3 Time left: about 9 s',
    );
    await screen.pass(0, 0);
    expect(await screen.read()).toEqual(first);
    screen.reporter.end();
    expect(await screen.read()).toEqual(['']);
  });

  test.each([
    [120, 70],
    [40, 120],
  ])('leaves nothing behind when the window goes from %i to %i columns', async (before, after) => {
    const screen = openScreen({ columns: before });
    screen.console.say('What was said before stays.');
    start(screen);
    screen.reporter.price(600);
    await screen.pass(5_000, 20);
    await screen.read();
    screen.resize(after);
    await screen.pass(5_000, 20);
    screen.console.say('And this as well.');
    const shown = await screen.read();
    expect(shown.slice(0, 2)).toEqual(['What was said before stays.', 'And this as well.']);
    expect(shown.filter((line) => line.includes('of 600 rows'))).toHaveLength(1);
    screen.reporter.end();
    expect(await screen.read()).toEqual(['What was said before stays.', 'And this as well.']);
  });

  test('takes no message with it when the window becomes narrower than its lines', async () => {
    const screen = openScreen({ columns: 80 });
    for (const number of [1, 2, 3]) screen.console.say(`Message ${number}.`);
    start(screen);
    await screen.pass(5_000, 20);
    await screen.read();
    screen.resize(30);
    await screen.pass(5_000, 20);
    screen.console.say('Message 4.');
    screen.reporter.end();
    expect((await screen.read()).filter((line) => line.startsWith('Message'))).toHaveLength(4);
  });

  test('has no colours with NO_COLOR, and is no block on a dumb terminal', async () => {
    const bare = openScreen({ environment: { NO_COLOR: '1' } });
    bare.console.sayPlace('SANDBOX', 'SANDBOX');
    start(bare);
    await bare.pass(1_000, 5);
    expect(await bare.read()).toContain('SANDBOX');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the sequence that colours
    expect(bare.bytes()).not.toMatch(/\u001b\[[0-9;]*m/);
    bare.reporter.end();
    const dumb = openScreen({ environment: { TERM: 'dumb' } });
    start(dumb);
    await dumb.pass(1_000, 5);
    dumb.reporter.end();
    expect(dumb.bytes()).toBe('');
  });
});

/** `script` of util-linux gives a command a terminal of its own. */
function hasPseudoTerminals(): boolean {
  try {
    return execFileSync('script', ['--version'], { encoding: 'utf8' }).includes('util-linux');
  } catch {
    return false;
  }
}

test.runIf(hasPseudoTerminals())('on a terminal a run draws its block and ends with the summary alone', async () => {
  const folder = temporaryFolder();
  const rows = Array.from({ length: 40 }, (_, index) => `70000000${10 + index},陈大文 ${index}`);
  const command = [
    'stty cols 60 rows 24',
    `cd '${folder}'`,
    `printf 'number,name\\n${rows.join('\\n')}\\n,nobody\\n' > m.csv`,
    `'${process.execPath}' '${BINARY}' import m.csv --sandbox -y --rate 20/s --mode create`,
  ].join(' && ');
  const bytes = execFileSync('script', ['-qfc', command, '/dev/null'], {
    env: { PATH: process.env.PATH ?? '', TERM: 'xterm', MEMBERLOAD_HOME: join(folder, 'home'), HOME: folder },
    stdio: ['ignore', 'pipe', 'ignore'],
    encoding: 'utf8',
  });
  const screen = new xterm.Terminal({ cols: 60, rows: 24, allowProposedApi: true });
  await new Promise<void>((resolve) => screen.write(bytes, resolve));
  const { active } = screen.buffer;
  const shown = Array.from({ length: active.length }, (_, index) => active.getLine(index)?.translateToString(true));
  expect(bytes).toMatch(/\[#+-+\] {2}\d+ of 40 rows/);
  expect(bytes).toContain('\u001b[33mSANDBOX (nothing real is touched)\u001b[0m');
  expect(shown.join('\n')).not.toContain('of 40 rows');
  expect(shown).toContain('Rows: 41 read, 40 done, 1 invalid.');
  expect(shown.join('')).toContain('1 row: a needed cell is blank. Row 41 (line 42), number: ');
});
