import { EXIT, fileError, OperatorError, SIGNAL_EXITS } from '../base/errors.ts';
import type { RunControl } from '../calls/run-control.ts';
import type { CellDamage, RecordBlock, Table } from '../csv/table.ts';
import { ColumnJudge, type ColumnVerdict } from '../job/cells/column-judge.ts';
import { type SignCounts, SignEvidence } from '../job/cells/sign-evidence.ts';
import { type CheckedRow, rowChecker, type TargetRow } from '../job/check-row.ts';
import type { HeaderMatch } from '../job/header-match.ts';
import type { JobSettings } from '../job/job-settings.ts';
import { NoteTally, type RowIssue } from '../job/row-issue.ts';
import { creditKeys, memberKeys } from '../job/row-key.ts';
import { duplicateRow, wrongColumnCount, wrongColumnCountEarlier } from '../job/validate-row.ts';
import type { LateIssue, LateVerdicts, StageBlock } from '../stage/stage.ts';
import type { EarlierStatus, StagedRow } from '../stage/staged-row.ts';
import { intakeTexts } from '../texts/tables/intake.ts';
import { rowTexts } from '../texts/tables/rows.ts';
import type { CreditGuard } from './credit-guard.ts';
import type { DoneClaim } from './done-claims.ts';
import { countToSend, type InputSums, SumsOfRows } from './input-sums.ts';
import type { RowOrigin } from './known-credits.ts';
import { openSeenKeys, type SeenKeys } from './seen-keys.ts';

export type InputRead = {
  readonly sums: InputSums;
  readonly late: LateVerdicts;
  /** One sentence each: what was repaired, what looks damaged. */
  readonly notes: readonly string[];
  readonly signs: SignCounts;
};

/** Where judged rows go: into the stage, or straight into the file of `validate`. */
export type RowSink = { write(block: StageBlock & Pick<RecordBlock, 'plainLines'>): Promise<void> };

/** What one pass over the input needs beside the input. */
export type InputParts = {
  readonly settings: JobSettings;
  readonly control: RunControl;
  readonly guard: Pick<CreditGuard, 'mark' | 'compare' | 'notes'> | undefined;
  /** What `result_for` of this run's result will say; undefined: any earlier result is believed. */
  readonly resultFor: string | undefined;
  readonly nowMs: number;
  /** Of a result file: how many signs the input of that run had. Undefined: nobody knows. */
  readonly findSigns?: (runId: string) => Promise<SignCounts | undefined>;
};

/**
 * Reads the input once, offline: shape, checks, duplicates, credits given before, sums. Every judged row goes to
 * the sink, a block at a time, so that memory does not grow with the file.
 *
 * @throws OperatorError (exit 3) when the file cannot be read as asked or is refused; INTERRUPTED on a signal
 */
