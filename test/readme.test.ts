import { spawn } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { EXIT } from '../src/base/errors.ts';
import { COMMANDS } from '../src/cli/commands.ts';
import { COLUMNS, RESULT_COLUMNS } from '../src/job/columns.ts';
import { FETCHED_FIELDS } from '../src/job/fetched-fields.ts';
import { SWITCHES } from '../src/sandbox/switches.ts';
import { KYBIO_FACTS, WONDER_FACTS } from '../src/settings/config-file.ts';
import { FLAGS } from '../src/settings/flags.ts';
import { BINARY, startBinary } from './support/run-binary.ts';
import { temporaryFolder } from './support/workspace.ts';

const root = fileURLToPath(new URL('../', import.meta.url));
const readme = readFileSync(join(root, 'README.md'), 'utf8');

/*
 * A block of commands is run when a comment stands before it: <!-- test: <chain>, exit <code> -->. The blocks
 * of a chain share one folder, with the samples in it. A text block right behind it is what the command
 * prints: each of its lines must be there, in this order; … stands for anything. <!-- test: <chain>, file
 * <name> --> puts the block behind it into the folder.
 */
type Step = {
  readonly lineNumber: number;
  readonly file?: string;
  readonly exitCode?: number;
  readonly text: string;
  readonly output: string | undefined;
};

/** What may stand in result_errorCode beside the vendors' own codes. */
const ERROR_CODES = [
  ...['REQUIRED', 'NOT_A_DECIMAL', 'OUT_OF_RANGE', 'TOO_LONG', 'NOT_ALLOWED', 'BAD_DATE', 'BAD_PHONE', 'BAD_EMAIL'],
  ...['BAD_ID', 'EXCEL_DAMAGED', 'DUPLICATE_ROW', 'WRONG_COLUMN_COUNT', 'NOTHING_TO_DO', 'MEMBER_NOT_FOUND'],
  ...['CUSTOMER_NOT_FOUND', 'IN_DOUBT', 'TIMEOUT', 'CONNECTION_FAILED', 'HTTP_<status>', 'BAD_RESPONSE'],
  ...['RESPONSE_MISMATCH', 'QUOTA_EXHAUSTED', 'STOPPED'],
];

describe('the commands of the README', () => {
  const chains = readChains();

  test('are marked in several chains, each of several steps', () => {
    expect([...chains.keys()]).toEqual(expect.arrayContaining(['tour', 'account', 'quota', 'stores']));
    expect([...chains.values()].flat().length).toBeGreaterThan(15);
  });

  test.skipIf(process.platform === 'win32').each([...chains.keys()])(
    'do what it says: %s',
    { timeout: 180_000 },
    async (name) => {
      const folder = temporaryFolder();
      const work = join(folder, 'work');
      cpSync(join(root, 'samples'), join(work, 'samples'), { recursive: true });
      const environment = {
        HOME: folder,
        MEMBERLOAD_HOME: join(folder, 'home'),
        PATH: `${makeShims(folder)}${delimiter}${process.env.PATH}`,
      };
      // The account of the chain "account" is a sandbox, which has a home of its own.
      const account = name === 'account' ? await startSandbox(folder) : undefined;
      try {
        let lastRun = '';
        for (const step of chains.get(name) ?? []) {
          if (step.file !== undefined) writeFileSync(join(work, step.file), step.text);
          else {
            const printed = await runStep(step, lastRun, work, { ...environment, ...account?.settings });
            lastRun = printed.match(RUN)?.at(-1) ?? lastRun;
          }
        }
      } finally {
        await account?.stop();
      }
    },
  );
});

describe('the README names', () => {
  test.each(COMMANDS.map(({ name }) => name))('the command %s', (name) => {
    expectInReadme(`\`memberload ${name}`);
    expect(headings()).toContain(name);
  });

  test.each(FLAGS.map(({ name }) => name))('the flag --%s, in the table of flags', (name) => {
    expectInReadme(new RegExp(`^\\| \`--${name}[ \`]`, 'm'));
  });

  test.each(ERROR_CODES)('the errorCode %s', (errorCode) => {
    expectInReadme(new RegExp(`^\\| \`${errorCode.replace(/[<>]/g, '\\$&')}\` \\|`, 'm'));
  });

  test.each(Object.values(EXIT))('the exit code %i', (exitCode) => {
    expectInReadme(new RegExp(`^\\| ([0-9]+, )?${exitCode}(, [0-9]+)? \\|`, 'm'));
  });

  test.each([
    ...Object.keys(KYBIO_FACTS).map((key) => `kybio.${key}`),
    ...Object.keys(WONDER_FACTS).map((key) => `wonder.${key}`),
    ...['quietWindow', 'trustRoundIds', 'stores', 'sandbox'],
    ...['kybioBaseUrl', 'kybioAppId', 'kybioAppKeyFile', 'wonderBaseUrl', 'wonderAppId', 'wonderPrivateKeyFile'],
  ])('the config key %s', (key) => {
    expectInReadme(new RegExp(`^\\| (\`\\w+\`, )*\`${key.replace('.', '\\.')}\`[ ,]`, 'm'));
  });

  test.each(
    Object.entries(COLUMNS).flatMap(([kind, columns]) => columns.map((column) => [column.name, kind, column] as const)),
  )('the column %s of %s, with its synonyms', (name, _kind, { about, synonyms }) => {
    expectInReadme(`| \`${name}\` | ${about} | ${synonyms.join(', ')} |`);
  });

  test.each(RESULT_COLUMNS)('the column result_%s', (name) => {
    expectInReadme(`\`result_${name}\``);
  });

  test.each([...FETCHED_FIELDS.kybio, ...FETCHED_FIELDS.wonder])('the field %s', (name) => {
    expectInReadme(`\`${name}\``);
  });

  test.each(SWITCHES.map(({ name, default: byDefault }) => [name, byDefault]))(
    'the switch %s of the sandbox, %s by default',
    (name, byDefault) => {
      expectInReadme(new RegExp(`^\\| \`${name.replace('.', '\\.')}\` \\|.*\\| \`${byDefault}\` \\|`, 'm'));
    },
  );

  test.each(['KYBIO_BASE_URL', 'KYBIO_APP_ID', 'KYBIO_APP_KEY', 'KYBIO_APP_KEY_FILE', 'WONDER_BASE_URL'])(
    'the variable %s',
    (name) => expectInReadme(`| \`${name}\` |`),
  );

  test.each(['WONDER_APP_ID', 'WONDER_PRIVATE_KEY_FILE', 'MEMBERLOAD_HOME'])('the variable %s', (name) =>
    expectInReadme(`| \`${name}\` |`),
  );
});

