import { closeSync, fdatasyncSync, fstatSync, ftruncateSync, readSync } from 'node:fs';
import { codeOf, unreachable } from '../../base/errors.ts';
import { writeAllAtOnce } from '../../base/whole-bytes.ts';
import { ledgerTexts } from '../../texts/runs/ledger.ts';
import { openPrivateFile } from './private-files.ts';
import { fdatasync } from './wal-file.ts';

/**
 * What the mark says of the ledger beside it.
 * - agrees:     the ledger knows every increment that was recorded from here
 * - older:      more were recorded than the ledger knows: a copy was put back, or its newest part was lost
 * - missing:    there is no mark although the ledger has recorded increments: nobody can tell
 * - unreadable: there is a mark, and it is none of ours
 */
type MarkState =
  | { readonly kind: 'agrees'; readonly countedInLedger: number }
  | { readonly kind: 'older'; readonly countedInLedger: number; readonly marked: number }
  | { readonly kind: 'missing'; readonly countedInLedger: number }
  | { readonly kind: 'unreadable'; readonly countedInLedger: number };

/**
 * How many increment intents were ever committed to the ledger, kept beside it in a file of its own. A copy
 * of the database that was put back knows fewer: it would take rows for new that were sent long ago.
 *
 * The database is committed first and the mark raised after, so that a crash between the two leaves a mark
 * that is too low, never one that is too high. A folder that was put back as a whole, mark included, cannot
 * be told from the newest.
 */
export interface HighWaterMark {
  readonly state: MarkState;
  /**
   * Writes the mark, so that a kill leaves it, and brings it to the disk within `REST_MS`, behind the caller's back:
   * nobody waits for it, because a mark that a power cut leaves a moment too low is still higher than any copy.
   */
  raise(count: number): void;
  /** Resolves once the mark is on the disk. */
  settle(): Promise<void>;
  /** Takes the ledger as it is for the newest: what a person says after having looked. */
  accept(count: number): void;
  /** Its file was deleted while it was open, and with it most likely the whole folder. */
  isRemoved(): boolean;
  close(): void;
}

/**
 * Between two ways of the mark to the disk. Brought there with every group of intents, it would double the work of the
 * disk that the groups wait for.
 */
const REST_MS = 50;

/** @param onFailure told when the mark cannot be brought to the disk */
export function openHighWaterMark(
  path: string,
  countedInLedger: number,
  onFailure: (error: unknown) => void,
): HighWaterMark {
  let file = openExisting(path);
  const marked = readMark(file);
  let state = compare(marked, countedInLedger);
  let markedCount = typeof marked === 'number' ? marked : -1;

  /** One write of always the same few bytes inside one sector: it is old or new, never half. */
  function write(count: number): number {
    file ??= openPrivateFile(path, { isNew: true });
    writeAllAtOnce(file, Buffer.from(renderMark(count)), 0);
    return file;
  }

  function standsAt(count: number): void {
    markedCount = count;
    state = { kind: 'agrees', countedInLedger: count };
  }

  let bringing: Promise<void> | undefined;
  /** Written since it was brought to the disk. */
  let isBehind = false;
  let isSettling = false;
  let endRest: () => void = () => undefined;

  async function bringToDisk(marked: number): Promise<void> {
    while (isBehind) {
      isBehind = false;
      await fdatasync(marked);
      if (!isSettling) {
        await new Promise<void>((resolve) => {
          endRest = resolve;
          setTimeout(resolve, REST_MS).unref();
        });
      }
    }
  }

  function writeNow(count: number): void {
    // What stood there may have been longer than a mark.
    ftruncateSync(write(count), renderMark(count).length);
    fdatasyncSync(write(count));
    standsAt(count);
  }

  // A new ledger, or a crash between a commit and its mark.
  if (state.kind === 'agrees' && markedCount !== countedInLedger) writeNow(countedInLedger);

  return {
    get state() {
      return state;
    },
    raise(count) {
      if (state.kind !== 'agrees' || count <= markedCount) return;
      const marked = write(count);
      standsAt(count);
      isBehind = true;
      bringing ??= bringToDisk(marked)
        .catch(onFailure)
        .finally(() => {
          bringing = undefined;
        });
    },
    async settle() {
      isSettling = true;
      endRest();
      while (bringing !== undefined) await bringing;
      isSettling = false;
    },
    accept(count) {
      markedCount = -1;
      writeNow(count);
    },
    isRemoved: () => file !== undefined && fstatSync(file).nlink === 0,
    close() {
      if (file !== undefined) closeSync(file);
    },
  };
}

const MARK = /^memberload-mark ([0-9]{20})\n$/;

function renderMark(count: number): string {
  return `memberload-mark ${String(count).padStart(20, '0')}\n`;
}

function openExisting(path: string): number | undefined {
  try {
    return openPrivateFile(path, { isNew: false });
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

function readMark(file: number | undefined): number | 'missing' | 'unreadable' {
  if (file === undefined) return 'missing';
  // One byte more than a mark has: what is longer is none of ours.
  const bytes = Buffer.alloc(renderMark(0).length + 1);
  const length = readSync(file, bytes, 0, bytes.length, 0);
  const digits = MARK.exec(bytes.toString('latin1', 0, length))?.[1];
  return digits === undefined ? 'unreadable' : Number(digits);
}

function compare(marked: ReturnType<typeof readMark>, countedInLedger: number): MarkState {
  if (marked === 'unreadable') return { kind: 'unreadable', countedInLedger };
  if (marked === 'missing') return { kind: countedInLedger === 0 ? 'agrees' : 'missing', countedInLedger };
  return marked > countedInLedger ? { kind: 'older', countedInLedger, marked } : { kind: 'agrees', countedInLedger };
}

/** Why nobody can tell whether the ledger is the newest; undefined: it is. */
export function describeDoubt(state: MarkState): string | undefined {
  switch (state.kind) {
    case 'agrees':
      return undefined;
    case 'older':
      return ledgerTexts().knowsFewer(state.countedInLedger, state.marked);
    case 'missing':
      return ledgerTexts().markMissing;
    case 'unreadable':
      return ledgerTexts().markUnreadable;
    default:
      return unreachable(state);
  }
}
