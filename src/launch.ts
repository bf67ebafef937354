#!/usr/bin/env node
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire, Module } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Script } from 'node:vm';

/**
 * The program as users start it: dist/program.js, with the code that V8 compiled for it in an earlier run. Compiling is a
 * quarter of a short run. Node keeps compiled code by itself only from version 22.8 on.
 *
 * The code lies beside the program: who can write it can write the program too. It is of this build alone, for V8 knows
 * a source only by its length; under another version or other flags V8 refuses it. A folder that cannot be written only
 * costs the time.
 */
const FOLDER = dirname(fileURLToPath(import.meta.url));
/** The build puts the digest of its files here. */
const BUILD = 'DIGEST_OF_THE_BUILD';
const COMPILED = join(FOLDER, 'compiled', `${BUILD}-${process.versions.v8}-${process.arch}`);

type Exports = { readonly exports: unknown };

const requirePackage = createRequire(import.meta.url);
const loaded = new Map<string, Exports>();
/** Of the files without compiled code yet, by where it goes. */
const fresh = new Map<string, Script>();
/** Compiled under the flags of the start. */
const probe = new Script('0').createCachedData();

function load(path: string): unknown {
  const known = loaded.get(path);
  if (known !== undefined) return known.exports;
  const module: Exports = { exports: {} };
  loaded.set(path, module);
  const compiledPath = join(COMPILED, basename(path));
  const cachedData = readCompiled(compiledPath);
  const script = new Script(Module.wrap(readFileSync(path, 'utf8')), {
    filename: path,
    ...(cachedData && { cachedData }),
  });
  if (cachedData === undefined) fresh.set(compiledPath, script);
  const folder = dirname(path);
  const requireFrom = (id: string): unknown => (id.startsWith('.') ? load(join(folder, id)) : requirePackage(id));
  script.runInThisContext()(module.exports, requireFrom, module, path, folder);
  return module.exports;
}

function readCompiled(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch {
    return undefined;
  }
}

/** At the end, so that it has the functions that were needed and not only the heads of the files. */
function keepCompiled(): void {
  if (fresh.size === 0) return;
  // A run that calls has changed a flag (http/transport.ts): no other run would take what it keeps. Asked with another
  // source of that length, because V8 remembers what the same source was compiled to.
  if (new Script('1', { cachedData: probe }).cachedDataRejected) return;
  try {
    mkdirSync(COMPILED, { recursive: true });
    for (const [path, script] of fresh) replaceWhole(path, script.createCachedData());
  } catch {
    // As installed by another user, or a full disk: the next run compiles again.
  }
}

/** Another process may be at the same: each leaves a whole file. */
function replaceWhole(path: string, bytes: Uint8Array): void {
  const part = `${path}.${process.pid}.part`;
  try {
    writeFileSync(part, bytes);
    renameSync(part, path);
  } catch (error) {
    rmSync(part, { force: true });
    throw error;
  }
}

process.once('exit', keepCompiled);
load(join(FOLDER, 'program.js'));
