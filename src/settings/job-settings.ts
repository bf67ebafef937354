import * as v from 'valibot';
import { usageError } from '../base/errors.ts';
import type { ControlSettings } from '../calls/control-settings.ts';
import type { FileKind } from '../job/columns.ts';
import { chooseFields } from '../job/fetched-fields.ts';
import type { JobCommand, JobSettings } from '../job/job-settings.ts';
import { checkValidationOptions } from '../job/validate-row.ts';
import type { Target } from '../ledger/ledger.ts';
import { settingsTexts } from '../texts/cli/settings.ts';
import { parseJsonFile, readTextFile } from './read-text-file.ts';
import { repeatedFlags } from './repeated-flags.ts';
import type { Connection, Expectations } from './run-settings.ts';
import type { Settings } from './settings.ts';

/** What the command is to do, from its flags. @throws OperatorError (exit 2) */
export function readJobSettings(settings: Settings, command: JobCommand): JobSettings {
  const dateFormat = settings.get('dateFormat');
  const job: JobSettings = {
    command,
    ...readTargets(settings, command),
    mode: settings.get('mode'),
    columns: settings.get('columns'),
    encoding: settings.get('encoding'),
    delimiter: settings.get('delimiter'),
    raw: settings.get('raw'),
    headerRow: settings.get('headerRow'),
    sheet: settings.get('sheet'),
    excel: settings.get('excel'),
    columnMap: readColumnMap(settings),
    dateFormats: dateFormat === undefined ? undefined : [dateFormat],
    country: settings.get('country'),
    trustRoundIds: settings.get('trustRoundIds'),
    storeZone: settings.get('timeZone'),
    lookup: settings.get('lookup'),
    changesCategory: command === 'import' && settings.get('changeCategory'),
    onDuplicate: settings.get('onDuplicate'),
    skipInvalid: settings.get('skipInvalid'),
    campaign: settings.get('campaign') ?? '',
    repeatWindowMs: settings.get('repeatWindow'),
    skipsCredited: settings.get('skipCredited'),
    isAgain: settings.get('again'),
    readsBefore: settings.get('readBefore'),
    ignoresResults: settings.get('ignoreResults'),
  };
  checkValidationOptions({
    mode: job.mode,
    ...(job.dateFormats && { dateFormats: job.dateFormats }),
    ...(job.country && { country: job.country }),
  });
  if (command === 'export') for (const target of job.targets) chooseFields(target, job.columns);
  return job;
}

/** How the run goes about it. @throws OperatorError (exit 2) */
export function readControlSettings(settings: Settings): ControlSettings {
  const controls: ControlSettings = {
    rate: settings.get('rate'),
    concurrency: settings.get('concurrency'),
    timeoutMs: settings.get('timeout'),
    dailyQuota: settings.get('dailyQuota'),
    reserve: settings.get('reserve'),
    waitsForQuota: settings.get('wait'),
    maxErrors: settings.get('maxErrors'),
    quotaZone: settings.get('kybio.quotaZone'),
    snapshotMaxAgeMs: settings.get('snapshotMaxAge'),
    pageSizes: { kybio: settings.get('kybio.pageSize'), wonder: settings.get('wonder.pageSize') },
    quietWindowMs: settings.get('quietWindow'),
    repeatAgeMaxMs: settings.get('repeatAgeMax'),
    skipsReport: settings.get('noReport'),
  };
  checkReserve(controls);
  return controls;
}

