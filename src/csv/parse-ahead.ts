import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { type ParsedRecords, type ParseOptions, parseRecords, unpackRecords } from './parse-records.ts';
import type { ParseAnswer, ParseRequest } from './parse-worker.ts';

type RecordParser = {
  /**
   * Records are handed out in the order in which they were given. They are made when they are asked for, once: what
   * waits is one text, which V8 need not look through.
   */
  parse(bytes: Buffer, options: ParseOptions): Promise<() => ParsedRecords>;
  /** How many blocks may be under way at a time. */
  depth(): number;
  close(): void;
};

/**
 * csv-parse takes half of the time of a file that is only read. Of a large file it works in a thread of its own, while
 * what it has read before is checked here. A thread that cannot be had, or that ends, costs only time.
 */
export function openRecordParser(): RecordParser {
  let byteCount = 0;
  let worker: Worker | undefined;
  /** A thread takes 40 ms to start: until then records are parsed here. */
  let isOnline = false;
  let mayHaveWorker = availableParallelism() > 1;
  const waiting: { readonly answer: (answer: ParseAnswer) => void }[] = [];

  /** Undefined: the system, or a flag of Node's, allows no thread more. */
  const startWhereAllowed = (): Worker | undefined => {
    try {
      return start();
    } catch {
      mayHaveWorker = false;
      return undefined;
    }
  };

  const start = (): Worker => {
    const started = new Worker(new URL('parse-worker.js', import.meta.url), {
      // What is loaded into this process by a flag of Node's is not meant for the thread.
      execArgv: [],
      resourceLimits: { maxYoungGenerationSizeMb: 4, maxOldGenerationSizeMb: 128 },
    });
    started.unref();
    started.on('online', () => {
      isOnline = worker === started;
    });
    started.on('message', (answer: ParseAnswer) => {
      waiting.shift()?.answer(answer);
      if (waiting.length === 0) started.unref();
    });
    // All that it has not answered is parsed here.
    const giveUp = (): void => {
      mayHaveWorker = false;
      worker = undefined;
      isOnline = false;
      for (const { answer } of waiting.splice(0)) answer(undefined);
    };
    started.on('error', giveUp);
    started.on('exit', giveUp);
    return started;
  };

  return {
    async parse(bytes, options) {
      byteCount += bytes.length;
      if (mayHaveWorker && byteCount > WORKER_BYTES_MIN) worker ??= startWhereAllowed();
      const parseHere = (): ParsedRecords => ({ cells: parseRecords(bytes, options) });
      if (worker === undefined || !isOnline) return parseHere;
      const copy = new Uint8Array(bytes);
      // Only a thread that is waited for keeps the process alive.
      worker.ref();
      worker.postMessage({ bytes: copy, options } satisfies ParseRequest, [copy.buffer]);
      const answer = await new Promise<ParseAnswer>((resolve) => waiting.push({ answer: resolve }));
      return answer === undefined ? parseHere : () => unpackRecords(answer, options.delimiter);
    },
    depth: () => (isOnline ? DEPTH : 1),
    close() {
      mayHaveWorker = false;
      void worker?.terminate();
    },
  };
}

/** A thread takes 40 ms and 15 MB: more than a small file is worth. */
const WORKER_BYTES_MIN = 1024 * 1024;

/** One block is checked, one is parsed, the others wait. */
const DEPTH = 4;
