import { EXIT } from '../base/errors.ts';
import type { SavedSettings } from '../settings/run-settings.ts';
import type { ReportData } from './report-data.ts';
import type { ReportTexts } from './texts.ts';

/** What a person does now, and the command to copy; undefined: there is nothing to type. */
export type NextStep = { readonly text: string; readonly command: string | undefined };

/** The most urgent first. */
export function nextSteps(data: ReportData, texts: ReportTexts, resumeAt: string): readonly NextStep[] {
  const { run, document, state, saved } = data;
  const { rows, exitCode } = document;
  const { next } = texts;
  const steps: NextStep[] = [];
  const resume = `memberload resume ${run.runId}`;
  if (state === 'running') {
    return [
      { text: next.running, command: `memberload runs ${run.runId}` },
      { text: next.killed, command: resume },
    ];
  }
  if (data.doubts.length > 0) steps.push({ text: next.resolve, command: `memberload resolve ${run.runId}` });
  if (state === 'paused') {
    steps.push({ text: resumeAt === '' ? next.resume : next.resumeAt(resumeAt), command: resume });
  } else if (state === 'stopped') {
    steps.push({ text: exitCode === EXIT.credentials ? next.resumeCredentials : next.resumeStopped, command: resume });
  } else if (state === 'interrupted') steps.push({ text: next.resume, command: resume });
  const isOver = state === 'finished' || state === 'cancelled';
  if (isOver && rows.invalid + rows.failed > 0 && document.result !== null && run.inputPath !== '') {
    const file = document.result;
    const command = `memberload ${run.command} ${quoted(file)}${sameFlags(saved)}`;
    steps.push({ text: next.correct(nameOf(file)), command });
    if (saved.job.columnMap !== undefined) steps.push({ text: next.sameMap, command: undefined });
  }
  if (steps.length === 0) steps.push({ text: next.nothing, command: undefined });
  const isTopup = run.command === 'topup' && (document.actions.topped_up ?? 0) > 0;
  if (isOver && isTopup && data.undoneBy.length === 0) {
    steps.push({ text: next.undo, command: `memberload undo ${run.runId} --dry-run` });
  }
  return steps;
}

/** The flags that the run with the corrected file needs to mean the same. */
function sameFlags({ job, connection }: SavedSettings): string {
  const flags: (readonly [name: string, value: string | undefined])[] = [
    ['store', connection.store],
    ['to', job.command === 'import' && job.targets.join(',') !== 'kybio' ? job.targets.join(',') : undefined],
    ['from', job.command === 'export' && job.targets[0] === 'wonder' ? 'wonder' : undefined],
    ['mode', job.command === 'import' && job.mode !== 'upsert' ? job.mode : undefined],
    ['campaign', job.campaign || undefined],
    ['columns', job.columns?.join(',')],
    ['date-format', job.dateFormats?.[0]],
    ['country', job.country],
    ['time-zone', job.storeZone === 'Asia/Shanghai' ? undefined : job.storeZone],
    ['on-duplicate', job.onDuplicate === 'allow' ? 'allow' : undefined],
  ];
  const switches = [
    ...(connection.usesSandbox ? ['--sandbox'] : []),
    ...(job.changesCategory ? ['--change-category'] : []),
    ...(job.raw ? ['--raw'] : []),
  ];
  const given = flags.flatMap(([name, value]) => (value === undefined ? [] : [`--${name} ${quoted(value)}`]));
  return [...switches, ...given].map((flag) => ` ${flag}`).join('');
}

/**
 * Double quotes are what every shell takes, Windows' as well. A shell would run what stands in them after `$` or a
 * backtick: such a value gets single quotes.
 */
function quoted(value: string): string {
  if (/^[\w./:,+\\-]+$/.test(value)) return value;
  return /["$`!]/.test(value) ? `'${value.replaceAll("'", "'\\''")}'` : `"${value}"`;
}

export function nameOf(path: string): string {
  return path.split(/[\\/]/).at(-1) ?? path;
}
