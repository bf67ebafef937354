import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Build, copyBuild } from '../chaos/build.ts';
import { columnOf } from '../support/csv-text.ts';
import { temporaryFolder } from '../support/workspace.ts';

/** The program as it is, and with other threads. */
const builds: { [name: string]: Build } = {};

beforeAll(() => {
  for (const name of ['thread', 'none', 'dying']) builds[name] = copyBuild();
  rmSync(threadOf('none'));
  // Answers a few blocks, and ends with all that it was asked meanwhile.
  const thread = readFileSync(threadOf('dying'), 'utf8');
  const dying = thread.replace(
    'const packed =',
    "if ((globalThis.count = (globalThis.count ?? 0) + 1) > 3) { process._rawDebug('the thread dies'); throw 1; }\n$&",
  );
  expect(dying).not.toBe(thread);
  writeFileSync(threadOf('dying'), dying);
});

afterAll(() => {
  for (const build of Object.values(builds)) build.remove();
});

describe('a large file, taken apart by a thread of its own', () => {
  test.each(['none', 'dying'])('has the same result, to the byte, as with the thread "%s"', (other) => {
    const content = variedFile(ROWS);
    const [withThread, without] = ['thread', other].map((name) => validate(name, content));
    expect(withThread?.status).toBe(without?.status);
    expect(withThread?.result).toBe(without?.result);
    const rows = columnOf(withThread?.result ?? '', 'result_row');
    expect(rows).toHaveLength(ROWS);
    expect(rows.at(-1)).toBe(String(ROWS));
    expect(columnOf(withThread?.result ?? '', 'name')[ROWS - 2]).toBe(`陳大文 ${ROWS - 2}, "the second"\nof two lines`);
    expect(withThread?.stderr).toContain('created Worker');
    expect(without?.stderr.includes('the thread dies')).toBe(other === 'dying');
  });

  const EMPTY_RESULT =
    'result_row,result_status,result_action,result_errorCode,result_messages,result_attempts,result_customerUid,result_run,result_for';
  test.each([
    ['cells below columns without a name', 'number,name,phone,', (phone: string) => `N${phone},Member,${phone},`],
    ['a password, which no result repeats', 'number,phone,password', (phone: string) => `N${phone},${phone},s3cret`],
    ['one column alone', 'number', (phone: string) => `N${phone}${'a'.repeat(8)}`],
    ['a delimiter of its own', 'number;name;phone', (phone: string) => `N${phone};Member, the first;${phone}`],
    [
      'cells of an earlier result',
      `number,phone,${EMPTY_RESULT}`,
      (phone: string) => `N${phone},${phone},1,failed,,,,1,,,`,
    ],
  ])('its lines are written as its cells are: %s', (_, header, rowOf) => {
    const rows = Array.from({ length: 2 * ROWS }, (__, index) => rowOf(String(10_000_000 + index)));
    const content = [header, ...rows, ''].join('\n');
    const withThread = validate('thread', content);
    expect(withThread.stderr).toContain('created Worker');
    const without = validate('none', content);
    expect(withThread.result.split('\n')).toHaveLength(2 * ROWS + 2);
    expect(withThread.result === without.result).toBe(true);
    expect(withThread.result).not.toContain('s3cret');
  });

  test.each(['thread', 'none', 'dying'])('is refused at the place of the mistake (%s)', (name) => {
    const rows = Array.from({ length: ROWS }, (_, index) => `N${index},Member of some length ${index},9${index}`);
    rows[75_000] = 'N75000,a "quote" in a cell,9';
    const { status, stderr } = validate(name, ['number,name,phone', ...rows, ''].join('\n'));
    expect(status).toBe(3);
    expect(stderr).toMatch(/line 75002, column 2:/);
  });

  test('has the same result where no thread is allowed', () => {
    const content = variedFile(40_000);
    const refused = validate(
      'thread',
      content,
      "w.Worker = class { constructor() { throw new Error('no thread'); } };",
    );
    expect(refused.stderr).not.toContain('created Worker');
    expect(refused.result).toBe(validate('thread', content).result);
  });

  test('a thread that is silent for ever is no success: the run ends as a bug, and says so', () => {
    const { status, stderr } = validate('thread', variedFile(ROWS), silentThread('online'));
    expect([status, stderr.includes('A bug of memberload: it ended before it was done')]).toEqual([70, true]);
  });

  test('a thread that never starts is not waited for', () => {
    expect(validate('thread', variedFile(40_000), silentThread('never')).status).toBe(1);
  });

  test('a small file needs none', () => {
    expect(validate('thread', variedFile(2000)).stderr).not.toContain('created Worker');
  });
});

/** Enough to be at work for longer than a thread takes to start. */
const ROWS = 80_000;

/** A thread that tells only of this event, and answers nothing. */
function silentThread(event: string): string {
  const on = `on(name, tell) { if (name === '${event}') setImmediate(tell); }`;
  return `w.Worker = class { ${on} ref() {} unref() {} postMessage() {} terminate() {} };`;
}

function threadOf(name: string): string {
  return join(dirname(builds[name]?.binary ?? ''), 'parts', 'parse-worker.js');
}

/** Every kind of cell, line end and line that the scanner knows; between them rows of which each is good. */
function variedFile(rowCount: number): string {
  const lines = ['number,name,phone,remarks'];
  for (let index = 0; index < rowCount; index += 1) {
    const number = `N${String(index).padStart(6, '0')}`;
    const phone = `9${String(index).padStart(7, '0')}`;
    const kinds = [
      `${number},陳大文 ${index},${phone},plain`,
      `${number},="0${index}",${phone},'=1+1`,
      `${number},Member,${phone},a NUL \0 within`,
      `${number},only two cells`,
      `   \n${number},after a line of spaces,${phone},`,
      `\n${number},after an empty line,${phone}, spaces `,
      `${number},${'long '.repeat(40)},${phone},😀`,
      `${number},"陳大文 ${index}, ""the second""\nof two lines",${phone},quoted\r`,
    ];
    // Runs of the same kind, so that there are blocks without a quote.
    lines.push(kinds[index === rowCount - 2 ? 7 : Math.floor(index / 900) % kinds.length] ?? '');
  }
  return `${lines.join('\n')}\n`;
}

/** `change`: of the module `w`, node:worker_threads, before the program is loaded. */
function validate(name: string, content: string, change = '') {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'file.csv'), content);
  const preload = `data:text/javascript,import w from "node:worker_threads"; ${change}`;
  const args = ['--import', preload, builds[name]?.binary ?? '', 'validate', 'file.csv', '-o', 'out.csv'];
  const ended = spawnSync(process.execPath, args, {
    cwd: folder,
    env: { PATH: process.env.PATH, MEMBERLOAD_HOME: join(folder, 'home'), LC_ALL: 'C', NODE_DEBUG: 'worker' },
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  const result = ended.status === 3 || ended.status === 70 ? '' : readFileSync(join(folder, 'out.csv'), 'utf8');
  return { status: ended.status, stderr: ended.stderr, result };
}
