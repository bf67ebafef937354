import { usageError } from '../base/errors.ts';
import { checkExpectations } from '../intake/guard-topup.ts';
import type { JobSettings } from '../job/job-settings.ts';
import type { Ledger, RunRecord } from '../ledger/ledger.ts';
import { readSavedSettings } from '../settings/saved-settings.ts';
import { runTexts } from '../texts/runs/run.ts';
import type { FileRun, RunParts } from './run-parts.ts';
import { findStage } from './shared/shared-stage.ts';

/** The same command on the same bytes, read in the same way, for the same account and campaign, unfinished. */
export async function findSameRun(job: FileRun, sha256: string, ledger: Ledger): Promise<RunRecord | undefined> {
  const { command, mode, targets, campaign } = job.settings;
  const unfinished = await ledger.runs.listUnfinished({ command, account: job.account });
  return unfinished.find((run) => {
    if (run.inputSha256 !== sha256 || run.targets.join(',') !== targets.join(',')) return false;
    const began = readSavedSettings(run.settingsJson).job;
    return began.mode === mode && began.campaign === campaign && readsOf(began) === readsOf(job.settings);
  });
}

/** What decides which rows and columns the same bytes are. */
function readsOf({ sheet, headerRow, columnMap }: JobSettings): string {
  return JSON.stringify([sheet, headerRow, Object.entries(columnMap ?? {}).sort()]);
}

/**
 * A run goes on as it began. A command whose flags mean something else than those must not be taken for its
 * continuation: `--skip-credited` would carry on what `--again` began, and credit twice.
 *
 * @throws OperatorError OTHER_FLAGS (exit 2); TOTALS_DIFFER (exit 3)
 */
export async function requireSameMeaning(
  run: RunRecord,
  { settings, expectations }: FileRun,
  parts: RunParts,
): Promise<void> {
  const { runId } = run;
  const began = readSavedSettings(run.settingsJson).job;
  const isSame = (name: keyof typeof FLAGS): boolean => JSON.stringify(began[name]) === JSON.stringify(settings[name]);
  const isUsed = (name: keyof typeof FLAGS): boolean => {
    if (name === 'columns') return settings.command === 'export';
    if (name === 'country') return settings.targets.includes('wonder');
    return name !== 'dateFormats' || settings.command === 'import';
  };
  // The config file may have been changed meanwhile in what this command does not read.
  const differing = NAMES.filter((name) => isUsed(name) && !isSame(name)).map((name) => FLAGS[name]);
  if (differing.length > 0) {
    throw usageError('OTHER_FLAGS', runTexts().otherFlags(runId, differing), runTexts().otherFlagsHint(runId));
  }
  if (Object.values(expectations).every((expected) => expected === undefined)) return;
  const staged = await findStage(run, began, parts);
  await staged.stage.close();
  checkExpectations(staged.facts.sums, expectations);
}

/** What decides which rows are sent, and with what. */
const FLAGS = {
  isAgain: '--again',
  skipsCredited: '--skip-credited',
  skipInvalid: '--skip-invalid',
  onDuplicate: '--on-duplicate',
  changesCategory: '--change-category',
  dateFormats: '--date-format',
  country: '--country',
  trustRoundIds: '--trust-round-ids',
  ignoresResults: '--ignore-results',
  encoding: '--encoding',
  delimiter: '--delimiter',
  raw: '--raw',
  columns: '--columns',
} as const satisfies Partial<Record<keyof JobSettings, string>>;

const NAMES = Object.keys(FLAGS) as (keyof typeof FLAGS)[];