export async function readInput(
  table: Table,
  match: HeaderMatch,
  sink: RowSink,
  parts: InputParts,
): Promise<InputRead> {
  const { settings, control, guard } = parts;
  const seenKeys = openSeenKeys();
  const judge = new RowJudge(match, settings, seenKeys, parts);
  const columns = new ColumnJudge(match, settings);
  const sums = new SumsOfRows();
  let signs: SignEvidence | undefined;
  try {
    for await (const block of table.blocks) {
      if (control.reason !== undefined) throw interrupted(control);
      signs ??= new SignEvidence(match, await signsOfEarlierRun(block.cells[0] ?? [], match, parts));
      const rows: StagedRow[] = [];
      for (let index = 0; index < block.cells.length; index += 1) {
        const cells = block.cells[index] ?? [];
        const rowNumber = block.firstRowNumber + index;
        columns.see(rowNumber, cells);
        const place = { rowNumber, lineNumber: block.lineNumbers[index] ?? 0 };
        const hasErrors = block.columnCountErrors.size > 0;
        const row = judge.row(place, cells, hasErrors ? block.columnCountErrors.get(index) : undefined);
        const damage = block.damage?.get(index);
        const candidates = signs.see(cells, row);
        const told =
          candidates.length === 0 ? row : { ...row, conditional: [...(row.conditional ?? []), ...candidates] };
        rows.push(damage ? withDamage(told, damage, match) : told);
      }
      await guard?.compare(judge.claims.splice(0));
      const marked = guard ? await guard.mark(rows, judge.origins(block.cells)) : rows;
      for (const row of marked) sums.add(row);
      await sink.write({ rows: marked, cells: block.cells, plainLines: block.plainLines });
    }
    if (control.reason !== undefined) throw interrupted(control);
    const verdict = columns.verdict();
    const total = sums.value();
    return {
      sums: total,
      late: { issues: judge.lateIssues, damages: [...verdict.damages, ...(signs?.damages() ?? [])] },
      notes: [
        ...table.notes(),
        ...judge.tally.lines(countToSend(total)),
        ...damageNotes(verdict),
        ...(signs?.notes() ?? []),
        ...(guard?.notes() ?? []),
        ...judge.notes(),
      ],
      signs: signs?.counts() ?? {},
    };
  } catch (error) {
    throw whyStopped(error, control);
  } finally {
    seenKeys.close();
    await table.close();
  }
}

async function signsOfEarlierRun(
  cells: readonly string[],
  { earlier }: HeaderMatch,
  { findSigns }: InputParts,
): Promise<SignCounts | undefined> {
  const runId = earlier.run === undefined ? '' : (cells[earlier.run]?.trim() ?? '');
  return runId === '' ? undefined : findSigns?.(runId);
}

/** A workbook tells itself which of its numbers have lost digits. Cells of columns that are not used do no harm. */
function withDamage(row: StagedRow, damage: ReadonlyMap<number, CellDamage>, match: HeaderMatch): StagedRow {
  if (row.earlier === 'done' || row.earlier === 'in_doubt') return row;
  const issues = match.matches
    .filter(({ index }) => damage.has(index))
    .map(
      ({ column, header }): RowIssue => ({
        errorCode: 'EXCEL_DAMAGED',
        column,
        message: rowTexts().workbookNumber(columnName(header, column)),
      }),
    );
  return issues.length === 0 ? row : { ...row, issues: [...row.issues, ...issues], targetRows: [] };
}

function columnName(header: string, column: string): string {
  return header.trim() === column ? column : `${header.trim()} (${column})`;
}

/** A wait for bytes that was cut short ends with the signal's own reason, which says nothing to a person. */
export function whyStopped(error: unknown, control: RunControl): unknown {
  return error === control.signal.reason && control.reason?.kind === 'interrupted' ? interrupted(control) : error;
}

/** Judges one record after the other. */
class RowJudge {
  readonly #match: HeaderMatch;
  readonly #settings: JobSettings;
  readonly #seenKeys: SeenKeys;
  readonly #resultFor: string | undefined;
  readonly #check: (cells: readonly string[]) => CheckedRow;
  readonly lateIssues: LateIssue[] = [];
  /** Of the rows since they were taken last. */
  readonly claims: DoneClaim[] = [];
  readonly tally = new NoteTally();
  #unprovenCount = 0;
  #firstUnproven = 0;

  constructor(
    match: HeaderMatch,
    settings: JobSettings,
    seenKeys: SeenKeys,
    { resultFor, nowMs }: { readonly resultFor: string | undefined; readonly nowMs: number },
  ) {
    this.#check = rowChecker(settings, match, nowMs);
    this.#match = match;
    this.#settings = settings;
    this.#seenKeys = seenKeys;
    this.#resultFor = resultFor;
  }

