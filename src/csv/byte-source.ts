import { createHash } from 'node:crypto';
import { type BigIntStats, close, constants, fstat, open, read } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Socket } from 'node:net';
import { isatty, ReadStream } from 'node:tty';
import { promisify } from 'node:util';
import { assert, fileError } from '../base/errors.ts';
import { fileTexts } from '../texts/tables/files.ts';
import { folderError, readingError } from './file-errors.ts';

/**
 * Small, so that the rows of one read are gone before the garbage collector takes them for old ones. Measured with
 * `validate` of 100,000 rows: 150 MB in place of 209 MB with 128 KiB, in the same CPU time.
 */
const CHUNK_BYTES = 32 * 1024;

/** A stream is read once; `name` stands for it in messages. */
export type TableSource =
  | { readonly path: string }
  | { readonly stream: AsyncIterable<Uint8Array>; readonly name: string };

export interface ByteSource {
  readonly name: string;
  /** The file descriptor of a regular file, for reading at any place; undefined for what can be read only once. */
  readonly descriptor: number | undefined;
  /** The next bytes, never none; undefined at the end. Of a stream nothing is read ahead. */
  read(): Promise<Buffer | undefined>;
  /** Of all bytes, in hex; only at their end, and only when the digest was wanted. */
  sha256(): string;
  /** Throws INPUT_CHANGED when the regular file is not what it was when it was opened. `read` asks this at the end. */
  checkUnchanged(): Promise<void>;
  close(): Promise<void>;
}

type ByteSourceOptions = {
  readonly wantsDigest: boolean;
  /** Ends a wait for bytes: `read` then throws the signal's reason. */
  readonly signal?: AbortSignal | undefined;
};

/** Opens a file, a pipe such as `/dev/stdin`, or a stream, to be read once from start to end. Throws `fileError`s. */
export async function openByteSource(source: TableSource, options: ByteSourceOptions): Promise<ByteSource> {
  options.signal?.throwIfAborted();
  if ('stream' in source) return streamSource(source.name, source.stream, options);
  const { path } = source;
  // Without O_NONBLOCK, opening and reading a FIFO would hold a thread that nothing can interrupt, not even an exit.
  const flags = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);
  const descriptor = await openFile(path, flags).catch((error: unknown) => Promise.reject(readingError(path, error)));
  try {
    const found = await fileStat(descriptor, { bigint: true });
    if (found.isDirectory()) throw folderError(path);
    if (found.isFile()) return regularFile(path, descriptor, found, options);
    if (isatty(descriptor)) return streamSource(path, new ReadStream(descriptor), options);
    if (found.isFIFO() || found.isSocket()) return streamSource(path, openPipe(descriptor), options);
    return streamSource(path, readDevice(descriptor), options);
  } catch (error) {
    await closeFile(descriptor);
    throw readingError(path, error);
  }
}

const openFile = promisify(open);
const closeFile = promisify(close);
const readFile = promisify(read);
const fileStat = promisify(fstat);

function openPipe(descriptor: number): Socket {
  return new Socket({ fd: descriptor, readable: true, writable: false });
}

/** `/dev/null` and the like, which cannot be waited for. */
async function* readDevice(descriptor: number): AsyncGenerator<Buffer> {
  try {
    for (;;) {
      const chunk = Buffer.allocUnsafeSlow(CHUNK_BYTES);
      const { bytesRead } = await readFile(descriptor, chunk, 0, CHUNK_BYTES, null);
      if (bytesRead === 0) return;
      yield chunk.subarray(0, bytesRead);
    }
  } finally {
    await closeFile(descriptor);
  }
}

/** Hashes what is read. */
function byteDigest(wantsDigest: boolean) {
  const hash = wantsDigest ? createHash('sha256') : undefined;
  let digest: string | undefined;
  return {
    add(bytes: Uint8Array) {
      hash?.update(bytes);
    },
    end() {
      digest ??= hash?.digest('hex');
    },
    sha256() {
      assert(digest !== undefined, 'sha256 of an input asked before its end, or not wanted');
      return digest;
    },
  };
}

