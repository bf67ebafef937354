import { decodeTexts, encodeTexts } from '../stage/stage-block.ts';
import { type KeyRecord, type KeyRun, writeKeyRun } from './key-run.ts';
import { openScratchFile, type ScratchFile } from './scratch-file.ts';

/**
 * Which row first named each member of a file. Exact, in memory that hardly grows with the file (3 bytes a key): a
 * table holds the hashes of the newest keys; whenever it is full it goes to a scratch file, sorted. The keys themselves
 * go there too. A hash that is found is only a candidate: the real key decides.
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

type SeenKeysOptions = {
  /** 32 bits, without a sign; a test gives one that collides. */
  readonly hashOf?: ((key: string) => number) | undefined;
  /** How many keys the table holds before it goes to the disk. */
  readonly tableKeysMax?: number;
};

export function openSeenKeys({ hashOf = seededHash, tableKeysMax = TABLE_KEYS_MAX }: SeenKeysOptions = {}): SeenKeys {
  const file = openScratchFile();
  const keys = keyLog(file);
  const runs: KeyRun[] = [];
  const table = keyTable(keys);

  /** The newest record of a key that the table does not hold. */
  const findAside = (key: string, hash: number): KeyRecord | undefined => {
    for (let index = runs.length - 1; index >= 0; index -= 1) {
      const found = runs[index]?.find(hash).find(({ entry }) => keys.read(entry) === key);
      if (found !== undefined) return found;
    }
    return undefined;
  };

  const add = (key: string, hash: number, rowNumber: number): void => {
    table.add(key, hash, rowNumber);
    if (table.count() < tableKeysMax) return;
    runs.push(writeKeyRun(file, table.count(), table.sortedByHash()));
    table.clear();
  };

  return {
    firstRowOf(key, rowNumber) {
      const hash = hashOf(key);
      const known = table.rowOf(table.find(key, hash)) ?? findAside(key, hash)?.rowNumber;
      if (known === undefined) add(key, hash, rowNumber);
      return known ?? rowNumber;
    },
    claim(key, rowNumber) {
      const hash = hashOf(key);
      const entry = table.find(key, hash);
      const known = table.rowOf(entry);
      if (known !== undefined) {
        table.setRow(entry, rowNumber);
        return known;
      }
      const aside = findAside(key, hash);
      // What lies on the disk stays as it is: the newest record of a key is the one that counts.
      add(key, hash, rowNumber);
      return aside?.rowNumber ?? rowNumber;
    },
    close: file.close,
  };
}

/** Five megabytes and a half. */
const TABLE_KEYS_MAX = 384 * 1024;

/** Entries are counted from 1, so that 0 says that there is none. */
type KeyTable = {
  /** The key's entry; 0 when it has none here. */
  find(key: string, hash: number): number;
  /** Undefined for entry 0. */
  rowOf(entry: number): number | undefined;
  setRow(entry: number, rowNumber: number): void;
  /** For a key that has no entry. */
  add(key: string, hash: number, rowNumber: number): void;
  count(): number;
  /** Once, before `clear`: the table is no table any more. */
  sortedByHash(): Iterable<KeyRecord>;
  clear(): void;
};