  row(
    place: { readonly rowNumber: number; readonly lineNumber: number },
    cells: readonly string[],
    columnCountError: { readonly expected: number; readonly actual: number } | undefined,
  ): StagedRow {
    const earlier = this.#earlierStatus(place, cells);
    const wrongCount = columnCountError
      ? wrongColumnCount(columnCountError.expected, columnCountError.actual)
      : this.#wasRagged(cells)
        ? wrongColumnCountEarlier()
        : undefined;
    if (wrongCount) return { ...place, issues: [wrongCount], targetRows: [] };
    const checked = this.#check(cells);
    const keys = checked.isValid ? this.#keysOf(checked.targetRows) : [];
    if (earlier === 'done' || earlier === 'in_doubt') {
      if (earlier === 'done') this.#countUnproven(place.rowNumber, cells);
      if (earlier === 'done' && checked.isValid) this.#claimDone(place.rowNumber, cells, checked.targetRows[0]?.row);
      this.#claimForEarlier(place.rowNumber, this.#refusesRepeats() ? [...keys, ...this.#earlierKeys(cells)] : keys);
      return { ...place, earlier, issues: [], targetRows: [] };
    }
    if (checked.counted) this.tally.add(place.rowNumber, checked.counted);
    const repeated = this.#firstRepeated(place.rowNumber, keys);
    const { rowNumber, lineNumber } = place;
    if (checked.isValid && !repeated && !checked.conditional && !checked.notes && earlier === undefined) {
      return { rowNumber, lineNumber, issues: NO_ISSUES, targetRows: checked.targetRows };
    }
    return {
      ...place,
      ...(earlier !== undefined && { earlier }),
      ...(checked.isValid && checked.conditional && { conditional: checked.conditional }),
      ...(checked.isValid && checked.notes && { notes: checked.notes }),
      issues: checked.isValid ? (repeated ? [repeated] : []) : checked.issues,
      targetRows: checked.isValid && !repeated ? checked.targetRows : [],
    };
  }

  /** What the rows that are called done leave to be said. */
  notes(): readonly string[] {
    return this.#unprovenCount === 0 ? [] : [intakeTexts().doneByHand(this.#unprovenCount, this.#firstUnproven)];
  }

  /** memberload writes an action into every row that is done: a `done` alone was typed, or filled down over others. */
  #countUnproven(rowNumber: number, cells: readonly string[]): void {
    if (cellAt(cells, this.#match.earlier.action) !== '') return;
    if (this.#unprovenCount === 0) this.#firstUnproven = rowNumber;
    this.#unprovenCount += 1;
  }

  /** What no later row of the file may name again. A reference is credited once, whatever --on-duplicate says. */
  #keysOf(targetRows: readonly TargetRow[]): readonly string[] {
    const refuses = this.#refusesRepeats();
    const keysOfRow = ({ row }: TargetRow) => [...(refuses ? memberKeys(row) : []), ...creditKeys(row)];
    const [first] = targetRows;
    return first !== undefined && targetRows.length === 1 ? keysOfRow(first) : targetRows.flatMap(keysOfRow);
  }

  #refusesRepeats(): boolean {
    return this.#settings.onDuplicate === 'reject' && this.#settings.command !== 'export';
  }

