import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parse } from 'csv-parse/sync';
import { stringify } from 'csv-stringify/sync';
import { SHORT_LEASE } from '../support/machines.ts';
import type { Build } from './build.ts';
import { trace } from './campaign.ts';
import { LATE_MS_MAX, TIMEOUT_MS } from './faults.ts';
import type { Patch } from './points.ts';
import type { Seeded } from './seeded.ts';
import { runTool, type ToolOptions } from './tool.ts';
import type { FileRow } from './topup-file.ts';
import type { Vendor } from './vendor.ts';

/** What the campaigns of several machines with one ledger have in common. */

/** The lease of these machines is 8 s. */
export const LEASE_MS = 8000;

/** The config and the data key of all machines. */
export function writeSharedFiles(folder: string): void {
  writeFileSync(join(folder, 'data.key'), 'A'.repeat(43), { mode: 0o600 });
  const config = { quietWindow: '120ms', trustRoundIds: true, ledgerMayLoseCommits: true };
  writeFileSync(join(folder, 'memberload.config.json'), JSON.stringify(config));
}

type Machine = {
  readonly build: Build;
  readonly vendor: Vendor;
  readonly folder: string;
  readonly url: string;
  /** So far is its clock from the right time. */
  readonly jumpMs: number;
  readonly patches: readonly Patch[] | undefined;
};

/** A home of its own, as on a machine of its own. */
export function openMachine({ build, vendor, folder, url, jumpMs, patches }: Machine, name: string): ToolOptions {
  const home = join(folder, name);
  mkdirSync(home, { mode: 0o700 });
  return {
    ...{ build, cwd: folder, clock: [{ afterMs: 0, jumpMs }], patches: [...SHORT_LEASE, ...(patches ?? [])] },
    environment: {
      ...vendor.settings,
      ...{ HOME: folder, MEMBERLOAD_HOME: home, MEMBERLOAD_LEDGER_URL: url },
      MEMBERLOAD_DATA_KEY_FILE: join(folder, 'data.key'),
    },
  };
}

export const topupOf = (file: string, quota: number): string[] => [
  ...['topup', file, '-y', '--json', '--rate', '200/s', '--concurrency', '4', '--timeout', `${TIMEOUT_MS}ms`],
  ...['--overwrite', '--read-before', '--daily-quota', String(quota)],
];

export type KnownRun = {
  readonly run: string;
  readonly state: string;
  readonly input: string | null;
  readonly result: string;
  readonly leftToWorkers: boolean;
};

export async function runsKnownTo(machine: ToolOptions): Promise<readonly KnownRun[]> {
  const { stdout } = await runTool(['runs', '--json'], machine);
  return (JSON.parse(stdout) as { runs: readonly KnownRun[] }).runs;
}

/**
 * Two people look at the vendor's books, and both say at once what is so.
 *
 * @param resending where given, they also send rows again that were not applied
 * @returns rows that were in doubt
 */
export async function decideByTheBooks(
  runId: string,
  machines: readonly ToolOptions[],
  vendor: Vendor,
  resending?: { readonly random: Seeded; readonly quota: number },
): Promise<number> {
  const [one, two] = machines;
  if (one === undefined || two === undefined) throw new Error('there are machines');
  const { inDoubt } = JSON.parse((await runTool(['runs', runId, '--json'], one)).stdout) as {
    inDoubt: readonly { rowNumber: number; customerUid: string; dataChangeTime: string }[];
  };
  if (inDoubt.length === 0) return 0;
  await sleep(LATE_MS_MAX + 100);
  const { increments } = await vendor.books();
  const isApplied = ({ customerUid, dataChangeTime }: (typeof inDoubt)[number]): boolean =>
    increments.some((booked) => booked.customerUid === customerUid && booked.dataChangeTime === dataChangeTime);
  const both = async (...words: readonly string[][]): Promise<void> => {
    const [first = [], second = first] = words;
    const acts = [runTool(['resolve', runId, ...first], one), runTool(['resolve', runId, ...second], two)];
    for (const end of await Promise.all(acts)) {
      trace(() => ({ words, exit: end.exitCode, stderr: end.stderr.slice(0, 1200) }));
      if (end.exitCode === 70) throw new Error(end.stderr);
    }
  };
  const rowsOf = (applied: boolean): string =>
    inDoubt
      .filter((row) => isApplied(row) === applied)
      .map(({ rowNumber }) => rowNumber)
      .join(',');
  const [applied, notApplied] = [rowsOf(true), rowsOf(false)];
  if (applied !== '') await both(['--row', applied, '--as', 'applied']);
  if (notApplied === '') return inDoubt.length;
  const says = ['--row', notApplied, '--as', 'not-applied'];
  const controls = ['--timeout', `${TIMEOUT_MS}ms`, '--daily-quota', String(resending?.quota)];
  const resends = ['--row', notApplied, '--resend', '-y', ...controls];
  await both(...(resending?.random.pick([[says], [resends], [says, resends]]) ?? [says]));
  return inDoubt.length;
}

/** All files and their results as one, for the judge. */
export function allTogether(
  files: readonly (readonly [string, readonly FileRow[]])[],
  results: ReadonlyMap<string, string>,
): { rows: FileRow[]; resultCsv: string } {
  const rows: FileRow[] = [];
  const records: Record<string, string>[] = [];
  for (const [name, fileRows] of files) {
    const base = rows.length;
    rows.push(...fileRows.map((row) => ({ ...row, rowNumber: base + row.rowNumber })));
    const parsed = parse(results.get(name) ?? '', { bom: true, columns: true }) as Record<string, string>[];
    records.push(...parsed.map((record) => ({ ...record, result_row: String(base + Number(record.result_row)) })));
  }
  return { rows, resultCsv: stringify(records, { header: true }) };
}