function regularFile(path: string, descriptor: number, before: BigIntStats, options: ByteSourceOptions): ByteSource {
  const digest = byteDigest(options.wantsDigest);
  let hasEnded = false;
  let isClosed = false;
  const checkUnchanged = async (): Promise<void> => {
    const now = await fileStat(descriptor, { bigint: true });
    // Editors write a new file and rename it: the path then names another file than the one we read.
    const named = await stat(path, { bigint: true }).catch(() => undefined);
    const isSame = (other: BigIntStats | undefined) =>
      other !== undefined &&
      other.size === before.size &&
      other.mtimeNs === before.mtimeNs &&
      other.ino === before.ino &&
      other.dev === before.dev;
    if (isSame(now) && isSame(named)) return;
    throw fileError('INPUT_CHANGED', fileTexts().inputChanged(path), fileTexts().inputChangedHint);
  };
  const readChunk = async (): Promise<Buffer> => {
    const chunk = Buffer.allocUnsafeSlow(CHUNK_BYTES);
    const { bytesRead } = await readFile(descriptor, chunk, 0, CHUNK_BYTES, null);
    return chunk.subarray(0, bytesRead);
  };
  /** One chunk is read while the one before it is worked on. */
  let ahead: Promise<Buffer> | undefined;
  return {
    name: path,
    descriptor,
    async read() {
      options.signal?.throwIfAborted();
      if (hasEnded) return undefined;
      const chunk = await (ahead ?? readChunk()).catch((error: unknown) => Promise.reject(readingError(path, error)));
      ahead = undefined;
      digest.add(chunk);
      if (chunk.length > 0) {
        ahead = readChunk();
        // Whoever reads on is told. Who stops reading need not know.
        ahead.catch(() => undefined);
        return chunk;
      }
      hasEnded = true;
      await checkUnchanged();
      digest.end();
      return undefined;
    },
    sha256: digest.sha256,
    checkUnchanged,
    async close() {
      if (isClosed) return;
      isClosed = true;
      // Else the number of the descriptor could name another file while it is read.
      await ahead?.catch(() => undefined);
      await closeFile(descriptor);
    },
  };
}

function streamSource(name: string, stream: AsyncIterable<Uint8Array>, options: ByteSourceOptions): ByteSource {
  const digest = byteDigest(options.wantsDigest);
  const iterator = stream[Symbol.asyncIterator]();
  const { signal } = options;
  let hasEnded = false;
  let isClosed = false;

  const next = async (): Promise<IteratorResult<Uint8Array>> => {
    if (signal === undefined) return iterator.next();
    signal.throwIfAborted();
    let stopWaiting: (() => void) | undefined;
    const aborted = new Promise<never>((_, reject) => {
      stopWaiting = () => reject(signal.reason);
      signal.addEventListener('abort', stopWaiting, { once: true });
    });
    try {
      return await Promise.race([iterator.next(), aborted]);
    } finally {
      if (stopWaiting !== undefined) signal.removeEventListener('abort', stopWaiting);
    }
  };

  return {
    name,
    descriptor: undefined,
    async read() {
      while (!hasEnded) {
        const result = await next().catch((error: unknown) => {
          throw signal?.aborted ? signal.reason : readingError(name, error);
        });
        if (result.done) {
          hasEnded = true;
          digest.end();
          break;
        }
        const bytes = Buffer.from(result.value.buffer, result.value.byteOffset, result.value.byteLength);
        digest.add(bytes);
        if (bytes.length > 0) return bytes;
      }
      return undefined;
    },
    sha256: digest.sha256,
    checkUnchanged: async () => undefined,
    async close() {
      if (isClosed) return;
      isClosed = true;
      // A stream that waits for bytes would answer `return` only when they come: it is destroyed instead.
      if (isDestroyable(stream)) stream.destroy();
      else if (hasEnded || !signal?.aborted) await iterator.return?.();
      else iterator.return?.()?.catch(() => undefined);
    },
  };
}

function isDestroyable(stream: object): stream is { destroy(): void } {
  return 'destroy' in stream && typeof stream.destroy === 'function';
}
