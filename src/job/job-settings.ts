import type { Target } from '../ledger/ledger.ts';
import type { FileKind } from './columns.ts';
import type { LookupWay } from './lookup-plan.ts';
import type { ImportMode } from './member-steps.ts';

export type JobCommand = 'import' | 'topup' | 'export' | 'validate' | 'undo';

/** Whether the command sends increments. */
export function isCrediting(command: string): boolean {
  return command === 'topup' || command === 'undo';
}

/**
 * What a run does. Saved with the run: `resume` does exactly this again, whatever flags are typed then.
 * Holds no secret and no path of a secret.
 */
export type JobSettings = {
  readonly command: JobCommand;
  /** How the file is read; one kind per target, in the same order. Empty: validate has to guess it by the header. */
  readonly fileKinds: readonly FileKind[];
  readonly targets: readonly Target[];
  readonly mode: ImportMode;
  /** export: the fields to write, in order; undefined: all that were fetched. */
  readonly columns: readonly string[] | undefined;
  readonly encoding: string | undefined;
  readonly delimiter: string | undefined;
  readonly raw: boolean;
  /** The 1-based row that holds the header; undefined: the first. */
  readonly headerRow: number | undefined;
  /** The sheet of a workbook; undefined: the only one. */
  readonly sheet: string | undefined;
  /** Write the result so that Excel keeps every digit when the file is opened by a double click. */
  readonly excel: boolean;
  readonly columnMap: Readonly<Record<string, string>> | undefined;
  readonly dateFormats: readonly string[] | undefined;
  readonly country: string | undefined;
  readonly trustRoundIds: boolean;
  /** Zone of birthdays' clock times and of dataChangeTime: the store's. */
  readonly storeZone: string;
  readonly lookup: LookupWay;
  /** import: change the category of existing members too. */
  readonly changesCategory: boolean;
  readonly onDuplicate: 'reject' | 'allow';
  readonly skipInvalid: boolean;
  /** topup: `--campaign`, '' when none: a member is credited once per campaign, for ever. */
  readonly campaign: string;
  /** topup: how long the same amounts for the same member are taken for the same credit. */
  readonly repeatWindowMs: number;
  /** topup: rows that were credited before are skipped instead of refusing the file. */
  readonly skipsCredited: boolean;
  /** topup: `--again`: credits whatever was credited before. */
  readonly isAgain: boolean;
  /** topup: read a member given by uid before it is credited, so that a lost answer leaves evidence. */
  readonly readsBefore: boolean;
  /** Take the rows of another result file as plain input: its `result_` columns are not read. */
  readonly ignoresResults: boolean;
};
