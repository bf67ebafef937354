import { existsSync } from 'node:fs';
import { fileError } from '../base/errors.ts';
import { zonedDateTime } from '../base/zoned-time.ts';
import type { JobSettings } from '../job/job-settings.ts';
import { rowDigestText } from '../job/row-key.ts';
import type { Ledger, RunRecord } from '../ledger/ledger.ts';
import type { FileRun } from '../run/file-run.ts';
import type { SavedSettings } from '../settings/run-settings.ts';
import { openInput } from './read-rows.ts';
import { rowsToDo } from './rows-to-do.ts';
import { openSeenKeys, type SeenKeys } from './seen-keys.ts';

/**
 * Refuses a top-up with rows that an unfinished run of the account still has to credit: the "rest" of a paused
 * run, put together by hand and sent as a file of its own, would be credited a second time when that run is
 * carried on. A row is the same when it names the same member in the same way with the same amounts.
 *
 * The other run's file is read again; one that was changed or is gone cannot be carried on either.
 *
 * @throws OperatorError UNFINISHED_RUN (exit 3)
 */
export async function guardUnfinishedRows(job: FileRun, ledger: Ledger): Promise<void> {
  if (job.settings.command !== 'topup' || job.isAgain) return;
  for (const run of ledger.runs.listUnfinished({ command: 'topup', account: job.account })) {
    const left = await readRowsLeft(run, ledger);
    try {
      if (left) await compare(job, run, left);
    } finally {
      left?.close();
    }
  }
}

/** The rows that the run has still to send, by their digest; undefined when it cannot be carried on. */
async function readRowsLeft(run: RunRecord, ledger: Ledger): Promise<SeenKeys | undefined> {
  if (!existsSync(run.inputPath)) return undefined;
  const { job: settings } = JSON.parse(run.settingsJson) as SavedSettings;
  const left = openSeenKeys();
  const seenKeys = openSeenKeys();
  try {
    const input = await openInput(run.inputPath, settings);
    const records = ledger.rows.iterate(run.runId);
    for await (const toDo of rowsToDo(input.rows, { settings, scan: { seenKeys }, records })) {
      for (const { input: row, targetRow } of toDo) left.firstRowOf(rowDigestText(targetRow.row), row.rowNumber);
    }
    if (input.sha256() === run.inputSha256) return left;
  } catch {
    // It cannot be read as it was: `resume` will say so.
  } finally {
    seenKeys.close();
  }
  left.close();
  return undefined;
}

async function compare(job: FileRun, run: RunRecord, left: SeenKeys): Promise<void> {
  let count = 0;
  let first = '';
  for await (const { rowNumber, lineNumber, text } of rowsToSend(job.inputPath, job.settings)) {
    const other = left.find(text);
    if (other === undefined) continue;
    if (count === 0) first = `Row ${rowNumber} (line ${lineNumber}) is its row ${other}.`;
    count += 1;
  }
  if (count === 0) return;
  const begun = zonedDateTime(run.createdMs, job.settings.storeZone);
  throw fileError(
    'UNFINISHED_RUN',
    `${count === 1 ? '1 row' : `${count} rows`} of this file ${count === 1 ? 'is' : 'are'} still to be credited by run ${run.runId}, begun on ${begun} with ${run.inputPath} and not finished. ${first}`,
    `Nothing was sent: carrying that run on would credit them twice. Carry it on with: memberload resume ${run.runId} — or, if these are meant besides, use --again.`,
  );
}

async function* rowsToSend(
  path: string,
  settings: JobSettings,
): AsyncGenerator<{ rowNumber: number; lineNumber: number; text: string }> {
  const input = await openInput(path, settings);
  for await (const { rowNumber, lineNumber, earlier, checked } of input.rows) {
    if (earlier === 'done' || earlier === 'in_doubt' || !checked.isValid) continue;
    for (const { row } of checked.targetRows) yield { rowNumber, lineNumber, text: rowDigestText(row) };
  }
}
