import { closeSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EXIT, errorText, OperatorError } from '../base/errors.ts';
import { readAllAtOnce, writeAllAtOnce } from '../base/whole-bytes.ts';
import { decodeTexts, encodeTexts } from '../stage/stage-block.ts';
import { intakeTexts } from '../texts/tables/intake.ts';

/**
 * Which row first named each member of a file. Exact, in 15 to 20 bytes of memory a key: a table holds a hash and the
 * number of the entry, a list holds the row of each entry, the keys themselves go to a scratch file. A hit in the table
 * is only a candidate: the real key decides.
 *
 * Measured over a million keys on a busy machine: 0.6 µs a key, where a scratch database took 8 µs.
 */
export interface SeenKeys {
  /**
   * @returns the row that named the key first, `rowNumber` itself when it is the first
   * @throws OperatorError SCRATCH_FAILED (exit 5), as `claim` does
   */
  firstRowOf(key: string, rowNumber: number): number;
  /**
   * Gives the key to this row, whoever had it.
   *
   * @returns the row that had it, `rowNumber` itself when nobody had
   */
  claim(key: string, rowNumber: number): number;
  close(): void;
}

/** @param hashOf 32 bits, without a sign; a test gives one that collides */
export function openSeenKeys(hashOf: (key: string) => number = seededHash): SeenKeys {
  const keys = openKeyLog();
  /** Entry of each place of the table, from 1; 0: the place is free. */
  let places = new Uint32Array(FIRST_PLACES);
  let hashes = new Uint32Array(FIRST_PLACES);
  /** Of entry n in chunk `n >>> CHUNK_BITS`: a list that grows by copies would have twice its size for a moment. */
  const rowNumbers: Uint32Array[] = [];
  let entryCount = 0;

  /**
   * Half as many places again, as soon as three of four are taken: a search then looks at three places or four. The
   * old table and the new one are both there for a moment, and that moment decides how much memory a run needs.
   */
  const grow = (): void => {
    const [oldPlaces, oldHashes] = [places, hashes];
    const placeCount = Math.ceil(oldPlaces.length * 1.5);
    places = new Uint32Array(placeCount);
    hashes = new Uint32Array(placeCount);
    for (let old = 0; old < oldPlaces.length; old += 1) {
      const entry = oldPlaces[old] ?? 0;
      if (entry === 0) continue;
      const hash = oldHashes[old] ?? 0;
      let place = placeOf(hash, placeCount);
      while (places[place] !== 0) place = place + 1 === placeCount ? 0 : place + 1;
      places[place] = entry;
      hashes[place] = hash;
    }
  };

  /** The key's entry, entered for `rowNumber` when it is new. */
  const entryOf = (key: string, rowNumber: number): number => {
    const hash = hashOf(key);
    const placeCount = places.length;
    let place = placeOf(hash, placeCount);
    for (;;) {
      const entry = places[place] ?? 0;
      if (entry === 0) break;
      if (hashes[place] === hash && keys.read(entry - 1) === key) return entry;
      place = place + 1 === placeCount ? 0 : place + 1;
    }
    entryCount += 1;
    places[place] = entryCount;
    hashes[place] = hash;
    const index = entryCount - 1;
    if ((index & CHUNK_MASK) === 0) rowNumbers.push(new Uint32Array(CHUNK_MASK + 1));
    setRow(index, rowNumber);
    keys.add(key);
    const entry = entryCount;
    if (entryCount * 4 >= placeCount * 3) grow();
    return entry;
  };

  const rowOf = (index: number): number | undefined => rowNumbers[index >>> CHUNK_BITS]?.[index & CHUNK_MASK];

  const setRow = (index: number, rowNumber: number): void => {
    const chunk = rowNumbers[index >>> CHUNK_BITS];
    if (chunk !== undefined) chunk[index & CHUNK_MASK] = rowNumber;
  };

  return {
    firstRowOf: (key, rowNumber) => rowOf(entryOf(key, rowNumber) - 1) ?? rowNumber,
    claim(key, rowNumber) {
      const index = entryOf(key, rowNumber) - 1;
      const before = rowOf(index) ?? rowNumber;
      setRow(index, rowNumber);
      return before;
    },
    close: keys.close,
  };
}

