import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import { rolldown } from 'rolldown';

/**
 * .build → dist. Node takes half a millisecond to find, read and link a module, and a run loads three hundred: they are
 * put together into files of what is loaded together, as CommonJS, which Node loads in two thirds of the time. So are
 * packages, except those that load files of their own at run time.
 */
const { dependencies } = JSON.parse(readFileSync('package.json', 'utf8'));
const STAY_OUTSIDE = ['@photostructure/sqlite', 'graphile-worker', 'pg', 'pgpass'];

function packageOf(id) {
  return id.split('/', id.startsWith('@') ? 2 : 1).join('/');
}

/** @throws Error for a package that users do not get: a helper that the bundler puts in */
function isExternal(id, importer = '') {
  if (id.startsWith('.') || isAbsolute(id)) return false;
  if (id.startsWith('node:')) return true;
  const name = packageOf(id);
  if (!(name in dependencies) && !importer.includes('node_modules')) {
    throw new Error(`${name} is imported and is not among the dependencies`);
  }
  return STAY_OUTSIDE.includes(name);
}

/** The licenses of the packages that are put in ask to go where the packages go. */
function licenseTexts(moduleIds) {
  const folders = new Set();
  for (const id of moduleIds) {
    const [, folder] = /^(.*node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+)[\\/]/.exec(id) ?? [];
    if (folder !== undefined) folders.add(folder);
  }
  return [...folders].sort().map((folder) => {
    const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
    const text = file === undefined ? '' : readFileSync(join(folder, file), 'utf8').trim();
    return `${name} ${version}: ${license}\n\n${text}\n`;
  });
}

rmSync('dist', { recursive: true, force: true });
const bundle = await rolldown({
  input: {
    main: './.build/launch.js',
    program: './.build/main.js',
    // Found by its own name, beside whoever starts it.
    'parts/parse-worker': './.build/csv/parse-worker.js',
  },
  platform: 'node',
  external: isExternal,
  // yargs could read a configuration that names another one: it is given none.
  transform: { define: { 'import.meta.url': 'moduleUrl', 'import.meta.resolve': 'undefined' } },
});
// As deep as the folders of src: what a module finds by its own address is found from both.
const { output } = await bundle.write({
  dir: 'dist',
  format: 'cjs',
  dynamicImportInCjs: false,
  entryFileNames: '[name].js',
  chunkFileNames: 'parts/[name].js',
  intro: "const moduleUrl = require('node:url').pathToFileURL(__filename).href;",
});
writeFileSync('dist/package.json', '{ "type": "commonjs" }\n');
writeFileSync('dist/licenses.txt', licenseTexts(output.flatMap(({ moduleIds = [] }) => moduleIds)).join('\n---\n\n'));
// Code that V8 has compiled is of one build (src/launch.ts).
const digest = createHash('sha256');
for (const { fileName } of output) digest.update(readFileSync(join('dist', fileName)));
const launcher = readFileSync('dist/main.js', 'utf8');
writeFileSync('dist/main.js', launcher.replace('DIGEST_OF_THE_BUILD', digest.digest('hex').slice(0, 16)));
chmodSync('dist/main.js', 0o755);

// The first run that loads a file keeps its compiled code (src/launch.ts): a run that does most goes first. Runs that call
// keep nothing, because they change a flag of V8's; these do not.
const folder = mkdtempSync(join(tmpdir(), 'memberload-'));
const main = resolve('dist/main.js');
const leaveFlags = 'data:text/javascript,import v8 from "node:v8"; v8.setFlagsFromString = () => {};';
copyFileSync('samples/members.csv', join(folder, 'members.csv'));
for (const args of [['import', 'members.csv', '--sandbox', '--yes'], ['validate', 'members.csv'], ['--help']]) {
  const env = { PATH: process.env.PATH, MEMBERLOAD_HOME: join(folder, 'home') };
  spawnSync(process.execPath, ['--import', leaveFlags, main, ...args], { cwd: folder, env });
}
rmSync(folder, { recursive: true });
