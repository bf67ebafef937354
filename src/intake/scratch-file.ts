import { closeSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EXIT, errorText, OperatorError } from '../base/errors.ts';
import { readAllAtOnce, writeAllAtOnce } from '../base/whole-bytes.ts';
import { intakeTexts } from '../texts/tables/intake.ts';

/** A file of this process alone, in the folder for temporary files, made by the first bytes that go there. */
export type ScratchFile = {
  /**
   * @returns where the bytes stand
   * @throws OperatorError SCRATCH_FAILED (exit 5)
   */
  append(bytes: Uint8Array): number;
  /** Fills `bytes` with what stands there; throws as `append`. */
  read(bytes: Uint8Array, position: number): void;
  close(): void;
};

export function openScratchFile(): ScratchFile {
  let file: number | undefined;
  let folder: string | undefined;
  let length = 0;
  return {
    append(bytes) {
      const position = length;
      orScratchFailed(() => {
        if (file === undefined) {
          // Gone from its folder at once, so that nothing stays behind whatever ends this process.
          folder = mkdtempSync(join(tmpdir(), 'memberload-'));
          file = openSync(join(folder, 'keys'), 'wx+', 0o600);
          removeScratch(folder);
        }
        writeAllAtOnce(file, bytes, position);
      });
      length += bytes.length;
      return position;
    },
    read: (bytes, position) =>
      orScratchFailed(() => {
        if (file !== undefined) readAllAtOnce(file, bytes, position);
      }),
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

/** Windows keeps an open file in its folder: it is removed when the file is closed. */
function removeScratch(folder: string): void {
  try {
    rmSync(folder, { recursive: true, force: true });
  } catch {
    // Tried again by `close`.
  }
}
