import { spawnSync } from 'node:child_process';
import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Build, copyBuild } from '../chaos/build.ts';

let build: Build;
let folder: string;
let compiled: string;

beforeEach(() => {
  build = copyBuild();
  folder = mkdtempSync(join(tmpdir(), 'memberload-launch-'));
  compiled = join(dirname(build.binary), 'compiled');
  rmSync(compiled, { recursive: true });
});

afterEach(() => {
  build.remove();
  rmSync(folder, { recursive: true });
});

describe('the code that V8 compiled', () => {
  test('is kept beside the program by the first run, and taken by the next ones', () => {
    expect(help()).toContain('memberload <command>');
    const kept = whatIsKept();
    // V8 knows a source only by its length: the folder names the build.
    expect(kept.map(([path]) => path)).toContainEqual(expect.stringMatching(/compiled\W[0-9a-f]{16}-.*\Wprogram\.js$/));
    expect(help()).toContain('memberload <command>');
    expect(whatIsKept()).toEqual(kept);
  });

  test('is kept by each run for what was not loaded before', () => {
    help();
    const kept = whatIsKept().length;
    expect(run('validate', 'none.csv').status).toBe(3);
    expect(whatIsKept().length).toBeGreaterThan(kept);
  });

  test('changes nothing where it is damaged', () => {
    help();
    const paths = whatIsKept().map(([path]) => path);
    for (const [index, path] of paths.entries()) {
      if (index % 2 === 0) truncateSync(path, statSync(path).size / 2);
      else writeFileSync(path, 'no code at all');
    }
    expect(help()).toContain('memberload <command>');
  });

  test('is not that of a program that has changed since', () => {
    help();
    appendFileSync(join(dirname(build.binary), 'program.js'), '\nprocess.stdout.write("changed\\n");');
    expect(help()).toContain('changed\n');
  });

  test('is not needed: a file stands in the place of its folder', () => {
    writeFileSync(compiled, '');
    expect(help()).toContain('memberload <command>');
  });

  test('is kept by no run that calls, because that run has other flags of V8', () => {
    writeFileSync(join(folder, 'new.csv'), 'number,name\nN1,New\n');
    expect(run('import', 'new.csv', '--sandbox', '--yes').status).toBe(0);
    expect(existsSync(compiled)).toBe(false);
  });
});

function help(): string {
  return run('--help').stdout;
}

/** Path and time of change of each file. */
function whatIsKept(): (readonly [string, number])[] {
  return readdirSync(compiled, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => [path, statSync(path).mtimeMs] as const);
}

function run(...args: readonly string[]) {
  const env = { PATH: process.env.PATH, MEMBERLOAD_HOME: join(folder, 'home'), LC_ALL: 'C' };
  const ended = spawnSync(process.execPath, [build.binary, ...args], { cwd: folder, env, encoding: 'utf8' });
  expect(ended.stderr).not.toContain('node:');
  return ended;
}