describe('the links of the README', () => {
  test('lead to headings and files that are there', () => {
    const anchors = new Set(headings().map(anchorOf));
    const links = [...readme.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => target ?? '');
    expect(links.length).toBeGreaterThan(10);
    const broken = links
      .filter((target) => !target.startsWith('https://'))
      .filter((target) => (target.startsWith('#') ? !anchors.has(target.slice(1)) : !existsSync(join(root, target))));
    expect(broken).toEqual([]);
  });

  test('no two headings have one anchor', () => {
    const anchors = headings().map(anchorOf);
    expect(anchors.filter((anchor, index) => anchors.indexOf(anchor) !== index)).toEqual([]);
  });

  test('tables have as many cells in each row', () => {
    const tables = readme.replace(/^```[\s\S]*?^```/gm, '').match(/(^\|.*\|\n)+/gm) ?? [];
    const cellCount = (row: string) => row.replaceAll('\\|', '').split('|').length;
    const ragged = tables.flatMap((table) => {
      const [first = '', ...rows] = table.trimEnd().split('\n');
      return rows.filter((row) => cellCount(row) !== cellCount(first));
    });
    expect(ragged).toEqual([]);
  });
});

/** Without the whole README in the message of a failure. */
function expectInReadme(wanted: string | RegExp): void {
  const isThere = typeof wanted === 'string' ? readme.includes(wanted) : wanted.test(readme);
  expect(isThere, `README.md should have ${wanted}`).toBe(true);
}

function headings(): string[] {
  return [...readme.replace(/^```[\s\S]*?^```/gm, '').matchAll(/^#{1,4} (.+)$/gm)].map(([, text]) => text ?? '');
}

/** As GitHub makes them. */
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replace(/\s/g, '-');
}

function readChains(): Map<string, Step[]> {
  const chains = new Map<string, Step[]>();
  const block =
    /^ *<!-- test: (\w+), (?:exit (\d+)|file (\S+)) -->\n( *)```\w+\n([\s\S]*?)^ *```\n(?:\n *```text\n([\s\S]*?)^ *```\n)?/gm;
  for (const match of readme.matchAll(block)) {
    const [whole, chain = '', exitCode, file, indent = '', text = '', output] = match;
    const step: Step = {
      lineNumber: readme.slice(0, match.index).split('\n').length,
      text: text.replace(new RegExp(`^${indent}`, 'gm'), ''),
      output,
      ...(file === undefined ? { exitCode: Number(exitCode) } : { file }),
    };
    expect(whole).not.toBe('');
    chains.set(chain, [...(chains.get(chain) ?? []), step]);
  }
  // A mark that the pattern above does not see would be a test that nobody runs.
  expect([...chains.values()].flat().length).toBe([...readme.matchAll(/<!-- test: /g)].length);
  return chains;
}

/** `memberload` and `npx memberload` as a user has them after the install. */
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

/** A run that the README names stands for the one that was printed last. */
async function runStep(
  step: Step,
  lastRun: string,
  work: string,
  environment: Record<string, string>,
): Promise<string> {
  const { exitCode, printed } = await runShell(step.text.replace(RUN, lastRun), work, environment);
  const where = `README.md, line ${step.lineNumber}: ${step.text.trim()}\n${printed}`;
  expect(exitCode, where).toBe(step.exitCode);
  if (step.output !== undefined) expectLines(printed, step.output, where);
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

/** Each line of the README's output must be printed, in this order; `…` is anything, also whole lines. */
function expectLines(printed: string, output: string, where: string): void {
  const pattern = withoutTimes(output)
    .trimEnd()
    .split('\n')
    .map((line) => line.trimEnd())
    .map((line) => line.split('…').map(escaped).join('[^]*?'))
    .join('\\n');
  expect(new RegExp(pattern).test(withoutTimes(printed)), `${where}\nshould contain\n${output}`).toBe(true);
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
}

const RUN = /[0-9]{8}-[0-9]{6}-[0-9a-f]{4}/g;

/** Runs and times differ each time. */
function withoutTimes(text: string): string {
  return text.replace(RUN, '<run>').replace(/[0-9]{4}-[0-9]{2}-[0-9]{2}([ T][0-9:]{5,8}(\+[0-9:]{5})?)?/g, '<time>');
}
