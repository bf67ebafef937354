import { EXIT } from '../base/errors.ts';
import { quoted } from '../base/quoted.ts';
import { renderFlags } from '../settings/repeated-flags.ts';
import type { SavedSettings } from '../settings/run-settings.ts';
import type { ReportData } from './report-data.ts';
import type { ReportTexts } from './texts.ts';

/** What a person does now, and the command to copy; undefined: there is nothing to type. */
type NextStep = { readonly text: string; readonly command: string | undefined };

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
    const flags = sameFlags(saved);
    const command = flags === undefined ? undefined : `memberload ${run.command} ${quoted(file)}${flags}`;
    steps.push({ text: next.correct(nameOf(file)), command });
  }
  if (steps.length === 0) steps.push({ text: next.nothing, command: undefined });
  const isTopup = run.command === 'topup' && (document.actions.topped_up ?? 0) > 0;
  if (isOver && isTopup && data.undoneBy.length === 0) {
    steps.push({ text: next.undo, command: `memberload undo ${run.runId} --dry-run` });
  }
  return steps;
}

/** The flags that the run with the corrected file needs to mean the same; undefined: an earlier version kept none. */
function sameFlags({ connection: { flags, configPath } }: SavedSettings): string | undefined {
  const isNamed = configPath === undefined || flags?.some(([name]) => name === 'config');
  return flags && renderFlags(isNamed ? flags : [...flags, ['config', configPath]]);
}

export function nameOf(path: string): string {
  return path.split(/[\\/]/).at(-1) ?? path;
}
