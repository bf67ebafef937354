import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Patch, pointPatches } from './points.ts';

const PROJECT = new URL('../../', import.meta.url).pathname;

/** A copy of the build: a campaign takes long, and somebody may build meanwhile. */
export type Build = {
  /** The product as it is. */
  readonly binary: string;
  /** Where Node keeps compiled code: a campaign starts the same program hundreds of times. */
  readonly compileCache: string;
  /**
   * The product that tells of every named point it passes, with these patches besides.
   *
   * @throws Error CHAOS_ANCHOR when an anchor does not stand in its module exactly once: a test whose anchor went away
   *   with a refactoring must not pass by testing nothing
   */
  patched(patches: readonly Patch[]): string;
  remove(): void;
};

/** `MEMBERLOAD_DIST`: another build than the project's. Patches go to its modules, before they are put together. */
export function copyBuild(): Build {
  const folder = mkdtempSync(join(tmpdir(), 'memberload-build-'));
  const dist = join(folder, 'dist');
  const modules = join(folder, 'modules');
  cpSync(process.env.MEMBERLOAD_DIST ?? join(PROJECT, 'dist'), dist, { recursive: true });
  cpSync(join(PROJECT, '.build'), modules, { recursive: true });
  cpSync(join(PROJECT, 'package.json'), join(folder, 'package.json'));
  symlinkSync(join(PROJECT, 'node_modules'), join(folder, 'node_modules'));
  const variants = new Map<string, string>();
  return {
    binary: join(dist, 'main.js'),
    compileCache: join(folder, 'compiled'),
    patched(patches) {
      const key = JSON.stringify(patches);
      const known = variants.get(key);
      if (known !== undefined) return known;
      // Beside the plain build, so that package.json and node_modules are found in the same way.
      const variant = join(folder, `patched-${variants.size}`);
      cpSync(modules, variant, { recursive: true });
      for (const patch of mergePatches([...pointPatches(), ...patches])) applyPatch(variant, patch);
      const binary = join(variant, 'main.js');
      variants.set(key, binary);
      return binary;
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

function applyPatch(folder: string, { file, anchor, replacement }: Patch): void {
  const path = join(folder, file);
  const source = readFileSync(path, 'utf8');
  const count = source.split(anchor).length - 1;
  if (count !== 1) throw new Error(`CHAOS_ANCHOR: ${file} has ${count} times, not once: ${JSON.stringify(anchor)}`);
  writeFileSync(
    path,
    source.replace(anchor, () => replacement),
  );
}

/** A control's patch may stand at the anchor of a point: the point keeps its place around it. */
function mergePatches(patches: readonly Patch[]): Patch[] {
  const merged: Patch[] = [];
  for (const patch of patches) {
    const index = merged.findIndex(
      ({ file, replacement }) => file === patch.file && replacement.includes(patch.anchor),
    );
    const known = merged[index];
    if (known && known.anchor !== patch.anchor && !known.anchor.includes(patch.anchor)) {
      throw new Error(`patches collide in ${patch.file}`);
    }
    if (known) {
      merged[index] = { ...known, replacement: known.replacement.replace(patch.anchor, () => patch.replacement) };
    } else merged.push(patch);
  }
  return merged;
}