/** `resume`: the run-control flags that are typed now, and what the run began with for all others. */
export function controlsOf(settings: Settings, saved: ControlSettings): ControlSettings {
  const now = readControlSettings(settings);
  const controls: ControlSettings = {
    ...saved,
    ...(settings.isTyped('rate') && { rate: now.rate }),
    ...(settings.isTyped('concurrency') && { concurrency: now.concurrency }),
    ...(settings.isTyped('timeout') && { timeoutMs: now.timeoutMs }),
    ...(settings.isTyped('dailyQuota') && { dailyQuota: now.dailyQuota }),
    ...(settings.isTyped('reserve') && { reserve: now.reserve }),
    ...(settings.isTyped('wait') && { waitsForQuota: now.waitsForQuota }),
    ...(settings.isTyped('maxErrors') && { maxErrors: now.maxErrors }),
    ...(settings.isTyped('noReport') && { skipsReport: now.skipsReport }),
  };
  checkReserve(controls);
  return controls;
}

/** Such a run would pause every day for ever. */
function checkReserve({ dailyQuota, reserve }: ControlSettings): void {
  if (dailyQuota === undefined || reserve === 0 || reserve < dailyQuota) return;
  throw usageError(
    'BAD_VALUE',
    settingsTexts().reserveTooLarge(reserve, dailyQuota),
    settingsTexts().reserveTooLargeHint,
  );
}

export function readExpectations(settings: Settings): Expectations {
  return {
    rows: settings.get('expectRows'),
    points: settings.get('expectPoints'),
    balance: settings.get('expectBalance'),
  };
}

export function readConnection(settings: Settings): Omit<Connection, 'origins'> {
  return {
    usesSandbox: settings.get('sandbox'),
    store: settings.get('store'),
    configPath: settings.config.path,
    flags: repeatedFlags(settings),
  };
}

const TARGETS: readonly Target[] = ['kybio', 'wonder'];

function readTargets(settings: Settings, command: JobCommand): Pick<JobSettings, 'targets' | 'fileKinds'> {
  switch (command) {
    case 'import': {
      const given = settings.get('to');
      const targets = TARGETS.filter((target) => given.includes(target));
      return { targets, fileKinds: targets.map((target) => (target === 'kybio' ? 'members' : 'customers')) };
    }
    case 'export':
      return { targets: [settings.get('from')], fileKinds: ['lookups'] };
    case 'validate': {
      const kind = settings.get('as');
      return kind === undefined ? { targets: [], fileKinds: [] } : targetsOf(kind);
    }
    case 'topup':
    case 'undo':
      return targetsOf('topup');
  }
}

/** What `validate` checks a file of that kind for. */
export function targetsOf(kind: FileKind): Pick<JobSettings, 'targets' | 'fileKinds'> {
  return { targets: [kind === 'customers' ? 'wonder' : 'kybio'], fileKinds: [kind] };
}

const MAP = v.object({ columns: v.record(v.string(), v.string()) });

function readColumnMap(settings: Settings): Readonly<Record<string, string>> | undefined {
  const given = settings.get('map');
  if (given === undefined) return undefined;
  const path = settings.path(given);
  const columns = readColumnMapFile('--map', path);
  if (columns !== undefined) return columns;
  const texts = settingsTexts();
  throw usageError('UNREADABLE_FILE', texts.unreadable('--map', path, texts.noSuchFile), texts.correct('--map'));
}

/**
 * The `columns` of a mapping file: header → column. `__proto__` and the like are no headers that a file can have:
 * valibot leaves them out. Undefined: there is no such file.
 *
 * @throws OperatorError UNREADABLE_FILE, NOT_JSON, BAD_MAP (exit 2); `where` names the flag
 */
export function readColumnMapFile(where: string, path: string): Readonly<Record<string, string>> | undefined {
  const hint = settingsTexts().mapHint;
  const file = readTextFile(where, path);
  if (file === undefined) return undefined;
  const read = v.safeParse(MAP, parseJsonFile(where, path, file, hint));
  if (read.success) return read.output.columns;
  const header = v.getDotPath(read.issues[0])?.replace(/^columns\./, '');
  const named = header === undefined || header === 'columns' ? undefined : JSON.stringify(header);
  throw usageError('BAD_MAP', settingsTexts().badMap(where, path, named), hint);
}