const FIRST_PLACES = 2 ** 14;
const CHUNK_BITS = 14;
const CHUNK_MASK = 2 ** CHUNK_BITS - 1;

/** The hash as a share of the table: exact, for both have 32 bits at most. */
function placeOf(hash: number, placeCount: number): number {
  return Math.floor((hash / 2 ** 32) * placeCount);
}

/** FNV-1a over UTF-16 units, with a seed of its own in each process: nobody can make keys that all collide. */
function seededHash(key: string): number {
  let hash = SEED;
  for (let index = 0; index < key.length; index += 1) {
    hash = Math.imul(hash ^ key.charCodeAt(index), 0x01000193);
  }
  // The high bits choose the place: the low ones are mixed in.
  hash ^= hash >>> 15;
  hash = Math.imul(hash, 0x2c1b3c6d);
  hash ^= hash >>> 12;
  return Math.imul(hash, 0x297a2d39) >>> 0;
}

const SEED = (Math.random() * 2 ** 32) >>> 0;

/** Keys by their number. The newest are in memory, the others in a scratch file, in blocks. */
function openKeyLog(): { add(key: string): void; read(index: number): string | undefined; close(): void } {
  let newest: string[] = [];
  const blocks: { readonly offset: number; readonly length: number }[] = [];
  const decoded = new Map<number, string[]>();
  let file: number | undefined;
  let folder: string | undefined;
  let offset = 0;

  const readBlock = (block: number): string[] => {
    const known = decoded.get(block);
    if (known) return known;
    const { offset: from = 0, length = 0 } = blocks[block] ?? {};
    const bytes = Buffer.allocUnsafe(length);
    orScratchFailed(() => {
      if (file !== undefined) readAllAtOnce(file, bytes, from);
    });
    const [keys = []] = decodeTexts(bytes);
    // Duplicates mostly lie in the order of the first rows: a few blocks serve nearly all of them.
    const [oldest] = decoded.keys();
    if (decoded.size >= BLOCKS_DECODED_MAX && oldest !== undefined) decoded.delete(oldest);
    decoded.set(block, keys);
    return keys;
  };

  return {
    add(key) {
      newest.push(key);
      if (newest.length < KEYS_PER_BLOCK) return;
      const bytes = encodeTexts([newest]);
      orScratchFailed(() => {
        if (file === undefined) {
          // Gone from its folder at once, so that nothing stays behind whatever ends this process.
          folder = mkdtempSync(join(tmpdir(), 'memberload-'));
          file = openSync(join(folder, 'keys'), 'wx+', 0o600);
          removeScratch(folder);
        }
        writeAllAtOnce(file, bytes, offset);
      });
      blocks.push({ offset, length: bytes.length });
      offset += bytes.length;
      newest = [];
    },
    read(index) {
      const block = Math.floor(index / KEYS_PER_BLOCK);
      return (block < blocks.length ? readBlock(block) : newest)[index % KEYS_PER_BLOCK];
    },
    close() {
      if (file !== undefined) closeSync(file);
      file = undefined;
      if (folder !== undefined) removeScratch(folder);
    },
  };
}

/** A key that is lost here would be a duplicate that nobody sees: the input is not taken. */
function orScratchFailed(work: () => void): void {
  try {
    work();
  } catch (error) {
    throw new OperatorError({
      code: 'SCRATCH_FAILED',
      message: intakeTexts().scratchFailed(tmpdir(), errorText(error)),
      hint: intakeTexts().scratchFailedHint,
      exitCode: EXIT.stopped,
      cause: error,
    });
  }
}

/** Windows keeps an open file in its folder: it is removed when the log is closed. */
function removeScratch(folder: string): void {
  try {
    rmSync(folder, { recursive: true, force: true });
  } catch {
    // Tried again by `close`.
  }
}

const KEYS_PER_BLOCK = 4096;
const BLOCKS_DECODED_MAX = 64;
