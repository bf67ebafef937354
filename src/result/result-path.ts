import { createHash } from 'node:crypto';
import type { BigIntStats } from 'node:fs';
import { lstat, open, realpath } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { errorText, OperatorError, usageError } from '../base/errors.ts';
import { isInsideFolder, statOf } from '../base/inside-folder.ts';
import { openTable } from '../csv/open-table.ts';
import { resultTexts } from '../texts/tables/result.ts';

/** What a result file must not be. */
export type ResultPathRules = {
  /** Files that are never replaced: the input, settings, key and mapping files. Those that are not there do no harm. */
  readonly protectedPaths: readonly string[];
  /** Nothing in this folder is ever replaced. */
  readonly homeFolder: string;
  /** `--overwrite`: an earlier result may be replaced. */
  readonly mayReplace: boolean;
  /** Hashes of the file as the run itself wrote it: such a file is replaced without being asked for. */
  readonly ownSha256s: readonly string[];
  /** `fileMark` of the file when it was seen to be the run's own: in that state it is not read once more. */
  readonly ownMark?: string;
};

/**
 * Looks whether a result may be written to `path`, before the first call. By device and inode, so that a link or
 * another spelling of the name is no way round.
 *
 * @throws OperatorError (exit 2) with what is there instead, and what to do
 */
export async function checkResultPath(path: string, rules: ResultPathRules): Promise<void> {
  const folder = await realFolder(path);
  const real = await realFile(path, folder);
  if ((await isInsideFolder(folder, rules.homeFolder)) || (await isInsideFolder(dirname(real), rules.homeFolder))) {
    throw refused(path, resultTexts().inHome);
  }
  for (const protectedPath of rules.protectedPaths) {
    if (await isSameFile(real, protectedPath)) {
      throw refused(path, resultTexts().isRead(protectedPath));
    }
  }
  const found = await statOf(real);
  if (found === undefined) return;
  if (found.isDirectory()) throw refused(path, resultTexts().isFolder);
  if (!found.isFile()) throw refused(path, resultTexts().isNoFile);
  if (rules.ownMark === markOf(found)) return;
  if (rules.ownSha256s.length > 0 && rules.ownSha256s.includes(await sha256Of(real))) return;
  if (!rules.mayReplace) {
    throw usageError('RESULT_EXISTS', resultTexts().exists(path), resultTexts().existsHint);
  }
  if (!(await isEarlierResult(real, found.size))) {
    throw refused(path, resultTexts().isNoResult);
  }
}

/** Whether the file at `path` is another than this run wrote last: a person has corrected it since, or it is another's. */
export async function isChangedResult(path: string, ownSha256s: readonly string[]): Promise<boolean> {
  const sha256 = await sha256OfFile(path);
  return sha256 !== undefined && !ownSha256s.includes(sha256);
}

/** Undefined: no regular file is there. */
export async function sha256OfFile(path: string): Promise<string | undefined> {
  return (await statOf(path))?.isFile() ? sha256Of(path) : undefined;
}

/** Tells one state of a file from another without reading the file; undefined: nothing is there. */
export async function fileMark(path: string): Promise<string | undefined> {
  const found = await statOf(path);
  return found && markOf(found);
}

/** A name beside `path` that a run takes when the file there is not its own any more. */
export function besideResult(path: string, runId: string): string {
  const ending = /\.(csv|xlsx)$/i.exec(path)?.[0] ?? '';
  return join(dirname(path), `${basename(path, ending)}.${runId}${ending || '.csv'}`);
}

async function realFolder(path: string): Promise<string> {
  try {
    return await realpath(dirname(path));
  } catch (error) {
    throw refused(path, resultTexts().noFolder(errorText(error)));
  }
}

/** The file that the path means. A link stays one: its target is what would be replaced. */
async function realFile(path: string, folder: string): Promise<string> {
  try {
    return await realpath(path);
  } catch {
    const own = join(folder, basename(path));
    // Nothing is there, unless a link is there that leads nowhere: `open` would make its target.
    if (await isDanglingLink(own)) throw refused(path, resultTexts().deadLink);
    return own;
  }
}

async function isDanglingLink(path: string): Promise<boolean> {
  return lstat(path).then(
    (found) => found.isSymbolicLink(),
    () => false,
  );
}

async function isSameFile(left: string, right: string): Promise<boolean> {
  if (left === right) return true;
  const [a, b] = [await statOf(left), await statOf(right)];
  return a !== undefined && b !== undefined && a.dev === b.dev && a.ino === b.ino;
}

function markOf({ dev, ino, size, mtimeNs }: BigIntStats): string {
  return [dev, ino, size, mtimeNs].join(' ');
}

const HASHED_AT_ONCE = 256 * 1024;

/**
 * A result has 100 MB and more, and `resume` waits for it. Two buffers again and again, of which one is read while the
 * other is hashed: a stream takes four times as long.
 */
async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256');
  const buffers = [Buffer.allocUnsafe(HASHED_AT_ONCE), Buffer.allocUnsafe(HASHED_AT_ONCE)] as const;
  const file = await open(path);
  try {
    let reading = file.read(buffers[0]);
    for (;;) {
      const { bytesRead, buffer } = await reading;
      if (bytesRead === 0) return hash.digest('hex');
      reading = file.read(buffer === buffers[0] ? buffers[1] : buffers[0]);
      hash.update(buffer.subarray(0, bytesRead));
    }
  } finally {
    await file.close();
  }
}

/** The header of what `--dry-run -o` writes. */
const DIFF_HEADER = ['row', 'target', 'key', 'action'];

/**
 * A result is known by its column `result_status`, in a CSV file as in a workbook. What has none, such as an export of
 * everybody, counts only by the hash that the ledger keeps. An empty file holds nothing to lose.
 */
async function isEarlierResult(path: string, size: bigint): Promise<boolean> {
  if (size === 0n) return true;
  try {
    const table = await openTable({ path }, { raw: false, isHeaderName: (text) => text === 'result_status' });
    await table.close();
    const { header } = table;
    return header.includes('result_status') || DIFF_HEADER.every((name, index) => header[index] === name);
  } catch (error) {
    if (error instanceof OperatorError) return false;
    throw error;
  }
}

function refused(path: string, [why, hint]: readonly [why: string, hint: string]): OperatorError {
  return usageError('RESULT_NOT_WRITABLE', resultTexts().notWritable(path, why), hint);
}
