import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    root: new URL('.', import.meta.url).pathname,
    include: ['**/*.test.ts'],
    // Minutes of processor time: see vitest.chaos.config.ts.
    exclude: ['**/*.long.test.ts'],
    // Most tests wait for a process of their own: one file after the other leaves a core idle.
    maxWorkers: 3,
    globalSetup: './global-setup.ts',
    // End-to-end tests start the built binary; a shared, noisy machine must not fail them by being slow.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 30_000 } },
  },
});
