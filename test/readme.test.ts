import { spawn } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { countMarks, lastRunIn, outputPattern, readChains, type Step, withoutTimes, withRun } from './docs/chains.ts';
import { anchorOf, headingsOf, PAGES, type Page, pageOf, ROOT, TOPICS, withoutBlocks } from './docs/pages.ts';
import { BINARY, startBinary } from './support/run-binary.ts';

/*
 * The commands of README, guided tour and manual are run as they stand there (test/docs/chains.ts says how they are
 * marked), and their links and tables are whole. What the pages say about flags, columns and switches is compared
 * with the code by test/docs/generated.test.ts.
 */

describe.skipIf(process.platform === 'win32')('the commands of the pages', () => {
  const chains = PAGES.flatMap((page) => [...readChains(page)].map(([name, steps]) => ({ page, name, steps })));

  test('are all read: no mark is misspelt', () => {
    for (const page of PAGES) {
      expect([...readChains(page).values()].flat().length, page.path).toBe(countMarks(page));
    }
    expect(chains.flatMap(({ steps }) => steps).length).toBeGreaterThan(40);
  });

  // A chain mostly waits for its rate, so several share the computer.
  test.concurrent.each(chains)(
    'do what the page says: $page.path, $name',
    { timeout: 300_000 },
    async ({ page, name, steps }) => {
      const folder = mkdtempSync(join(tmpdir(), 'memberload-docs-'));
      try {
        await runChain(steps, folder, page.path === 'README.md' && name === 'account');
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    },
  );
});

describe('the pages', () => {
  test('are short: README is a front door, and each page of the manual is one topic', () => {
    expect(lineCount(pageOf('README.md'))).toBeLessThanOrEqual(300);
    const long = PAGES.filter(({ path }) => path.startsWith('samples/manual/')).filter((page) => lineCount(page) > 200);
    expect(long.map(({ path }) => path)).toEqual([]);
  });

  test('README names every page of the manual, and each page begins with its topic', () => {
    for (const topic of TOPICS) {
      expect(pageOf('README.md').text).toContain(`(samples/manual/${topic}.md)`);
      expect(pageOf(`samples/manual/${topic}.md`).text).toMatch(new RegExp(`^# ${topic}: `));
    }
  });

  test('the guided tour names every sample', () => {
    const samples = readdirSync(join(ROOT, 'samples')).filter((name) => /\.(csv|json)$/.test(name));
    const missing = samples
      .filter((name) => !/\.(result|checked)\.csv$|-2\.|again/.test(name))
      .filter((name) => !pageOf('samples/README.md').text.includes(`\`${name}\``));
    expect(missing).toEqual([]);
  });

  test.each(PAGES)('$path: links lead to headings and files that are there', (page) => {
    const links = [...withoutBlocks(page).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target);
    const broken = links.filter((target) => !target.startsWith('https://')).filter((target) => !isThere(page, target));
    expect(broken).toEqual([]);
  });

  test.each(PAGES)('$path: no two headings have one anchor', (page) => {
    const anchors = headingsOf(page).map(anchorOf);
    expect(anchors.filter((anchor, index) => anchors.indexOf(anchor) !== index)).toEqual([]);
  });

  test.each(PAGES)('$path: tables have as many cells in each row', (page) => {
    const tables = withoutBlocks(page).match(/(^\|.*\|\n)+/gm) ?? [];
    const cellCount = (row: string): number => row.replaceAll('\\|', '').split('|').length;
    const ragged = tables.flatMap((table) => {
      const [first = '', ...rows] = table.trimEnd().split('\n');
      return rows.filter((row) => cellCount(row) !== cellCount(first));
    });
    expect(ragged).toEqual([]);
  });
});

function lineCount({ text }: Page): number {
  return text.trimEnd().split('\n').length;
}

/** `topup.md#targets`, seen from the folder of the page. */
function isThere(page: Page, target: string): boolean {
  const [path = '', anchor] = target.split('#');
  const full = path === '' ? page.path : join(dirname(page.path), path).replaceAll('\\', '/');
  if (!existsSync(join(ROOT, full))) return false;
  if (anchor === undefined) return true;
  const text = readFileSync(join(ROOT, full), 'utf8');
  return headingsOf({ path: full, text }).map(anchorOf).includes(anchor);
}

async function runChain(steps: readonly Step[], folder: string, hasAccount: boolean): Promise<void> {
  const work = join(folder, 'work');
  cpSync(join(ROOT, 'samples'), join(work, 'samples'), { recursive: true, filter: isNoResult });
  const environment = {
    HOME: folder,
    MEMBERLOAD_HOME: join(folder, 'home'),
    PATH: `${makeShims(folder)}${delimiter}${process.env.PATH}`,
  };
  // The account is a sandbox that has a home of its own.
  const account = hasAccount ? await startSandbox(folder) : undefined;
  try {
    let lastRun = '';
    for (const step of steps) {
      if (step.file !== undefined) {
        writeFileSync(join(work, step.file), step.text);
        continue;
      }
      const printed = await runStep(step, lastRun, work, { ...environment, ...account?.settings });
      lastRun = lastRunIn(printed) ?? lastRun;
    }
  } finally {
    await account?.stop();
  }
}

/** What somebody's tour has left beside the samples is not copied. */
function isNoResult(path: string): boolean {
  return dirname(path) !== join(ROOT, 'samples') || !/\.(result|checked)\.csv$/.test(path);
}

/** `memberload` and `npx memberload`, as a user has them after the install. */
function makeShims(folder: string): string {
  const bin = join(folder, 'bin');
  mkdirSync(bin);
  const start = `exec '${process.execPath}' '${BINARY}'`;
  writeFileSync(join(bin, 'memberload'), `#!/bin/sh\n${start} "$@"\n`);
  writeFileSync(join(bin, 'npx'), `#!/bin/sh\n[ "$1" = memberload ] || exit 127\nshift\n${start} "$@"\n`);
  for (const name of ['memberload', 'npx']) chmodSync(join(bin, name), 0o755);
  return bin;
}

async function startSandbox(folder: string): Promise<{ settings: Record<string, string>; stop(): Promise<unknown> }> {
  const sandbox = startBinary(['sandbox'], {
    cwd: folder,
    environment: { HOME: folder, MEMBERLOAD_HOME: join(folder, 'vendor') },
  });
  await sandbox.printed('stderr', 'The sandbox listens');
  const printed = await sandbox.printed('stdout', 'WONDER_PRIVATE_KEY_FILE');
  const settings = Object.fromEntries(
    [...printed.matchAll(/^export (\w+)='(.*)'$/gm)].map(([, name = '', value = '']) => [name, value]),
  );
  return {
    settings,
    stop() {
      sandbox.kill('SIGINT');
      return sandbox.ended;
    },
  };
}

async function runStep(
  step: Step,
  lastRun: string,
  work: string,
  environment: Record<string, string>,
): Promise<string> {
  const { exitCode, printed } = await runShell(withRun(step.text, lastRun), work, environment);
  const where = `${step.place}: ${step.text.trim()}\n${printed}`;
  expect(exitCode, where).toBe(step.exitCode);
  if (step.output !== undefined) {
    const isPrinted = outputPattern(step.output).test(`${withoutTimes(printed)}\n`);
    expect(isPrinted, `${where}\nshould contain\n${step.output}`).toBe(true);
  }
  return printed;
}

function runShell(
  text: string,
  work: string,
  environment: Record<string, string>,
): Promise<{ exitCode: number | null; printed: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn('sh', ['-ec', text], { cwd: work, env: environment, stdio: ['ignore', 'pipe', 'pipe'] });
    let printed = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (part: string) => {
        printed += part;
      });
    }
    child.on('error', reject);
    child.on('close', (exitCode) => resolve({ exitCode, printed }));
  });
}