function keyTable(keys: KeyLog): KeyTable {
  /** Of the log, that are not in this table. */
  let keysBefore = 0;
  /** The entry and, in the bits above it, the low bits of its hash: a search looks nearly always here alone. */
  let places = new Uint32Array(FIRST_PLACES);
  let hashes = new Uint32Array(FIRST_ENTRIES);
  let rowNumbers = new Uint32Array(FIRST_ENTRIES);
  let count = 0;

  const freePlaceOf = (hash: number): number => {
    let place = placeOf(hash, places.length);
    while (places[place] !== 0) place = place + 1 === places.length ? 0 : place + 1;
    return place;
  };

  const grow = (): void => {
    [hashes, rowNumbers] = [doubled(hashes), doubled(rowNumbers)];
    places = new Uint32Array(places.length * 2);
    for (let entry = 1; entry <= count; entry += 1) enter(entry);
  };

  const enter = (entry: number): void => {
    const hash = hashes[entry - 1] ?? 0;
    places[freePlaceOf(hash)] = (hash << ENTRY_BITS) | entry;
  };

  /** To the front of the table, in the order of their places; those that found no place at its end last. */
  const gatherEntries = (): void => {
    const fromStart: number[] = [];
    let to = 0;
    for (let place = 0; place < places.length; place += 1) {
      const entry = (places[place] ?? 0) & ENTRY_MASK;
      if (entry === 0) continue;
      if (placeOf(hashes[entry - 1] ?? 0, places.length) > place) fromStart.push(entry);
      else places[to++] = entry;
    }
    for (const entry of fromStart) places[to++] = entry;
  };

  return {
    find(key, hash) {
      const placeCount = places.length;
      const lowBits = hash << ENTRY_BITS;
      let place = placeOf(hash, placeCount);
      for (;;) {
        const found = places[place] ?? 0;
        if (found === 0) return 0;
        const entry = found & ENTRY_MASK;
        const isCandidate = (found ^ lowBits) >>> ENTRY_BITS === 0 && hashes[entry - 1] === hash;
        if (isCandidate && keys.read(keysBefore + entry - 1) === key) return entry;
        place = place + 1 === placeCount ? 0 : place + 1;
      }
    },
    rowOf: (entry) => (entry === 0 ? undefined : rowNumbers[entry - 1]),
    setRow(entry, rowNumber) {
      rowNumbers[entry - 1] = rowNumber;
    },
    add(key, hash, rowNumber) {
      if (count === hashes.length) grow();
      keys.add(key);
      hashes[count] = hash;
      rowNumbers[count] = rowNumber;
      count += 1;
      enter(count);
    },
    clear() {
      keysBefore += count;
      count = 0;
      places.fill(0);
    },
    count: () => count,
    *sortedByHash() {
      gatherEntries();
      const hashOf = (place: number): number => hashes[(places[place] ?? 0) - 1] ?? 0;
      // The place follows from the hash: nearly all stand in order, and the others near their place.
      for (let place = 1; place < count; place += 1) {
        const entry = places[place] ?? 0;
        const hash = hashOf(place);
        let to = place;
        for (; to > 0 && hashOf(to - 1) > hash; to -= 1) places[to] = places[to - 1] ?? 0;
        places[to] = entry;
      }
      for (let place = 0; place < count; place += 1) {
        const index = (places[place] ?? 0) - 1;
        yield { hash: hashes[index] ?? 0, entry: keysBefore + index, rowNumber: rowNumbers[index] ?? 0 };
      }
    },
  };
}

/** As many as `TABLE_KEYS_MAX` needs. */
const ENTRY_BITS = 19;
const ENTRY_MASK = 2 ** ENTRY_BITS - 1;

/** Two places of three are taken at most: a search then looks at two or three. */
const FIRST_ENTRIES = 12 * 1024;
const FIRST_PLACES = (FIRST_ENTRIES * 3) / 2;

function doubled(numbers: Uint32Array<ArrayBuffer>): Uint32Array<ArrayBuffer> {
  const longer = new Uint32Array(numbers.length * 2);
  longer.set(numbers);
  return longer;
}

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

type KeyLog = {
  add(key: string): void;
  /** By their number, from 0. */
  read(index: number): string | undefined;
};

/** The newest keys are in memory, the others in the file, in blocks. */
function keyLog(file: ScratchFile): KeyLog {
  let newest: string[] = [];
  const blocks: { readonly position: number; readonly length: number }[] = [];
  const decoded = new Map<number, string[]>();

  const readBlock = (block: number): string[] => {
    const known = decoded.get(block);
    if (known) return known;
    const { position = 0, length = 0 } = blocks[block] ?? {};
    const bytes = Buffer.allocUnsafe(length);
    file.read(bytes, position);
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
      blocks.push({ position: file.append(bytes), length: bytes.length });
      newest = [];
    },
    read(index) {
      const block = Math.floor(index / KEYS_PER_BLOCK);
      return (block < blocks.length ? readBlock(block) : newest)[index % KEYS_PER_BLOCK];
    },
  };
}

/** Few, so that a duplicate far from its first row costs little. */
const KEYS_PER_BLOCK = 512;
const BLOCKS_DECODED_MAX = 256;
