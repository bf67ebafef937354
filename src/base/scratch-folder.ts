import { lstat, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { intakeTexts } from '../texts/tables/intake.ts';
import { errorText, usageError } from './errors.ts';

const PREFIX = 'memberload-scratch-';

/** In nobody's use for so long. Whoever still writes there changes a file now and then. */
const LEFTOVER_AGE_MS = 60 * 60_000;

/**
 * A folder of this user alone for what cannot be kept in memory. Removes those of commands that were killed.
 *
 * @throws OperatorError SCRATCH_NOT_WRITABLE (exit 2)
 */
export async function makeScratchFolder(): Promise<string> {
  await removeLeftScratchFolders();
  try {
    return await mkdtemp(join(tmpdir(), PREFIX));
  } catch (error) {
    const { scratchFailed, scratchFailedHint } = intakeTexts();
    throw usageError('SCRATCH_NOT_WRITABLE', scratchFailed(tmpdir(), errorText(error)), scratchFailedHint);
  }
}

/** Members' data of commands that were killed: they would lie there until the next start of the machine. */
export async function removeLeftScratchFolders(): Promise<void> {
  for (const name of await readdir(tmpdir()).catch(() => [])) {
    if (!name.startsWith(PREFIX)) continue;
    const folder = join(tmpdir(), name);
    const changedMs = await lastChangeOf(folder);
    // Those of other users cannot be removed, and need not be.
    if (Date.now() - changedMs > LEFTOVER_AGE_MS) await rm(folder, { recursive: true, force: true }).catch(() => {});
  }
}

/** Of the folder and of what lies in it; now, where that cannot be read. A link that somebody has put there is left. */
async function lastChangeOf(folder: string): Promise<number> {
  try {
    const names = (await lstat(folder)).isDirectory() ? await readdir(folder) : undefined;
    if (names === undefined) return Date.now();
    const times = await Promise.all(['.', ...names].map(async (name) => (await lstat(join(folder, name))).mtimeMs));
    return Math.max(...times);
  } catch {
    return Date.now();
  }
}
