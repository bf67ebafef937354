import { isAscii } from 'node:buffer';
import { fileError } from '../base/errors.ts';
import { fileTexts } from '../texts/tables/files.ts';
import type { ByteSource } from './byte-source.ts';
import { type EncodingOptions, findEncodingOf, type TextEncoding } from './detect-encoding.ts';
import { firstInvalidByte, toUtf8 } from './strict-decoder.ts';

/**
 * A line beyond this is refused before it is decoded, so that memory stays bounded. Twice the limit of a
 * record, because text may shrink to half when it becomes UTF-8.
 */
const LINE_BYTES_MAX = 2 * 1024 * 1024;

/** A pipe gives a few KiB at a time; blocks of this size cost less. */
const BLOCK_BYTES_MIN = 16 * 1024;

export interface TextBlocks {
  /**
   * The next block of whole lines, as valid UTF-8; undefined at the end. `lineNumber` is the line the block
   * begins on, for the message when it cannot be decoded.
   */
  next(lineNumber: number): Promise<Buffer | undefined>;
  /** A start in plain ASCII leaves the encoding open: it may be another one after any `next`. */
  encoding(): TextEncoding;
}

/**
 * Cuts the file's bytes where a line ends, and decodes each block on its own. In every encoding we take, the
 * bytes of a line end are never part of another character, so a block needs no state of its neighbours, and
 * an invalid byte is found by looking at its block alone. CR LF is never cut in two.
 */
export function textBlocks(
  source: ByteSource,
  head: Buffer,
  decided: TextEncoding,
  options: EncodingOptions,
): TextBlocks {
  let encoding = decided;
  let pending = head.subarray(encoding.byteOrderMarkLength);
  let pendingOffset = encoding.byteOrderMarkLength;
  let hasEnded = false;

  const decode = (bytes: Buffer, lineNumber: number): Buffer => {
    if (encoding.source === 'assumed') {
      if (isAscii(bytes)) return bytes;
      encoding = findEncodingOf(source.name, bytes, options);
    }
    const text = toUtf8(bytes, encoding.name);
    if (text === undefined) throw badEncoding(source.name, bytes, { encoding, offset: pendingOffset, lineNumber });
    return text;
  };

  const readMore = async (): Promise<void> => {
    const chunks = [pending];
    const wanted = pending.length + BLOCK_BYTES_MIN;
    let length = pending.length;
    while (length < wanted && !hasEnded) {
      const more = await source.read();
      if (more === undefined) hasEnded = true;
      else {
        chunks.push(more);
        length += more.length;
      }
    }
    if (chunks.length === 2 && pending.length === 0) pending = chunks[1] ?? pending;
    else if (chunks.length > 1) pending = Buffer.concat(chunks);
  };

  return {
    encoding: () => encoding,
    async next(lineNumber) {
      let searchFrom = 0;
      for (;;) {
        const end = hasEnded ? pending.length : lastLineEnd(pending, searchFrom, encoding.name);
        if (end > 0) {
          const text = decode(pending.subarray(0, end), lineNumber);
          pending = pending.subarray(end);
          pendingOffset += end;
          return text;
        }
        if (hasEnded) return undefined;
        if (pending.length > LINE_BYTES_MAX) {
          throw fileError(
            'ROW_TOO_LONG',
            fileTexts().lineTooLong(fileTexts().line(source.name, lineNumber)),
            fileTexts().lineTooLongHint,
          );
        }
        // The last two bytes may be a CR whose LF comes only now.
        searchFrom = Math.max(0, (pending.length & ~1) - 2);
        await readMore();
      }
    },
  };
}

/** Where the last complete line of the bytes ends, looking no further back than `from`; 0 when there is none. */
function lastLineEnd(bytes: Buffer, from: number, encoding: string): number {
  if (encoding === 'utf-16le') return lastLineEndOf16(bytes, from, 0);
  if (encoding === 'utf-16be') return lastLineEndOf16(bytes, from, 1);
  for (let index = bytes.length - 1; index >= from; index -= 1) {
    const byte = bytes[index];
    // A CR as the last byte may be half of a CR LF.
    if (byte === LF || (byte === CR && index < bytes.length - 1)) return index + 1;
  }
  return 0;
}

function lastLineEndOf16(bytes: Buffer, from: number, lowByte: 0 | 1): number {
  const last = (bytes.length & ~1) - 2;
  for (let index = last; index >= from; index -= 2) {
    if (bytes[index + 1 - lowByte] !== 0) continue;
    const byte = bytes[index + lowByte];
    if (byte === LF || (byte === CR && index < last)) return index + 2;
  }
  return 0;
}

const LF = 0x0a;
const CR = 0x0d;

type Place = { readonly encoding: TextEncoding; readonly offset: number; readonly lineNumber: number };

function badEncoding(name: string, bytes: Buffer, { encoding, offset, lineNumber }: Place) {
  const index = firstInvalidByte(bytes, encoding.name);
  const before = toUtf8(bytes.subarray(0, index), encoding.name) ?? Buffer.alloc(0);
  const byte = (bytes[index] ?? 0).toString(16).toUpperCase().padStart(2, '0');
  const { line, badByte, badByteTold, badByteFound } = fileTexts();
  return fileError(
    'BAD_ENCODING',
    badByte(line(name, lineNumber + countLineEnds(before)), byte, offset + index, encoding.name),
    encoding.source === 'told' ? (encoding.advice ?? badByteTold(encoding.name)) : badByteFound(encoding.name),
  );
}

/** Line ends in UTF-8 text: LF, CR LF, and CR alone. */
function countLineEnds(text: Buffer): number {
  let count = 0;
  for (let index = 0; index < text.length; index += 1) {
    const byte = text[index];
    if (byte === LF || (byte === CR && text[index + 1] !== LF)) count += 1;
  }
  return count;
}
