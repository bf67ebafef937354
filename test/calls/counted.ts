import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { RunDocument } from '../../src/report/run-document.ts';
import { runInProcess } from '../support/run-in-process.ts';
import type { VendorSandbox } from '../support/vendor-sandbox.ts';
import { openWorkspace, temporaryFolder } from '../support/workspace.ts';

/** Calls by endpoint, as the sandbox names them. */
export type Spent = Readonly<Record<string, number>>;

export type Counted = {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly document: RunDocument;
  readonly spent: Spent;
};

/** A folder and a home whose every run is counted at the vendor and compared with what the run says of itself. */
export type CountedWork = {
  readonly folder: string;
  readonly home: string;
  file(name: string, content: string): void;
  read(name: string): string;
  run(args: readonly string[]): Promise<Counted>;
};

/** Through the built binary. */
export function binaryWork(vendor: VendorSandbox, config: object = {}): CountedWork {
  const work = openWorkspace(vendor.settings);
  work.config({ lookup: 'auto', concurrency: '8', ...config });
  return {
    folder: work.folder,
    home: work.home,
    file: work.file,
    read: work.read,
    run: (args) => counted(vendor, () => work.run([...args, '--json'])),
  };
}

/** The same entry in this process, twenty times as fast: where many runs are compared. */
export function quickWork(vendor: VendorSandbox, config: object = {}): CountedWork {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'home'), { mode: 0o700 });
  writeFileSync(
    join(folder, 'memberload.config.json'),
    JSON.stringify({ rate: 'unlimited', quietWindow: '50ms', concurrency: '8', ...config }),
  );
  return {
    folder,
    home: join(folder, 'home'),
    file: (name, content) => writeFileSync(join(folder, name), content),
    read: (name) => readFileSync(join(folder, name), 'utf8'),
    run: (args) => counted(vendor, () => runInProcess([...args, '--json'], folder, { ...vendor.settings })),
  };
}

async function counted(
  vendor: VendorSandbox,
  start: () => Promise<{ exitCode: number | null; stdout: string; stderr: string }>,
): Promise<Counted> {
  const before = await vendor.calls();
  const ended = await start();
  const spent = difference(await vendor.calls(), before);
  expect(ended.stdout, ended.stderr).toMatch(/^\{/);
  const document = JSON.parse(ended.stdout) as RunDocument;
  if (document.calls !== undefined) {
    expect({ byEndpoint: document.calls.byEndpoint, sent: document.calls.sent }, ended.stderr).toEqual({
      byEndpoint: spent,
      sent: total(spent),
    });
  }
  return { ...ended, document, spent };
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

/** What the snapshot that commands share lies in; undefined when there is none. */
export function sharedSnapshots(home: string): string | undefined {
  const path = join(home, 'snapshots');
  return existsSync(path) ? path : undefined;
}

export const PAGES = 'customerOpenApi/queryCustomerPages';
export const BY_NUMBER = 'customerOpenApi/queryByNumber';
export const BY_UID = 'customerOpenApi/queryByUid';
export const ADD = 'customerOpenApi/add';
export const UPDATE = 'customerOpenApi/updateBaseInfo';
export const INCREMENT = 'customerOpenApi/updateBalancePointByIncrement';
export const CATEGORIES = 'customerOpenApi/queryAllCustomerCategory';
export const CATEGORY_BATCH = 'customerOpenApi/batchUpdateCategory';
export const CUSTOMER_PAGES = 'GET /customers';
export const CUSTOMER_BY_REFERENCE = 'GET /customers/ref/:id';
export const CUSTOMER_POST = 'POST /customers';
export const CUSTOMER_PUT = 'PUT /customers/:id';
