import { RunControl } from '../../src/calls/run-control.ts';
import type { CreditGuard } from '../../src/intake/credit-guard.ts';
import { type InputParts, type InputRead, readInput } from '../../src/intake/read-input.ts';
import { matchColumns, openInput, tableOptions } from '../../src/intake/stage-input.ts';
import type { JobSettings } from '../../src/job/job-settings.ts';
import { withLateIssues } from '../../src/stage/stage.ts';
import type { StagedRow } from '../../src/stage/staged-row.ts';
import { topupSettings } from '../support/job-settings.ts';

export const NOW_MS = Date.UTC(2026, 10, 22, 4);
export const RESULT_FOR = 'topup SANDBOX';

export type ReadOptions = {
  readonly settings?: Partial<JobSettings>;
  readonly guard?: CreditGuard | undefined;
  readonly resultFor?: string | undefined;
  readonly control?: RunControl;
  readonly findSigns?: InputParts['findSigns'];
};

export type TextRead = InputRead & {
  /** As a later reader of the stage sees them. */
  readonly rows: readonly StagedRow[];
};

/** The input as a pipe gives it: its bytes come once, a chunk for each line. */
export async function* pipeOf(text: string): AsyncGenerator<Uint8Array> {
  for (const line of text.split(/(?<=\n)/)) yield Buffer.from(line);
}

/** Reads a text as intake reads a file. */
export async function readText(
  text: string | AsyncIterable<Uint8Array>,
  { settings = {}, guard, resultFor = RESULT_FOR, control = new RunControl(), findSigns }: ReadOptions = {},
): Promise<TextRead> {
  const job = topupSettings(settings);
  const source = { stream: typeof text === 'string' ? pipeOf(text) : text, name: 'standard input' };
  const table = await openInput(source, tableOptions(job, control), control);
  const staged: StagedRow[] = [];
  const read = await readInput(
    table,
    matchColumns(table.header, job),
    {
      async write({ rows }) {
        staged.push(...rows);
      },
    },
    { settings: job, control, guard, resultFor, nowMs: NOW_MS, ...(findSigns && { findSigns }) },
  );
  const late = new Map(read.late.issues.map(({ rowNumber, issue }) => [rowNumber, issue]));
  const damages = new Set(read.late.damages);
  return { ...read, rows: staged.map((row) => withLateIssues(row, late, damages)) };
}

/** `to send`, `done`, `credited`, or the error codes of each row. */
export function verdictsOf({ rows }: Pick<TextRead, 'rows'>): string[] {
  return rows.map(({ earlier, credited, issues, targetRows }) => {
    if (issues.length > 0) return issues.map(({ errorCode }) => errorCode).join(' ');
    if (credited) return 'credited';
    return targetRows.length > 0 ? 'to send' : (earlier ?? 'nothing');
  });
}
