import { chmodSync, readFileSync, rmSync } from 'node:fs';
import { isAbsolute } from 'node:path';
import { rolldown } from 'rolldown';

/**
 * .build → dist. Node takes half a millisecond to find, read and link a module, and a run loads three hundred: ours are
 * put together into files of what is loaded together. Packages stay as they are installed.
 */
const { dependencies } = JSON.parse(readFileSync('package.json', 'utf8'));

/** @throws Error for a package that users do not get: a helper that the bundler puts in */
function isExternal(id) {
  if (id.startsWith('.') || isAbsolute(id)) return false;
  const name = id.split('/', id.startsWith('@') ? 2 : 1).join('/');
  if (id.startsWith('node:') || name in dependencies) return true;
  throw new Error(`${name} is imported and is not among the dependencies`);
}

rmSync('dist', { recursive: true, force: true });
const bundle = await rolldown({ input: './.build/main.js', platform: 'node', external: isExternal });
// As deep as the folders of src: what a module finds by its own address is found from both.
await bundle.write({ dir: 'dist', chunkFileNames: 'parts/[name].js' });
chmodSync('dist/main.js', 0o755);
