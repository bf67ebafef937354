#!/usr/bin/env node
// `npm run chaos -- --rows 10000 --kills 1000 --seed 1`: Node 20 runs no TypeScript, vitest's own loader does.
import { createViteServer } from 'vitest/node';

// So that the vendors' processes go with this one.
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(130));

const server = await createViteServer({
  root: new URL('.', import.meta.url).pathname,
  configFile: false,
  appType: 'custom',
  logLevel: 'error',
  server: { middlewareMode: true, watch: null, ws: false },
  optimizeDeps: { noDiscovery: true },
});
try {
  const { runLongForm } = await server.ssrLoadModule('./long-form.ts');
  process.exitCode = await runLongForm(process.argv.slice(2));
} finally {
  await server.close();
}
