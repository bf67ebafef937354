import { readSync, writeSync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';

/** A full disk may take part of the bytes without an error: only the next write says so. */
export async function writeAll(file: FileHandle, bytes: Uint8Array, position: number | null = null): Promise<void> {
  for (let written = 0; written < bytes.length; ) {
    const at = position === null ? null : position + written;
    written += (await file.write(bytes, written, bytes.length - written, at)).bytesWritten;
  }
}

/** The same, for code that must not wait. */
export function writeAllAtOnce(file: number, bytes: Uint8Array, position: number | null = null): void {
  for (let written = 0; written < bytes.length; ) {
    const at = position === null ? null : position + written;
    written += writeSync(file, bytes, written, bytes.length - written, at);
  }
}

/** @throws Error when the file ends before that */
export function readAllAtOnce(file: number, bytes: Uint8Array, position: number): void {
  for (let read = 0; read < bytes.length; ) {
    const more = readSync(file, bytes, read, bytes.length - read, position + read);
    if (more === 0) throw new Error('the file is shorter than it was');
    read += more;
  }
}
