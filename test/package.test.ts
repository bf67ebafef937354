import { execFile } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';

const root = fileURLToPath(new URL('../', import.meta.url));
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };

let folder = '';
let tarball = '';
let packedFiles: string[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'memberload-package-'));
  // Without scripts: `prepare` would build into dist while other tests run it.
  const packed = await run('npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', folder], root);
  expect(packed.exitCode, packed.output).toBe(0);
  const [pack] = JSON.parse(packed.stdout) as [{ filename: string; files: { path: string }[] }];
  tarball = join(folder, pack.filename);
  packedFiles = pack.files.map(({ path }) => path).sort();
});

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

test('the package holds only what a user needs', () => {
  expect(packedFiles.filter((path) => !/^(dist|samples)\//.test(path))).toEqual([
    'CHANGELOG.md',
    'LICENSE',
    'README.md',
    'package.json',
  ]);
  // What V8 compiled here is of use to no other version of Node.
  expect(packedFiles.filter((path) => path.startsWith('dist/') && !/^dist\/(parts\/)?[\w-]+\.js$/.test(path))).toEqual([
    'dist/licenses.txt',
    'dist/package.json',
  ]);
  expect(
    packedFiles.filter((path) => path.startsWith('samples/') && !/\.(csv|json|md|mjs|yaml|service)$/.test(path)),
  ).toEqual([]);
  expect(packedFiles).toContain('dist/main.js');
  expect(packedFiles).toContain('samples/manual/topup.md');
});

test('the packed tarball installs and runs in an empty folder', { timeout: 180_000 }, async () => {
  const home = join(folder, 'an empty folder');
  mkdirSync(home);
  writeFileSync(join(home, 'package.json'), '{"private": true}');
  await install(home);
  const program = join(home, 'node_modules', 'memberload', 'dist', 'main.js');
  if (process.platform !== 'win32') expect(existsSync(join(home, 'node_modules', '.bin', 'memberload'))).toBe(true);

  const shown = await run(process.execPath, [program, '--version'], home);
  expect(shown.stdout.trim()).toBe(version);

  copyFileSync(join(home, 'node_modules', 'memberload', 'samples', 'members.csv'), join(home, 'members.csv'));
  const imported = await run(process.execPath, [program, 'import', 'members.csv', '--sandbox', '--json'], home);
  expect(imported.exitCode, imported.output).toBe(1);
  expect(JSON.parse(imported.stdout)).toMatchObject({ state: 'finished', rows: { read: 14, done: 5, invalid: 9 } });
  expect(existsSync(join(home, 'members.result.csv'))).toBe(true);
});

/** From npm's cache where it can, from the registry otherwise; offline, beside the checkout's own dependencies. */
async function install(home: string): Promise<void> {
  const flags = '--ignore-scripts --prefer-offline --no-audit --no-fund --fetch-retries 0 --fetch-timeout 20000'.split(
    ' ',
  );
  const installed = await run('npm', ['install', ...flags, tarball], home);
  if (installed.exitCode === 0) return;
  if (!/ENOTCACHED|ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|network/i.test(installed.output)) {
    throw new Error(`npm install failed:\n${installed.output}`);
  }
  rmSync(join(home, 'node_modules'), { recursive: true, force: true });
  mkdirSync(join(home, 'node_modules', '.bin'), { recursive: true });
  const unpacked = await run('tar', ['-xzf', tarball, '-C', join(home, 'node_modules')], home);
  expect(unpacked.exitCode, unpacked.output).toBe(0);
  const program = join(home, 'node_modules', 'memberload');
  renameSync(join(home, 'node_modules', 'package'), program);
  symlinkSync(join(root, 'node_modules'), join(program, 'node_modules'), 'junction');
  symlinkSync(join(program, 'dist', 'main.js'), join(home, 'node_modules', '.bin', 'memberload'));
}

type Ended = { readonly exitCode: number; readonly stdout: string; readonly output: string };

function run(command: string, args: readonly string[], workingFolder: string): Promise<Ended> {
  // Neither a real account nor the npm run that started the tests may reach what is tested.
  const environment = Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => !/^((KYBIO|WONDER|MEMBERLOAD)_|npm_(lifecycle|package)_)/.test(name),
    ),
  );
  // What is printed is compared with English.
  environment.LC_ALL = 'C';
  return new Promise((resolve) => {
    execFile(
      command,
      args,
      {
        cwd: workingFolder,
        env: { ...environment, MEMBERLOAD_HOME: join(folder, 'home') },
        maxBuffer: 16 * 1024 * 1024,
        // npm is a script of the shell on Windows.
        shell: process.platform === 'win32' && command !== process.execPath,
      },
      (error, stdout, stderr) =>
        resolve({
          exitCode: error === null ? 0 : typeof error.code === 'number' ? error.code : -1,
          stdout,
          output: `${stdout}\n${stderr}`,
        }),
    );
  });
}
