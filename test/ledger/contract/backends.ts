import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import { onTestFinished } from 'vitest';
import type { OperatorError } from '../../../src/base/errors.ts';
import type { Ledger, LedgerReader } from '../../../src/ledger/ledger.ts';
import { readLedgerAddress } from '../../../src/ledger/postgres/address.ts';
import { openPostgresLedger, openPostgresLedgerReader } from '../../../src/ledger/postgres/postgres-ledger.ts';
import { openSqliteLedgerReader } from '../../../src/ledger/sqlite/sqlite-ledger.ts';
import { type HeldClock, heldClock } from '../../support/held-clock.ts';
import { emptyLedger, HAS_POSTGRES, inDatabase, newDatabase, sharedCluster } from '../../support/postgres.ts';
import { HOLDER, openTestLedger } from '../../support/test-ledger.ts';
import { temporaryFolder } from '../../support/workspace.ts';

/** A place for one ledger, gone after the test. */
export type LedgerPlace = {
  readonly clock: HeldClock;
  /** Opens the ledger; made when it is not there. Closed after the test. */
  open(onFailure?: (error: OperatorError) => void): Promise<Ledger>;
  openReader(): Promise<LedgerReader | undefined>;
  /** From now on every change of a row fails. */
  breakRows(): void | Promise<void>;
  /** Another process opens the ledger, makes the calls one after the other, and is killed (SIGKILL). */
  killAfter(calls: readonly LedgerCall[]): void | Promise<void>;
};

/** A call of the ledger as data: the store, its method, what it is given. */
export type LedgerCall = {
  readonly store: 'runs' | 'rows' | 'increments' | 'calls' | 'facts';
  readonly method: string;
  readonly given: readonly unknown[];
};

export type Backend = { readonly name: string; newPlace(): LedgerPlace };

const SQLITE_MODULE = new URL('../../../.build/ledger/sqlite/sqlite-ledger.js', import.meta.url).href;

const sqlite: Backend = {
  name: 'sqlite',
  newPlace() {
    const folder = temporaryFolder();
    const clock = heldClock();
    return {
      clock,
      open: (onFailure) => openTestLedger({ folder, clock, ...(onFailure && { onFailure }) }),
      async openReader() {
        const reader = await openSqliteLedgerReader({ folder, clock });
        onTestFinished(() => reader?.close());
        return reader;
      },
      breakRows() {
        const database = new DatabaseSync(join(folder, 'ledger.sqlite'));
        database.exec('DROP TABLE row');
        database.close();
      },
      killAfter(calls) {
        killProcess(
          `import { openSqliteLedger } from ${JSON.stringify(SQLITE_MODULE)};
          const ledger = await openSqliteLedger({ folder: ${JSON.stringify(folder)}, clock: { nowMs: () => ${clock.nowMs()} },
            holder: { pid: process.pid, command: 'killed', startedAt: '' }, onFailure() {} });`,
          calls,
        );
      },
    };
  },
};

function killProcess(opening: string, calls: readonly LedgerCall[]): void {
  const program = `${opening}
    for (const { store, method, given } of ${JSON.stringify(calls)}) await ledger[store][method](...given);
    process.kill(process.pid, 'SIGKILL');`;
  const { signal, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8' });
  if (signal !== 'SIGKILL') throw new Error(`the process ended before it could be killed: ${stderr}`);
}

const POSTGRES_MODULE = new URL('../../../.build/ledger/postgres/postgres-ledger.js', import.meta.url).href;
const ADDRESS_MODULE = new URL('../../../.build/ledger/postgres/address.js', import.meta.url).href;

const postgres: Backend = {
  name: 'postgres',
  newPlace() {
    const folder = temporaryFolder();
    const clock = heldClock();
    let url: Promise<string> | undefined;
    const database = (make = emptyLedger): Promise<string> => {
      url ??= make();
      return url;
    };
    const address = async () => readLedgerAddress(await database());
    return {
      clock,
      async open(onFailure = () => undefined) {
        const ledger = await openPostgresLedger({
          ...{ address: await address(), folder, clock, onFailure, isLossAccepted: true },
          holder: { ...HOLDER, person: 'anna on hk-1' },
        });
        onTestFinished(() => ledger.close());
        return ledger;
      },
      async openReader() {
        // A reader comes first only where there is no ledger yet.
        await database(() => sharedCluster().then(newDatabase));
        const reader = await openPostgresLedgerReader({ address: await address(), clock });
        onTestFinished(() => reader?.close());
        return reader;
      },
      async breakRows() {
        await inDatabase(await database(), 'DROP TABLE memberload.run_row CASCADE');
      },
      async killAfter(calls) {
        killProcess(
          `import { openPostgresLedger } from ${JSON.stringify(POSTGRES_MODULE)};
          import { readLedgerAddress } from ${JSON.stringify(ADDRESS_MODULE)};
          const ledger = await openPostgresLedger({ folder: ${JSON.stringify(folder)}, clock: { nowMs: () => ${clock.nowMs()} },
            address: readLedgerAddress(${JSON.stringify(await database())}), isLossAccepted: true, onFailure() {},
            holder: { pid: process.pid, command: 'killed', startedAt: '', person: 'bert on hk-2' } });`,
          calls,
        );
      },
    };
  },
};

/** Every backend keeps the same contract. */
export const LEDGERS: readonly Backend[] = HAS_POSTGRES ? [sqlite, postgres] : [sqlite];

/** All pages of an async iterable in one list. */
export async function all<T>(pages: AsyncIterable<readonly T[]>): Promise<T[]> {
  const items: T[] = [];
  for await (const page of pages) items.push(...page);
  return items;
}
