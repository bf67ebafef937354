import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const PROJECT = new URL('../../', import.meta.url).pathname;

/** A copy of the build: a campaign takes long, and somebody may build meanwhile. */
export type Build = { readonly dist: string; readonly binary: string; remove(): void };

export function copyBuild(): Build {
  const folder = mkdtempSync(join(tmpdir(), 'memberload-build-'));
  const dist = join(folder, 'dist');
  mkdirSync(dist);
  cpSync(join(PROJECT, 'dist'), dist, { recursive: true });
  cpSync(join(PROJECT, 'package.json'), join(folder, 'package.json'));
  symlinkSync(join(PROJECT, 'node_modules'), join(folder, 'node_modules'));
  return { dist, binary: join(dist, 'main.js'), remove: () => rmSync(folder, { recursive: true, force: true }) };
}
