import * as v from 'valibot';
import type { ExitCode } from '../base/errors.ts';
import type { Cause } from './causes.ts';

/** The document that `--json` prints (CONTRACT §6). Amounts and ids are texts. */
export type RunDocument = {
  readonly run: string | null;
  readonly command: string;
  /** Where: `SANDBOX (nothing real is touched)`, or `Kybio, store hk1 (…CDEF)`; null before it is known. */
  readonly place: string | null;
  readonly input: string | null;
  readonly result: string | null;
  readonly state: 'finished' | 'paused' | 'stopped' | 'interrupted' | 'cancelled' | 'planned' | 'running';
  /** `doneBefore`, rows that an earlier run has done, is a part of `done`. */
  readonly rows: Readonly<Record<RowStatusCount, number>>;
  readonly actions: Readonly<Record<string, number>>;
  readonly errorCodes: Readonly<Record<string, number>>;
  /** Columns that the file gives and that cannot change on an existing member: in how many rows. */
  readonly notChanged: Readonly<Record<string, number>>;
  readonly calls: {
    readonly sent: number;
    readonly retried: number;
    readonly byEndpoint: Readonly<Record<string, number>>;
    /** What the rows would have cost one by one; absent where there is nothing to compare. */
    readonly rowByRow?: number;
  };
  readonly totals: { readonly pointIncrement: Total; readonly balanceIncrement: Total };
  readonly quota: {
    readonly day: string;
    readonly limit: number | null;
    readonly used: number;
    /** Of a paused run: when calls are back, in the store's zone, e.g. `2026-11-23T00:00:30+08:00`. */
    readonly resumeAt?: string;
  } | null;
  readonly plan?: {
    readonly calls: Readonly<Record<string, number>>;
    readonly total: number;
    readonly days: number | null;
    readonly finishes: string | null;
  };
  readonly elapsedMs: number;
  readonly exitCode: ExitCode;
  /** For the summary of this process alone: the messages may show a name or a phone. See `writeRunDocument`. */
  readonly causes?: readonly Cause[];
  /** For the summary as well: where the HTML report is; absent when none was written. */
  readonly report?: string;
};

export type RowStatus = 'done' | 'invalid' | 'failed' | 'in_doubt' | 'not_sent';
export type RowStatusCount = 'read' | 'doneBefore' | RowStatus;
export type Total = { readonly asked: string; readonly applied: string; readonly in_doubt: string };

export const ACTIONS = [
  'created',
  'updated',
  'unchanged',
  'topped_up',
  'credited_before',
  'found',
  'upserted',
] as const;

/** The document for `--json` and the ledger. */
export function writeRunDocument(document: RunDocument): string {
  return JSON.stringify(withoutWords(document));
}

/** With the keys of the contract alone: the causes show names and phones, and the result file has them row by row. */
export function withoutWords({ causes: _causes, report: _report, ...document }: RunDocument): RunDocument {
  return document;
}

/** The document as the ledger keeps it, read and not cast; undefined: the run has none yet, or none of this form. */
export function readRunDocument(json: string): RunDocument | undefined {
  const parsed: unknown = JSON.parse(json);
  return v.is(DOCUMENT, parsed) ? (parsed as unknown as RunDocument) : undefined;
}

const COUNTS = v.record(v.string(), v.number());
const TOTAL = v.object({ asked: v.string(), applied: v.string(), in_doubt: v.string() });
const DOCUMENT = v.looseObject({
  command: v.string(),
  state: v.string(),
  rows: COUNTS,
  actions: COUNTS,
  errorCodes: COUNTS,
  calls: v.looseObject({ sent: v.number(), retried: v.number(), byEndpoint: COUNTS }),
  totals: v.object({ pointIncrement: TOTAL, balanceIncrement: TOTAL }),
  elapsedMs: v.number(),
  exitCode: v.number(),
});
