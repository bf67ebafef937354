import { existsSync } from 'node:fs';
import { EXIT, usageError } from '../base/errors.ts';
import type { Reporter } from '../calls/reporter.ts';
import { judgeRoundIds } from '../intake/round-ids.ts';
import { scanInput } from '../intake/scan.ts';
import type { JobSettings } from '../job/job-settings.ts';
import type { RunDocument } from '../result/run-document.ts';
import { runDocument } from '../result/summary.ts';
import { writeResult } from '../result/write-result.ts';

/** Checks a file as a run would, without a call, and writes the result file that a run would begin with. */
export async function validateFile(
  job: { settings: JobSettings; inputPath: string; resultPath: string; mayReplaceResult: boolean },
  parts: { reporter: Reporter; nowMs: () => number },
): Promise<RunDocument> {
  const startedMs = parts.nowMs();
  if (!job.mayReplaceResult && existsSync(job.resultPath)) {
    throw usageError(
      'RESULT_EXISTS',
      `The result file ${job.resultPath} is there already; it was left as it is.`,
      'Name another with -o, or replace it with --yes.',
    );
  }
  const settings = await judgeRoundIds(job.inputPath, job.settings);
  const scan = await scanInput(job.inputPath, settings, () => false);
  try {
    const tally = await writeResult({
      ...job,
      settings,
      scan,
      records: [],
      found: undefined,
      notSent: { errorCode: '', message: '' },
    });
    for (const { rowNumber, lineNumber, message } of scan.firstIssues) {
      parts.reporter.note(`Row ${rowNumber} (line ${lineNumber}), ${message}`);
    }
    const hiddenCount = scan.invalidCount - new Set(scan.firstIssues.map(({ rowNumber }) => rowNumber)).size;
    if (hiddenCount > 0) parts.reporter.note(`… and ${hiddenCount} more rows: see the result file.`);
    return runDocument({
      runId: null,
      job,
      tally,
      state: 'finished',
      vendors: {},
      elapsedMs: parts.nowMs() - startedMs,
      exitCode: tally.rows.invalid > 0 ? EXIT.rowsFailed : EXIT.ok,
    });
  } finally {
    scan.seenKeys.close();
  }
}
