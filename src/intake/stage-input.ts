import * as v from 'valibot';
import { assert, fileError, OperatorError } from '../base/errors.ts';
import { quoted } from '../base/quoted.ts';
import type { RunControl } from '../calls/run-control.ts';
import type { TableSource } from '../csv/byte-source.ts';
import { openTable } from '../csv/open-table.ts';
import type { Table, TableForm, TableOptions } from '../csv/table.ts';
import type { SignCounts } from '../job/cells/sign-evidence.ts';
import { type HeaderMatch, matchHeader } from '../job/header-match.ts';
import { isHeaderName } from '../job/header-names.ts';
import type { JobSettings } from '../job/job-settings.ts';
import { openStage, openStageWriter, type Stage } from '../stage/stage.ts';
import { intakeTexts } from '../texts/tables/intake.ts';
import { type InputSums, SumsOfRows } from './input-sums.ts';
import { type InputParts, readInput, whyStopped } from './read-input.ts';

/** What a run keeps of its input beside the rows. */
type InputFacts = {
  readonly sha256: string;
  readonly header: readonly string[];
  readonly form: TableForm;
  readonly sums: InputSums;
  /** One sentence each, for the person. */
  readonly notes: readonly string[];
  /** Kept for the next reading of this run's result. */
  readonly signs: SignCounts;
};

export type StagedInput = { readonly stage: Stage; readonly facts: InputFacts; readonly match: HeaderMatch };

/**
 * The one pass over the input: reads, checks, and makes the run's own copy of it in `folder`. When it resolves,
 * the copy is durable, and the input is not needed any more.
 *
 * @throws OperatorError (exit 3) when the input is refused; the folder then holds no stage
 */
export async function stageInput(
  source: TableSource,
  folder: string,
  parts: InputParts & { readonly findUsedMapping: (header: readonly string[]) => Promise<string | undefined> },
): Promise<StagedInput> {
  const { settings, control } = parts;
  const table = await openInput(source, { ...tableOptions(settings, control), wantsDigest: true }, control);
  const writer = await openStageWriter(folder);
  try {
    const used = settings.columnMap === undefined ? await parts.findUsedMapping(table.header) : undefined;
    const offer = used === undefined ? [] : [describeUsedMapping(used)];
    const match = matchOrOffer(table.header, settings, offer);
    const read = await readInput(table, match, writer, parts);
    const facts: InputFacts = {
      sha256: table.sha256(),
      header: table.header,
      form: table.form,
      sums: read.sums,
      notes: [...offer, ...read.notes],
      signs: read.signs,
    };
    await writer.commit(facts, read.late);
    const staged = await openStagedInput(folder, settings);
    assert(staged, 'the stage that was just made is there');
    return staged;
  } catch (error) {
    await writer.abort();
    throw error;
  } finally {
    await table.close();
  }
}

/** @throws OperatorError (exit 3) when it is no table; INTERRUPTED when a signal comes while its first bytes do not */
export async function openInput(source: TableSource, options: TableOptions, control: RunControl): Promise<Table> {
  try {
    return await openTable(source, options);
  } catch (error) {
    throw whyStopped(error, control);
  }
}

/** Undefined: there is no stage in the folder. */
export async function openStagedInput(folder: string, settings: JobSettings): Promise<StagedInput | undefined> {
  const stage = await openStage(folder);
  if (stage === undefined) return undefined;
  const asRead = v.parse(FACTS, stage.facts);
  // Counted while the rows were read, before the whole file had told its verdicts.
  const facts = stage.hasLateVerdicts ? { ...asRead, sums: await sumsOf(stage) } : asRead;
  return { stage, facts, match: matchColumns(facts.header, settings) };
}

/** Offered, never applied: two lists with the same header may mean different things by it. */
function describeUsedMapping(path: string): string {
  return intakeTexts().usedMapping(quoted(path));
}

function matchOrOffer(header: readonly string[], settings: JobSettings, offer: readonly string[]): HeaderMatch {
  try {
    return matchColumns(header, settings);
  } catch (error) {
    if (!(error instanceof OperatorError) || offer.length === 0) throw error;
    const { code, message, hint, exitCode } = error;
    throw new OperatorError({ code, message, hint: [...offer, hint].join('\n'), exitCode, cause: error });
  }
}

export function matchColumns(header: readonly string[], settings: JobSettings): HeaderMatch {
  const match = matchHeader(header, settings.fileKinds, settings.columnMap ?? {}, settings.targets[0]);
  // What the result of another run says is not read; its `result_` columns are left out all the same.
  if (settings.ignoresResults) return { ...match, earlier: {}, isResultFile: false, lostResultColumns: [] };
  const lost = match.lostResultColumns.filter((column) => column === 'status' || column === 'for');
  if (lost.length > 0) throw strippedResult(lost);
  return match;
}

export function tableOptions(settings: JobSettings, control: RunControl): TableOptions {
  return {
    raw: settings.raw,
    isHeaderName,
    signal: control.signal,
    ...(settings.encoding !== undefined && { encoding: settings.encoding }),
    ...(settings.delimiter !== undefined && { delimiter: settings.delimiter }),
    ...(settings.headerRow !== undefined && { headerRow: settings.headerRow }),
    ...(settings.sheet !== undefined && { sheet: settings.sheet }),
  };
}

/** A spreadsheet, or a person, has taken away what tells which rows are done. Taken as new, they would be sent again. */
function strippedResult(lost: readonly string[]): OperatorError {
  return fileError(
    'STRIPPED_RESULT',
    intakeTexts().strippedResult(lost.map((column) => `result_${column}`)),
    intakeTexts().strippedResultHint,
  );
}

/** The sums with what only the whole file told: read from the stage, not from the input. */
async function sumsOf(stage: Stage): Promise<InputSums> {
  const sums = new SumsOfRows();
  for await (const rows of stage.readRows()) for (const row of rows) sums.add(row);
  return sums.value();
}

/** `SignCounts` as they are kept: in the stage, and in the ledger when the stage is gone. */
export const SIGN_COUNTS = v.record(v.string(), v.object({ cells: v.number(), signs: v.number() }));

const FACTS = v.object({
  sha256: v.string(),
  header: v.array(v.string()),
  form: v.variant('kind', [
    v.object({
      kind: v.literal('csv'),
      delimiter: v.string(),
      lineEnding: v.picklist(['\n', '\r\n']),
      encoding: v.string(),
      hasByteOrderMark: v.boolean(),
    }),
    v.object({ kind: v.literal('xlsx'), sheet: v.string() }),
  ]),
  sums: v.object({
    rowCount: v.number(),
    doneEarlierCount: v.number(),
    inDoubtEarlierCount: v.number(),
    creditedCount: v.number(),
    invalidCount: v.number(),
    repeatedCount: v.number(),
    firstIssues: v.array(
      v.object({ rowNumber: v.number(), lineNumber: v.number(), errorCode: v.string(), message: v.string() }),
    ),
    pointIncrement: v.string(),
    balanceIncrement: v.string(),
  }),
  notes: v.array(v.string()),
  // A stage of an earlier build has none.
  signs: v.optional(SIGN_COUNTS, {}),
});
