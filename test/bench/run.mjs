// `node run.mjs calls --members 5000`: Node 20 runs no TypeScript, vitest's own loader does.
import { createViteServer } from 'vitest/node';

const [name, ...args] = process.argv.slice(2);
const server = await createViteServer({
  root: new URL('.', import.meta.url).pathname,
  configFile: false,
  appType: 'custom',
  logLevel: 'error',
  server: { middlewareMode: true, watch: null, ws: false },
  optimizeDeps: { noDiscovery: true },
});
try {
  const { run } = await server.ssrLoadModule(`./${name}.ts`);
  process.exitCode = await run(args);
} finally {
  await server.close();
}
