import { assert } from '../base/errors.ts';
import type { ScratchFile } from './scratch-file.ts';

/** What is known of a key: the hash by which it is looked for, where the key itself stands, the row that has it. */
export type KeyRecord = { readonly hash: number; readonly entry: number; readonly rowNumber: number };

/** Keys that were put aside to the disk. */
export type KeyRun = {
  /** The records with this hash; nearly always none, which a filter in memory says. */
  find(hash: number): readonly KeyRecord[];
};

/**
 * Puts `count` records aside, sorted by hash. In memory stay a filter, which lets one absent hash of a thousand through,
 * and the first hash of each page: together 2.7 bytes for a key.
 */
export function writeKeyRun(file: ScratchFile, count: number, sorted: Iterable<KeyRecord>): KeyRun {
  const filter = hashFilter(count);
  const firstHashes = new Uint32Array(Math.ceil(count / PAGE_RECORDS));
  const page = new Uint32Array(PAGE_RECORDS * RECORD_WORDS);
  let start: number | undefined;
  let place = 0;
  for (const { hash, entry, rowNumber } of sorted) {
    filter.add(hash);
    const placeInPage = place % PAGE_RECORDS;
    if (placeInPage === 0) firstHashes[place / PAGE_RECORDS] = hash;
    const at = placeInPage * RECORD_WORDS;
    page[at] = hash;
    page[at + 1] = entry;
    page[at + 2] = rowNumber;
    place += 1;
    if (placeInPage + 1 < PAGE_RECORDS && place < count) continue;
    const position = file.append(new Uint8Array(page.buffer, 0, (at + RECORD_WORDS) * 4));
    start ??= position;
  }
  assert(place === count, 'as many records come as were told');
  return { find: (hash) => (filter.mayHave(hash) ? findIn(file, start ?? 0, count, firstHashes, hash) : []) };
}

/** Pages follow each other from `start` on. */
function findIn(file: ScratchFile, start: number, count: number, firstHashes: Uint32Array, hash: number): KeyRecord[] {
  const found: KeyRecord[] = [];
  // Records of one hash may begin on the page before the one that begins with it.
  let page = Math.max(0, countBelow(firstHashes, hash) - 1);
  for (; (firstHashes[page] ?? Infinity) <= hash; page += 1) {
    const words = new Uint32Array(Math.min(PAGE_RECORDS, count - page * PAGE_RECORDS) * RECORD_WORDS);
    file.read(new Uint8Array(words.buffer), start + page * PAGE_RECORDS * RECORD_WORDS * 4);
    for (let at = 0; at < words.length; at += RECORD_WORDS) {
      if (words[at] === hash) found.push({ hash, entry: words[at + 1] ?? 0, rowNumber: words[at + 2] ?? 0 });
    }
  }
  return found;
}

const RECORD_WORDS = 3;
const PAGE_RECORDS = 256;

/** How many of the sorted numbers are less than `limit`. */
function countBelow(sorted: Uint32Array, limit: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] ?? 0) < limit) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** A Bloom filter of some 20 bits for each hash. */
function hashFilter(count: number): { add(hash: number): void; mayHave(hash: number): boolean } {
  // A power of two, so that a place in it is the top bits of a number.
  const size = Math.max(5, Math.ceil(Math.log2(count * FILTER_BITS)));
  const shift = 32 - size;
  const bits = new Uint32Array(2 ** (size - 5));
  return {
    add(hash) {
      const step = stepOf(hash);
      let at = hash;
      for (let probe = 0; probe < FILTER_PROBES; probe += 1) {
        const bit = at >>> shift;
        bits[bit >>> 5] = (bits[bit >>> 5] ?? 0) | (1 << (bit & 31));
        at = (at + step) | 0;
      }
    },
    mayHave(hash) {
      const step = stepOf(hash);
      let at = hash;
      for (let probe = 0; probe < FILTER_PROBES; probe += 1) {
        const bit = at >>> shift;
        if (((bits[bit >>> 5] ?? 0) & (1 << (bit & 31))) === 0) return false;
        at = (at + step) | 0;
      }
      return true;
    },
  };
}

const FILTER_BITS = 16;
const FILTER_PROBES = 4;

function stepOf(hash: number): number {
  return Math.imul(hash, 0x9e3779b1) | 1;
}