  /** A second row of one member or reference is refused: which of the two is meant, only the file's owner knows. */
  #firstRepeated(rowNumber: number, keys: readonly string[]): LateIssue['issue'] | undefined {
    let repeated: LateIssue['issue'] | undefined;
    // Every key is entered, also of a refused row: the next row may share only the other one.
    for (const key of keys) {
      const firstRow = this.#seenKeys.firstRowOf(key, rowNumber);
      if (firstRow !== rowNumber) repeated ??= duplicateRow(key, firstRow);
    }
    return repeated;
  }

  /**
   * A row of a member whose row an earlier run has done is a repetition wherever it stands: also above it, where
   * it was taken for good when it was read.
   */
  #claimForEarlier(rowNumber: number, keys: readonly string[]): void {
    for (const key of keys) {
      const firstRow = this.#seenKeys.claim(key, rowNumber);
      if (firstRow !== rowNumber) this.lateIssues.push({ rowNumber: firstRow, issue: duplicateRow(key, rowNumber) });
    }
  }

  #claimDone(rowNumber: number, cells: readonly string[], row: TargetRow['row'] | undefined): void {
    const origin = this.#originOf(cells);
    const customerUid = cellAt(cells, this.#match.earlier.customerUid) ?? '';
    const isCreditedBefore = cellAt(cells, this.#match.earlier.action) === 'credited_before';
    const runId = cellAt(cells, this.#match.earlier.run) ?? '';
    if (row?.kind === 'topup' && runId !== '')
      this.claims.push({ rowNumber, row, runId, origin, customerUid, isCreditedBefore });
  }

  /** Of the records of a result file; none of any other. */
  origins(block: readonly (readonly string[])[]): readonly (RowOrigin | undefined)[] {
    return this.#match.earlier.run === undefined ? [] : block.map((cells) => this.#originOf(cells));
  }

  #originOf(cells: readonly string[]): RowOrigin | undefined {
    const runId = cellAt(cells, this.#match.earlier.run);
    const rowNumber = cellAt(cells, this.#match.earlier.row);
    return runId && rowNumber && /^[0-9]{1,9}$/.test(rowNumber) ? { runId, rowNumber: Number(rowNumber) } : undefined;
  }

  #earlierKeys(cells: readonly string[]): string[] {
    const { customerUid, uuid } = this.#match.earlier;
    const uid = cellAt(cells, customerUid);
    const id = cellAt(cells, uuid);
    return [...(uid ? [`uid:${uid}`] : []), ...(id ? [`uuid:${id.toLowerCase()}`] : [])];
  }

  /** @throws OperatorError OTHER_RESULT: what this result file says is not about this account */
  #earlierStatus(place: { readonly rowNumber: number }, cells: readonly string[]): EarlierStatus | undefined {
    const { earlier } = this.#match;
    if (earlier.status === undefined) return undefined;
    const status = EARLIER.find((known) => known === cellAt(cells, earlier.status));
    const forText = cellAt(cells, earlier.for) ?? '';
    const isSettled = status === 'done' || status === 'in_doubt';
    if (this.#resultFor !== undefined && (forText === '' ? isSettled : forText !== this.#resultFor)) {
      throw otherResult(place.rowNumber, forText, this.#resultFor);
    }
    return status;
  }

  #wasRagged(cells: readonly string[]): boolean {
    const { earlier } = this.#match;
    return cellAt(cells, earlier.status) === 'invalid' && cellAt(cells, earlier.errorCode) === 'WRONG_COLUMN_COUNT';
  }
}

const NO_ISSUES: readonly RowIssue[] = [];
const EARLIER: readonly EarlierStatus[] = ['done', 'in_doubt', 'not_sent', 'failed'];

function cellAt(cells: readonly string[], index: number | undefined): string | undefined {
  return index === undefined ? undefined : cells[index]?.trim();
}

function otherResult(rowNumber: number, forText: string, resultFor: string): OperatorError {
  const { otherResult, resultOfNothing, otherResultHint } = intakeTexts();
  return fileError(
    'OTHER_RESULT',
    forText === '' ? resultOfNothing(rowNumber) : otherResult(rowNumber, forText, resultFor),
    otherResultHint,
  );
}

function interrupted({ reason }: RunControl): OperatorError {
  return new OperatorError({
    code: 'INTERRUPTED',
    message: intakeTexts().interrupted,
    hint: intakeTexts().interruptedHint,
    exitCode: reason?.kind === 'interrupted' ? SIGNAL_EXITS[reason.signal] : EXIT.interrupted,
  });
}

/** Of so many cells the column is worth a word of its own; of fewer, the message of each row says it. */
const DAMAGED_CELLS_MIN = 10;

function damageNotes({ findings }: ColumnVerdict): string[] {
  return findings
    .filter(({ severity, cellCount }) => severity !== 'cells' || cellCount >= DAMAGED_CELLS_MIN)
    .map(({ message }) => message);
}
