/**
 * Preloaded into the built binary with `node --import`, so that nothing of the benchmark is in the product.
 * `BENCH` in the environment is JSON:
 *
 *   usageFile  where the process writes its peak memory when it ends
 *   patches    {file URL of a built module: [{anchor, replacement}]}
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { register } from 'node:module';
import { fileURLToPath } from 'node:url';

const { usageFile, patches } = JSON.parse(process.env.BENCH ?? '{}');

for (const [url, exchanges] of Object.entries(patches)) {
  const text = readFileSync(fileURLToPath(url), 'utf8');
  for (const { anchor } of exchanges) {
    // A benchmark whose anchor went away with a refactoring must not measure the product against itself.
    if (text.split(anchor).length !== 2) throw new Error(`${url} has not once: ${anchor}`);
  }
}
if (Object.keys(patches).length > 0) register('../chaos/patch-hook.mjs', import.meta.url, { data: patches });

process.on('exit', () => {
  // Kilobytes on Linux.
  writeFileSync(usageFile, JSON.stringify({ peakKb: process.resourceUsage().maxRSS }));
});
