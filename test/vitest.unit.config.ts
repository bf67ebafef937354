import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { configDefaults, defineConfig } from 'vitest/config';

const ROOT = new URL('.', import.meta.url).pathname;

/** By what it imports: the built program, a server of PostgreSQL, a browser, or a process of its own. */
const STARTS_SOMETHING =
  /child_process|playwright|chaos\/|\/(run-binary|workspace|vendor-sandbox|postgres|machines|backends)\.ts/;

const slow = readdirSync(ROOT, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.test.ts') && !path.includes('node_modules'))
  .filter((path) => path.startsWith('chaos/') || STARTS_SOMETHING.test(importsOf(path)));

function importsOf(path: string): string {
  return (readFileSync(join(ROOT, path), 'utf8').match(/ from '[^']+';/g) ?? []).join('\n');
}

/** What starts nothing: for the inner loop. `npm test` runs everything. */
export default defineConfig({
  test: {
    root: ROOT,
    include: ['**/*.test.ts'],
    exclude: [...configDefaults.exclude, ...slow],
    maxWorkers: 2,
    testTimeout: 60_000,
  },
});
