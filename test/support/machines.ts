import { expect, onTestFinished } from 'vitest';
import type { Build } from '../chaos/build.ts';
import type { Patch } from '../chaos/points.ts';
import type { ToolOptions } from '../chaos/tool.ts';
import { inDatabase } from './postgres.ts';
import type { VendorSandbox } from './vendor-sandbox.ts';
import { openWorkspace, type Workspace } from './workspace.ts';

/** Homes of their own, as on several machines, with one shared ledger. */

/** Seconds instead of a minute, and still more than a busy machine needs to renew it. */
export const SHORT_LEASE: readonly Patch[] = [
  { file: 'ledger/postgres/lease.js', anchor: 'LEASE_MS_MIN = 60_000', replacement: 'LEASE_MS_MIN = 8_000' },
  { file: 'ledger/postgres/lease.js', anchor: 'LEASE_MARGIN_MS = 10_000', replacement: 'LEASE_MARGIN_MS = 200' },
];

export function openMachine(vendor: VendorSandbox, url: string, more: Record<string, string> = {}): Workspace {
  const machine = openWorkspace({ ...vendor.settings, MEMBERLOAD_LEDGER_URL: url, ...more });
  // The tests' server does not wait for the disk.
  machine.config({ ledgerMayLoseCommits: true });
  return machine;
}

/** The same machine with a patched build. */
export function toolOf(
  machine: Workspace,
  { build, vendor, url }: { readonly build: Build; readonly vendor: VendorSandbox; readonly url: string },
  patches: readonly Patch[],
): ToolOptions {
  const { folder, home } = machine;
  const environment = {
    ...vendor.settings,
    ...{ HOME: folder, MEMBERLOAD_HOME: home, MEMBERLOAD_LEDGER_URL: url },
    ...(machine.has('data.key') && { MEMBERLOAD_DATA_KEY_FILE: 'data.key' }),
  };
  return { build, patches, cwd: folder, environment };
}

/** How often each member was credited, by number: the vendor's books are the judge. */
export async function creditsOf(vendor: VendorSandbox): Promise<Record<string, number>> {
  const { increments } = await vendor.books();
  const numberOf = new Map((await vendor.members()).map(({ number, customerUid }) => [String(customerUid), number]));
  const counts: Record<string, number> = {};
  for (const { customerUid } of increments) {
    const number = String(numberOf.get(customerUid));
    counts[number] = (counts[number] ?? 0) + 1;
  }
  return counts;
}

/** By function of the database: what stands there, and what instead. */
type Guards = Readonly<Record<string, readonly [string, string]>>;

/** Whose lease is over, or whose run or slice another has taken, begins nothing. */
export const FENCE: Guards = {
  apply: ['has_lease := FOUND', 'has_lease := true'],
  begin_increment: ['NOT memberload.works_on(me, own.run_id, own.row_number)', 'false'],
};

/** What a late process finds done is not begun again. Stands behind the fence. */
export const DONE_BEFORE: Guards = {
  begin_increment: ["own.state = 'done' AND own.data_change_time <> ''", 'false'],
};

/** One increment of a member at a time. */
export const IN_FLIGHT: Guards = {
  begin_increment: [
    '(holder.run_id, holder.row_number, holder.target) <> (own.run_id, own.row_number, own.target)',
    'false',
  ],
};

/** What was sent, and has no answer, is in doubt whatever was decided before. */
export const LATE_ENDS: Guards = {
  contradiction: [
    "late->>'state' IN ('intent', 'in_doubt') AND r.state IN ('open', 'retry', 'failed', 'invalid')",
    'false',
  ],
};

/** Takes guards out of the database's functions, until the end of the test. For negative controls. */
export async function withoutGuards(url: string, guards: Guards): Promise<void> {
  for (const [name, [guard, instead]] of Object.entries(guards)) {
    const [body] = await inDatabase(url, `SELECT pg_get_functiondef('memberload.${name}'::regproc) AS text`);
    const text = String(body?.text);
    expect(text.split(guard)).toHaveLength(2);
    await inDatabase(
      url,
      text.replace(guard, () => instead),
    );
    onTestFinished(async () => {
      await inDatabase(url, text);
    });
  }
}
