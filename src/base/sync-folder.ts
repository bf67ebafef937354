import { closeSync, fsyncSync, openSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { codeOf } from './errors.ts';

/** Makes new names in a folder durable. Windows cannot open folders and some network shares cannot sync them. */
export async function syncFolder(folder: string): Promise<void> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(folder, 'r');
    await handle.sync();
  } catch (error) {
    if (!cannotSync(error)) throw error;
  } finally {
    await handle?.close();
  }
}

/** The same, for code that must not wait. */
export function syncFolderAtOnce(folder: string): void {
  let handle: number | undefined;
  try {
    handle = openSync(folder, 'r');
    fsyncSync(handle);
  } catch (error) {
    if (!cannotSync(error)) throw error;
  } finally {
    if (handle !== undefined) closeSync(handle);
  }
}

function cannotSync(error: unknown): boolean {
  return CANNOT_SYNC.has(codeOf(error));
}

const CANNOT_SYNC: ReadonlySet<string> = new Set(['EPERM', 'EACCES', 'EISDIR', 'EINVAL', 'ENOTSUP', 'ENOSYS']);
