import { defineConfig } from 'vitest/config';
import everything from './vitest.config.ts';

/** All crash tests, those too that take minutes of processor time: `npm run chaos:tests`. */
export default defineConfig({
  test: { ...everything.test, include: ['chaos/**/*.test.ts'], exclude: [] },
});
