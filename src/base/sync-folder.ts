import { type FileHandle, open } from 'node:fs/promises';

/** Makes new names in a folder durable. Windows cannot open folders and some network shares cannot sync them. */
export async function syncFolder(folder: string): Promise<void> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(folder, 'r');
    await handle.sync();
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (!CANNOT_SYNC.has(code)) throw error;
  } finally {
    await handle?.close();
  }
}

const CANNOT_SYNC: ReadonlySet<string> = new Set(['EPERM', 'EACCES', 'EISDIR', 'EINVAL', 'ENOTSUP', 'ENOSYS']);
