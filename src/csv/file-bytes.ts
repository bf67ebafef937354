import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { assert } from '../base/errors.ts';
import { folderError, readingError } from './file-errors.ts';

/** Large enough that a read costs little, small enough that rows come out soon. Measured: 64 to 256 KiB are alike. */
const CHUNK_BYTES = 128 * 1024;

export interface FileBytes {
  /** The next chunk, full except for the last; undefined at the end of the file. Nothing is read ahead. */
  read(): Promise<Buffer | undefined>;
  /** How many bytes were read. */
  byteLength(): number;
  /** Of the whole file, in hex: only at its end. */
  sha256(): string;
  close(): Promise<void>;
}

/** Opens a file, or a pipe such as `/dev/stdin`, to be read once from start to end. Throws `fileError`s. */
export async function openFileBytes(path: string): Promise<FileBytes> {
  const handle = await open(path, 'r').catch((error: unknown) => Promise.reject(readingError(path, error)));
  const hash = createHash('sha256');
  let byteLength = 0;
  let digest: string | undefined;
  let isClosed = false;

  const file: FileBytes = {
    async read() {
      if (digest !== undefined) return undefined;
      const chunk = Buffer.allocUnsafeSlow(CHUNK_BYTES);
      let filled = 0;
      try {
        // A pipe gives what it has; a BOM must not be cut by that.
        while (filled < CHUNK_BYTES) {
          const { bytesRead } = await handle.read(chunk, filled, CHUNK_BYTES - filled, null);
          if (bytesRead === 0) break;
          filled += bytesRead;
        }
      } catch (error) {
        throw readingError(path, error);
      }
      const bytes = chunk.subarray(0, filled);
      byteLength += filled;
      hash.update(bytes);
      if (filled < CHUNK_BYTES) digest = hash.digest('hex');
      return filled === 0 ? undefined : bytes;
    },
    byteLength: () => byteLength,
    sha256() {
      assert(digest !== undefined, 'sha256 of a file asked before its end');
      return digest;
    },
    async close() {
      if (isClosed) return;
      isClosed = true;
      await handle.close();
    },
  };

  try {
    if ((await handle.stat()).isDirectory()) throw folderError(path);
  } catch (error) {
    await file.close();
    throw readingError(path, error);
  }
  return file;
}
