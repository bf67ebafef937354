import { defineConfig, mergeConfig } from 'vitest/config';
import everything from './vitest.config.ts';

/** What needs no built binary: seconds, for the inner loop. `npm test` runs everything. */
export default mergeConfig(
  everything,
  defineConfig({
    test: {
      exclude: ['end-to-end/**', 'edges/**', 'chaos/**', 'call-economy/**', 'bench/**', '*.test.ts'],
      globalSetup: [],
    },
  }),
);
