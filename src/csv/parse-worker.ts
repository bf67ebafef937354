import { parentPort } from 'node:worker_threads';
import { type PackedRecords, type ParseOptions, packRecords, parseRecords } from './parse-records.ts';

export type ParseRequest = { readonly bytes: Uint8Array<ArrayBuffer>; readonly options: ParseOptions };
/** Undefined: the asking thread must parse the records itself. */
export type ParseAnswer = PackedRecords | undefined;

/** The thread of parse-ahead.ts. */
parentPort?.on('message', ({ bytes, options }: ParseRequest) => {
  const packed = parseAndPack(bytes, options);
  const moved = packed ? [packed.plainLineEnds.buffer, packed.otherCellCounts.buffer] : [];
  parentPort?.postMessage(packed satisfies ParseAnswer, moved);
});

function parseAndPack(bytes: Uint8Array, options: ParseOptions): ParseAnswer {
  try {
    return packRecords(parseRecords(bytes, options), bytes, options.delimiter);
  } catch {
    // It meets the same error where it can be told.
    return undefined;
  }
}
