import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { open, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { assert, codeOf, EXIT, errorText, OperatorError } from '../base/errors.ts';
import { requireNoLink } from '../base/private-folder.ts';
import { syncFolder } from '../base/sync-folder.ts';
import { writeAll } from '../base/whole-bytes.ts';
import { settleRow } from '../job/check-row.ts';
import type { DamageId, RowIssue } from '../job/row-issue.ts';
import type { RowRange } from '../ledger/ledger.ts';
import { ledgerTexts } from '../texts/runs/ledger.ts';
import { decodeRows, decodeTexts, encodeRows, encodeTexts } from './stage-block.ts';
import type { StagedRow } from './staged-row.ts';

/**
 * The stage: a run's own copy of its input, made by the one pass that reads the input. Nothing after that pass
 * opens the input, so the input may be edited, sorted, moved or deleted while the run goes on.
 *
 * Two files in the run's folder, mode 0600:
 * - `stage`:       blocks of rows. Each block has two parts: what the rows ask for, and their cells as they stood.
 * - `stage.json`:  what is known of the whole file, and where each block lies. It is written last, so a stage
 *                  without `stage.json` was cut off by a kill and is no stage.
 *
 * Blocks keep memory flat, let a reader skip the cells it does not need, and let it begin at any row.
 */
export type StageBlock = {
  readonly rows: readonly StagedRow[];
  /** The records as they stood, in the order of `rows`. */
  readonly cells: readonly (readonly string[])[];
};

/** A row that turned out to be invalid only after it was staged. */
export type LateIssue = { readonly rowNumber: number; readonly issue: RowIssue };

/** What only the whole file could tell: rows that repeat a later row, and columns that a spreadsheet has damaged. */
export type LateVerdicts = { readonly issues: readonly LateIssue[]; readonly damages: readonly DamageId[] };

interface StageWriter {
  write(block: StageBlock): Promise<void>;
  /** Makes the stage durable. `facts` is whatever intake wants to keep of the whole file, as JSON. */
  commit(facts: object, late: LateVerdicts): Promise<void>;
  /** Removes what was written. Does nothing after `commit`. */
  abort(): Promise<void>;
}

export interface Stage {
  readonly rowCount: number;
  /** What `commit` was given, not checked: `intake` reads its own facts through a schema. */
  readonly facts: unknown;
  /** Whether the whole file told something that the rows could not tell while they were read. */
  readonly hasLateVerdicts: boolean;
  /** Its blocks, in order. */
  readonly parts: readonly StagedPart[];
  /**
   * The rows from that row on, without their cells, in blocks, or in pieces of so many rows. Blocks that are in `without`
   * are not read.
   */
  readRows(
    fromRow?: number,
    without?: ReadonlySet<StagedPart>,
    rowsAtOnce?: number,
  ): AsyncIterable<readonly StagedRow[]>;
  /** The same with the cells. */
  readBlocks(fromRow?: number): AsyncIterable<StageBlock>;
  close(): Promise<void>;
}

const DATA_FILE = 'stage';
const INDEX_FILE = 'stage.json';
const VERSION = 1;

/** Where a block lies: its first row, its number of rows, its place in the file, and the lengths of its two parts in bytes. */
type BlockPlace = readonly [
  firstRow: number,
  rowCount: number,
  offset: number,
  rowsLength: number,
  cellsLength: number,
  /** Stages of earlier versions have none. */
  writeCount?: number,
];

/** Which rows a block holds, and for how many targets of them something is to be sent; undefined: not known. */
export type StagedPart = RowRange & { readonly writeCount: number | undefined };

type StageIndex = {
  readonly version: number;
  readonly blocks: readonly BlockPlace[];
  readonly late: LateVerdicts;
  readonly facts: unknown;
};

export async function openStageWriter(folder: string): Promise<StageWriter> {
  const path = join(folder, DATA_FILE);
  const file = await orStageFailed(open(path, 'wx', 0o600));
  const blocks: BlockPlace[] = [];
  let offset = 0;
  let isOpen = true;
  /** One block goes to the disk while the next one is made. An error of it is that of the next write, or of the end. */
  let behind: Promise<void> = Promise.resolve();

  return {
    async write({ rows, cells }) {
      await behind;
      assert(rows.length === cells.length, 'a staged row has cells');
      const [first] = rows;
      if (first === undefined) return;
      const rowsPart = encodeRows(rows);
      const cellsPart = encodeTexts(cells);
      const writeCount = rows.reduce((sum, { targetRows }) => sum + targetRows.length, 0);
      blocks.push([first.rowNumber, rows.length, offset, rowsPart.length, cellsPart.length, writeCount]);
      offset += rowsPart.length + cellsPart.length;
      behind = orStageFailed(writeAll(file, Buffer.concat([rowsPart, cellsPart])));
      behind.catch(() => undefined);
    },
    async commit(facts, late) {
      await behind;
      const index: StageIndex = { version: VERSION, blocks, late, facts };
      await orStageFailed(
        (async () => {
          await file.sync();
          await file.close();
          isOpen = false;
          await writeDurably(join(folder, INDEX_FILE), JSON.stringify(index));
          await syncFolder(folder);
        })(),
      );
    },
    async abort() {
      if (!isOpen) return;
      isOpen = false;
      await behind.catch(() => undefined);
      await file.close();
      await rm(path, { force: true });
    },
  };
}

/** False also for one that was cut off while it was made. */
export function holdsStage(folder: string): boolean {
  return existsSync(join(folder, INDEX_FILE));
}

/** Undefined: the folder holds no stage, or one that was cut off while it was made. */
export async function openStage(folder: string): Promise<Stage | undefined> {
  const indexPath = join(folder, INDEX_FILE);
  requireNoLink(indexPath);
  requireNoLink(join(folder, DATA_FILE));
  let text: string;
  try {
    text = await readFile(indexPath, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw stageFailed(error);
  }
  // The file is our own and was written whole: what it holds needs no check beyond its version.
  const index = orDamaged(() => JSON.parse(text)) as StageIndex;
  const { version, blocks, late: lateVerdicts, facts } = index;
  assert(version === VERSION, `a stage of version ${version}`);
  const file = await orStageFailed(open(join(folder, DATA_FILE), 'r'));
  const late = new Map(lateVerdicts.issues.map(({ rowNumber, issue }) => [rowNumber, issue]));
  const damages = new Set(lateVerdicts.damages);
  const last = blocks.at(-1);

  const read = async (offset: number, length: number): Promise<Buffer> => {
    const bytes = Buffer.allocUnsafe(length);
    const { bytesRead } = await orStageFailed(file.read(bytes, 0, length, offset));
    if (bytesRead !== length) throw stageFailed(new Error('the file is shorter than it was'));
    return bytes;
  };
  async function* rowsOf([, , offset, length]: BlockPlace, rowsAtOnce: number): AsyncGenerator<readonly StagedRow[]> {
    const decoded = decodeRows(await read(offset, length), rowsAtOnce);
    const isSettled = late.size === 0 && damages.size === 0;
    for (;;) {
      const next = orDamaged(() => decoded.next());
      if (next.done) return;
      yield isSettled ? next.value : next.value.map((row) => withLateIssues(row, late, damages));
    }
  }
  const parts = blocks.map(
    ([firstRow, rowCount, , , , writeCount]): StagedPart => ({
      firstRow,
      lastRow: firstRow + rowCount - 1,
      writeCount,
    }),
  );
  const from = (fromRow: number, without?: ReadonlySet<StagedPart>): readonly BlockPlace[] =>
    blocks.filter((_, index) => {
      const part = parts[index];
      return part !== undefined && part.lastRow >= fromRow && !without?.has(part);
    });

  return {
    rowCount: last === undefined ? 0 : last[0] + last[1] - 1,
    facts,
    hasLateVerdicts: late.size > 0 || damages.size > 0,
    parts,
    async *readRows(fromRow = 1, without, rowsAtOnce = Number.POSITIVE_INFINITY) {
      for (const place of from(fromRow, without)) {
        for await (const rows of rowsOf(place, rowsAtOnce)) {
          const asked = place[0] < fromRow ? rows.filter(({ rowNumber }) => rowNumber >= fromRow) : rows;
          if (asked.length > 0) yield asked;
        }
      }
    },
    async *readBlocks(fromRow = 1) {
      for (const place of from(fromRow)) {
        const [firstRow, , offset, rowsLength, cellsLength] = place;
        const rows = (await rowsOf(place, Number.POSITIVE_INFINITY).next()).value ?? [];
        const bytes = await read(offset + rowsLength, cellsLength);
        const cells = orDamaged(() => decodeTexts(bytes));
        const skipped = Math.max(0, fromRow - firstRow);
        yield skipped === 0 ? { rows, cells } : { rows: rows.slice(skipped), cells: cells.slice(skipped) };
      }
    },
    close: () => file.close(),
  };
}

/** The row with what the whole file told about it. A row that is not to be sent stays as it is. */
export function withLateIssues(
  row: StagedRow,
  late: ReadonlyMap<number, RowIssue>,
  damages: ReadonlySet<DamageId>,
): StagedRow {
  if (row.targetRows.length === 0) return row;
  const repeated = late.get(row.rowNumber);
  const settled = settleRow(row, damages);
  const issues = [...settled.issues, ...(repeated ? [repeated] : [])];
  if (issues.length > 0) return { ...row, issues, targetRows: [] };
  if (settled.notes.length === 0) return row;
  return { ...row, targetRows: settled.targetRows, notes: [...(row.notes ?? []), ...settled.notes] };
}

/** Appears under its name whole and durable, or not at all. */
async function writeDurably(path: string, text: string): Promise<void> {
  const temporary = `${path}.${randomBytes(6).toString('hex')}`;
  const file = await open(temporary, 'wx', 0o600);
  try {
    await writeAll(file, Buffer.from(text));
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(temporary, path);
}

/** The files of a stage, in the order in which they are made: the last one makes it whole. */
export const STAGE_FILES = [DATA_FILE, INDEX_FILE] as const;

/** Makes a stage in the folder from a copy of its files. What a kill cut off is made anew. */
export async function receiveStage(
  folder: string,
  read: (file: string) => AsyncIterable<Buffer> | Iterable<Buffer>,
): Promise<void> {
  for (const name of STAGE_FILES) await receiveFile(join(folder, name), read(name));
  await orStageFailed(syncFolder(folder));
}

/** Makes a file of the run's folder from a copy, whole or not at all. Nothing when the copy holds nothing. */
export async function receiveFile(path: string, copy: AsyncIterable<Buffer> | Iterable<Buffer>): Promise<void> {
  const temporary = `${path}.${randomBytes(6).toString('hex')}`;
  const file = await orStageFailed(open(temporary, 'wx', 0o600));
  let isEmpty = true;
  try {
    for await (const bytes of copy) {
      isEmpty = false;
      await orStageFailed(writeAll(file, bytes));
    }
    await orStageFailed(file.sync());
  } finally {
    await file.close();
  }
  if (isEmpty) await rm(temporary, { force: true });
  else await orStageFailed(rename(temporary, path));
}

async function orStageFailed<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw stageFailed(error);
  }
}

/** What the disk gives back is not what was written. The error of whoever takes it apart may show what is there. */
function orDamaged<T>(work: () => T): T {
  try {
    return work();
  } catch {
    throw stageFailed(new Error('they do not hold what was written'));
  }
}

/** A failure of the disk under the run's own files. */
export function stageFailed(error: unknown): OperatorError {
  return new OperatorError({
    code: 'STAGE_FAILED',
    message: ledgerTexts().stageFailed(errorText(error)),
    hint: ledgerTexts().failedHint,
    exitCode: EXIT.stopped,
    cause: error,
  });
}
