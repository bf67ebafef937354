import { open, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { isDevicePath } from '../base/device-path.ts';
import { fileError } from '../base/errors.ts';
import { openNewFile } from '../csv/new-file.ts';
import type { RunRecord } from '../ledger/ledger.ts';
import { resultTexts } from '../texts/tables/result.ts';

/** Every report begins so: nothing else is ever replaced by one. */
const START = '<!doctype html>\n<!-- memberload report ';

/** The first two lines of the report of a run. */
export function reportStart(runId: string): string {
  return `${START}${runId} -->\n`;
}

/**
 * `members.csv` → `members.report.html`, in the folder of the result. Undefined: the result went to standard output,
 * so the run has no folder of its own.
 */
export function reportPathOf({
  inputPath,
  resultPath,
}: Pick<RunRecord, 'inputPath' | 'resultPath'>): string | undefined {
  if (resultPath === '-' || resultPath === '') return undefined;
  const name = isDevicePath(inputPath) ? 'stdin' : basename(inputPath || resultPath);
  const ending = inputPath === '' ? /(\.result)?\.(csv|xlsx)$/i : /\.(csv|tsv|txt|xlsx)$/i;
  return join(dirname(resultPath), `${name.replace(ending, '')}.report.html`);
}

/**
 * Writes the report whole or not at all, mode 0600. An earlier report is replaced.
 *
 * @throws OperatorError (exit 3) when another file is there, or when it cannot be written
 */
export async function writeReportFile(path: string, page: string): Promise<void> {
  const { kind } = await reportAt(path);
  if (kind === 'other') {
    throw fileError('REPORT_EXISTS', resultTexts().reportExists(path), resultTexts().reportExistsHint);
  }
  const file = await openNewFile(path, { mayReplace: kind === 'report' });
  try {
    await file.write(Buffer.from(page));
    await file.commit();
  } finally {
    await file.abort();
  }
}

/** What is at the path: nothing, a report and of which run, or another thing. */
export async function reportAt(
  path: string,
): Promise<{ readonly kind: 'none' | 'other' | 'report'; readonly runId?: string }> {
  const there = await stat(path).catch(() => undefined);
  if (there === undefined) return { kind: 'none' };
  // Before the open: opening a pipe waits for its writer.
  const file = there.isFile() ? await open(path, 'r').catch(() => undefined) : undefined;
  if (file === undefined) return { kind: 'other' };
  try {
    const bytes = Buffer.alloc(START.length + 60);
    const { bytesRead } = await file.read(bytes, 0, bytes.length, 0);
    const text = bytes.toString('latin1', 0, bytesRead);
    const runId = text.startsWith(START) ? /^[0-9a-f-]+(?= -->)/.exec(text.slice(START.length))?.[0] : undefined;
    return runId === undefined ? { kind: 'other' } : { kind: 'report', runId };
  } finally {
    await file.close();
  }
}
