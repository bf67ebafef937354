import type { ExitCode } from '../base/errors.ts';

/** The document that `--json` prints (CONTRACT §6). Amounts and ids are texts. */
export type RunDocument = {
  readonly run: string | null;
  readonly command: string;
  readonly input: string | null;
  readonly result: string | null;
  readonly state: 'finished' | 'paused' | 'stopped' | 'interrupted' | 'planned';
  readonly rows: Readonly<Record<RowStatusCount, number>>;
  readonly actions: Readonly<Record<string, number>>;
  readonly errorCodes: Readonly<Record<string, number>>;
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
};

export type RowStatus = 'done' | 'invalid' | 'failed' | 'in_doubt' | 'not_sent';
export type RowStatusCount = 'read' | RowStatus;
export type Total = { readonly asked: string; readonly applied: string; readonly in_doubt: string };

export const ACTIONS = ['created', 'updated', 'unchanged', 'topped_up', 'found', 'upserted'] as const;
