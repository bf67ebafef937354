import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { RunDocument } from '../../src/result/run-document.ts';
import { membersSeed } from '../bench/call-jobs.ts';
import { runInProcess } from '../support/run-in-process.ts';
import type { VendorSandbox } from '../support/vendor-sandbox.ts';
import { openWorkspace, temporaryFolder, type Workspace } from '../support/workspace.ts';

/** Calls by endpoint, as the vendor counted them. */
export type Spent = Readonly<Record<string, number>>;

export type Counted = {
  readonly exitCode: number | null;
  readonly stderr: string;
  readonly document: RunDocument;
  readonly spent: Spent;
};

/** A folder and a home; every run is compared with what the vendor counted, to the call. */
export type CountedWork = {
  readonly folder: string;
  readonly home: string;
  file(name: string, content: string): void;
  read(name: string): string;
  run(args: readonly string[]): Promise<Counted>;
};

type Options = { readonly config?: object; readonly environment?: Readonly<Record<string, string>> };

/** Through the built binary. */
export function binaryWork(vendor: VendorSandbox, options: Options = {}): CountedWork & Pick<Workspace, 'start'> {
  const work = openWorkspace({ ...vendor.settings, ...options.environment });
  work.config({ lookup: 'auto', concurrency: 8, ...options.config });
  return { ...work, run: (args) => counted(vendor, () => work.run([...args, '--json'])) };
}

/** The same entry in this process, many times as fast: where many runs are compared. */
export function quickWork(vendor: VendorSandbox, options: Options = {}): CountedWork {
  const folder = temporaryFolder();
  const home = join(folder, 'home');
  mkdirSync(home, { mode: 0o700 });
  writeFileSync(
    join(folder, 'memberload.config.json'),
    JSON.stringify({ rate: 'unlimited', quietWindow: '50ms', concurrency: 8, ...options.config }),
  );
  return {
    folder,
    home,
    file: (name, content) => writeFileSync(join(folder, name), content),
    read: (name) => readFileSync(join(folder, name), 'utf8'),
    run: (args) =>
      counted(vendor, () => runInProcess([...args, '--json'], folder, { ...vendor.settings, ...options.environment })),
  };
}

async function counted(
  vendor: VendorSandbox,
  start: () => Promise<{ exitCode: number | null; stdout: string; stderr: string }>,
): Promise<Counted> {
  const before = await vendor.calls();
  const { exitCode, stdout, stderr } = await start();
  const spent = difference(await vendor.calls(), before);
  expect(stdout, stderr).toMatch(/^\{/);
  const document = JSON.parse(stdout) as RunDocument;
  // An error before anything was planned has a document without calls.
  const { byEndpoint, sent } = document.calls ?? { byEndpoint: spent, sent: total(spent) };
  expect({ byEndpoint, sent }, stderr).toEqual({ byEndpoint: spent, sent: total(spent) });
  return { exitCode, stderr, document, spent };
}

export function total(spent: Spent): number {
  return Object.values(spent).reduce((sum, count) => sum + count, 0);
}

function difference(after: Spent, before: Spent): Spent {
  const entries = Object.entries(after).map(
    ([endpoint, count]) => [endpoint, count - (before[endpoint] ?? 0)] as const,
  );
  return Object.fromEntries(entries.filter(([, count]) => count > 0));
}

/** Nobody but these members at the vendor: `M000000 Member 0` and on. */
export async function fill(
  vendor: VendorSandbox,
  count: number,
  switches: Record<string, unknown> = {},
): Promise<void> {
  await vendor.reset({ empty: true, ...switches });
  if (count > 0) await vendor.seed(membersSeed(count));
}

export const PAGES = 'customerOpenApi/queryCustomerPages';
export const BY_NUMBER = 'customerOpenApi/queryByNumber';
export const BY_UID = 'customerOpenApi/queryByUid';
export const ADD = 'customerOpenApi/add';
export const UPDATE = 'customerOpenApi/updateBaseInfo';
export const INCREMENT = 'customerOpenApi/updateBalancePointByIncrement';
export const CATEGORIES = 'customerOpenApi/queryAllCustomerCategory';
export const CATEGORY_BATCH = 'customerOpenApi/batchUpdateCategory';
