import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { codeOf } from '../../base/errors.ts';
import { requireNoLink } from '../../base/private-folder.ts';
import type { LedgerPaths } from '../sqlite/ledger-lock.ts';
import { writePrivateFile } from '../sqlite/private-files.ts';

/** The lock and its holder are those of a home with a ledger of its own: one process of a home at a time. */
export function pathsIn(folder: string): LedgerPaths {
  const at = (name: string): string => join(resolve(folder), name);
  return {
    database: at('ledger.sqlite'),
    lock: at('ledger.lock'),
    holder: at('ledger.holder.json'),
    mark: at('ledger.mark'),
  };
}

/** Tells the workers of this home from those of others. */
export function readHomeId(folder: string): string {
  const path = join(resolve(folder), 'ledger.home');
  requireNoLink(path);
  try {
    const id = readFileSync(path, 'utf8').trim();
    if (id !== '') return id;
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
  }
  const id = randomUUID();
  writePrivateFile(path, `${id}\n`, { isDurable: true });
  return id;
}
