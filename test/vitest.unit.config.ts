import { configDefaults, defineConfig } from 'vitest/config';

/** What needs no built binary: for the inner loop. `npm test` runs everything. */
export default defineConfig({
  test: {
    root: new URL('.', import.meta.url).pathname,
    include: ['*/**/*.test.ts', 'layout.test.ts'],
    exclude: [
      ...configDefaults.exclude,
      ...['end-to-end', 'edges', 'chaos', 'call-economy', 'bench', 'cli', 'docs'].map((room) => `${room}/**`),
    ],
    testTimeout: 60_000,
  },
});
