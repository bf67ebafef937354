import { readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { EXIT, errorText, OperatorError, usageError } from '../base/errors.ts';
import type { ControlSettings } from '../calls/control-settings.ts';
import { parseRate } from '../calls/rate-limiter.ts';
import type { FileKind } from '../job/columns.ts';
import { chooseFields } from '../job/fetched-fields.ts';
import type { JobCommand, JobSettings } from '../job/job-settings.ts';
import { checkValidationOptions } from '../job/validate-row.ts';
import type { Target } from '../ledger/ledger.ts';
import type { Expectations } from './run-settings.ts';
import type { Settings } from './settings.ts';
import { readAmount, readChoice, readCount, readDuration, readList, readMaxErrors } from './values.ts';
import { quotaZone, readTimeZone } from './vendor-settings.ts';

/** What the command is to do, from its flags. @throws OperatorError (exit 2) */
export function readJobSettings(settings: Settings, command: JobCommand): JobSettings {
  const { targets, fileKinds } = readTargets(settings, command);
  const columns = settings.text('columns');
  const dateFormat = settings.text('date-format');
  const job: JobSettings = {
    command,
    targets,
    fileKinds,
    mode: readChoice('--mode', settings.text('mode') ?? 'upsert', ['upsert', 'create', 'update']),
    columns: columns === undefined ? undefined : readList(columns),
    encoding: settings.text('encoding'),
    delimiter: settings.text('delimiter'),
    raw: settings.isOn('raw'),
    columnMap: readColumnMap(settings),
    dateFormats: dateFormat === undefined ? undefined : [dateFormat],
    country: settings.text('country'),
    trustRoundIds: settings.configText('trustRoundIds') === 'true',
    storeZone: readTimeZone('--time-zone', settings.text('time-zone') ?? 'Asia/Shanghai'),
    lookup: readChoice('--lookup', settings.text('lookup') ?? 'auto', ['auto', 'pages', 'rows']),
    changesCategory: command === 'import' && settings.isOn('change-category'),
    onDuplicate: readChoice('--on-duplicate', settings.text('on-duplicate') ?? 'reject', ['reject', 'allow']),
    skipInvalid: settings.isOn('skip-invalid'),
  };
  checkValidationOptions({
    mode: job.mode,
    ...(job.dateFormats && { dateFormats: job.dateFormats }),
    ...(job.country && { country: job.country }),
  });
  if (command === 'export') for (const target of targets) chooseFields(target, job.columns);
  return job;
}

/** How the run goes about it. @throws OperatorError (exit 2) */
export function readControlSettings(settings: Settings): ControlSettings {
  const quotaText = settings.text('daily-quota');
  const dailyQuota = quotaText === undefined ? undefined : readCount('--daily-quota', quotaText, 0, 1e9);
  const reserve = readCount('--reserve', settings.text('reserve') ?? '0', 0, 1e9);
  // It would pause every day for ever.
  if (dailyQuota !== undefined && reserve > 0 && reserve >= dailyQuota) {
    throw usageError(
      'BAD_VALUE',
      `--reserve: '${reserve}' leaves none of the ${dailyQuota} calls a day.`,
      'Write a --reserve that is smaller than --daily-quota.',
    );
  }
  const maxErrors = settings.text('max-errors');
  return {
    rate: parseRate(settings.text('rate') ?? '5/s'),
    concurrency: readCount('--concurrency', settings.text('concurrency') ?? '4', 1, 256),
    timeoutMs: readDuration('--timeout', settings.text('timeout') ?? '30s', 600_000),
    dailyQuota,
    reserve,
    waitsForQuota: settings.isOn('wait'),
    quotaZone: quotaZone(settings),
    maxErrors: maxErrors === undefined ? undefined : readMaxErrors('--max-errors', maxErrors),
    snapshotMaxAgeMs: readDuration('--snapshot-max-age', settings.text('snapshot-max-age') ?? '0s', 7 * 86_400_000),
    pageSizes: {
      kybio: readCount('kybio.pageSize', settings.kybioFact('pageSize') ?? '100', 1, 10_000),
      wonder: readCount('wonder.pageSize', settings.wonderFact('pageSize') ?? '1000', 1, 1000),
    },
    quietWindowMs: readDuration('quietWindow', settings.configText('quietWindow') ?? '60s', 3_600_000),
  };
}

export function readExpectations(settings: Settings): Expectations {
  const rows = settings.text('expect-rows');
  const points = settings.text('expect-points');
  const balance = settings.text('expect-balance');
  return {
    rows: rows === undefined ? undefined : readCount('--expect-rows', rows, 0, 1e9),
    points: points === undefined ? undefined : readAmount('--expect-points', points),
    balance: balance === undefined ? undefined : readAmount('--expect-balance', balance),
  };
}

/** `members.csv` → `members.result.csv` beside it; `-` → `stdin.result.csv` in the working folder. */
export function resultPathOf(settings: Settings, input: string): string {
  const output = settings.text('output');
  if (output !== undefined) return settings.path(output);
  if (input === '-') return settings.path('stdin.result.csv');
  const path = settings.path(input);
  return join(dirname(path), `${basename(path).replace(/\.(csv|tsv|txt)$/i, '')}.result.csv`);
}

const TARGETS: readonly Target[] = ['kybio', 'wonder'];

function readTargets(
  settings: Settings,
  command: JobCommand,
): { targets: readonly Target[]; fileKinds: readonly FileKind[] } {
  switch (command) {
    case 'import': {
      const typed = readList(settings.text('to') ?? 'kybio').map((target) => readChoice('--to', target, TARGETS));
      const targets = TARGETS.filter((target) => typed.includes(target));
      if (targets.length === 0)
        throw usageError('BAD_VALUE', '--to names no target.', 'Write kybio, wonder or kybio,wonder.');
      return { targets, fileKinds: targets.map((target) => (target === 'kybio' ? 'members' : 'customers')) };
    }
    case 'topup':
      return { targets: ['kybio'], fileKinds: ['topup'] };
    case 'export':
      return {
        targets: [readChoice('--from', settings.text('from') ?? 'kybio', TARGETS)],
        fileKinds: ['lookups'],
      };
    case 'validate': {
      const as = settings.text('as');
      if (as === undefined) {
        throw usageError(
          'MISSING_FLAG',
          'validate needs to know what the file is.',
          'Add --as members, customers, topup or lookups.',
        );
      }
      const kind = readChoice('--as', as, ['members', 'customers', 'topup', 'lookups']);
      return { targets: [kind === 'customers' ? 'wonder' : 'kybio'], fileKinds: [kind] };
    }
  }
}

function readColumnMap(settings: Settings): Readonly<Record<string, string>> | undefined {
  const file = settings.text('map');
  if (file === undefined) return undefined;
  const path = settings.path(file);
  const wrong = (problem: string, cause?: unknown): OperatorError =>
    new OperatorError({
      code: 'BAD_MAP',
      message: `--map: ${path} ${problem}.`,
      hint: 'Write {"columns": {"Card #": "number"}}: the header of the file, then the column it is.',
      exitCode: EXIT.usage,
      cause,
    });
  let parsed: unknown;
  try {
    parsed = JSON.parse(readFileSync(path, 'utf8').replace(/^\uFEFF/, ''));
  } catch (error) {
    throw wrong(`cannot be read: ${errorText(error)}`, error);
  }
  const columns = typeof parsed === 'object' && parsed !== null && 'columns' in parsed ? parsed.columns : undefined;
  if (typeof columns !== 'object' || columns === null || Array.isArray(columns)) throw wrong('has no object "columns"');
  for (const [header, column] of Object.entries(columns)) {
    if (typeof column !== 'string') throw wrong(`gives ${JSON.stringify(header)} no column name`);
  }
  return columns as Record<string, string>;
}
