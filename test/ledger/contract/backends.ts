import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import { onTestFinished } from 'vitest';
import type { OperatorError } from '../../../src/base/errors.ts';
import type { Ledger, LedgerReader } from '../../../src/ledger/ledger.ts';
import { openSqliteLedgerReader } from '../../../src/ledger/sqlite/sqlite-ledger.ts';
import { type HeldClock, heldClock } from '../../support/held-clock.ts';
import { openTestLedger } from '../../support/test-ledger.ts';
import { temporaryFolder } from '../../support/workspace.ts';

/** A place for one ledger, gone after the test. */
export type LedgerPlace = {
  readonly clock: HeldClock;
  /** Opens the ledger; made when it is not there. Closed after the test. */
  open(onFailure?: (error: OperatorError) => void): Promise<Ledger>;
  openReader(): Promise<LedgerReader | undefined>;
  /** From now on every change of a row fails. */
  breakRows(): void;
  /** Another process opens the ledger, makes the calls one after the other, and is killed (SIGKILL). */
  killAfter(calls: readonly LedgerCall[]): void;
};

/** A call of the ledger as data: the store, its method, what it is given. */
export type LedgerCall = {
  readonly store: 'runs' | 'rows' | 'increments' | 'calls' | 'facts';
  readonly method: string;
  readonly given: readonly unknown[];
};

export type Backend = { readonly name: string; newPlace(): LedgerPlace };

const SQLITE_MODULE = new URL('../../../dist/ledger/sqlite/sqlite-ledger.js', import.meta.url).href;

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
        const program = `import { openSqliteLedger } from ${JSON.stringify(SQLITE_MODULE)};
          const ledger = await openSqliteLedger({ folder: ${JSON.stringify(folder)}, clock: { nowMs: () => ${clock.nowMs()} },
            holder: { pid: process.pid, command: 'killed', startedAt: '' }, onFailure() {} });
          for (const { store, method, given } of ${JSON.stringify(calls)}) await ledger[store][method](...given);
          process.kill(process.pid, 'SIGKILL');`;
        const { signal, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
          encoding: 'utf8',
        });
        if (signal !== 'SIGKILL') throw new Error(`the process ended before it could be killed: ${stderr}`);
      },
    };
  },
};

/** Every backend keeps the same contract. */
export const LEDGERS: readonly Backend[] = [sqlite];

/** All pages of an async iterable in one list. */
export async function all<T>(pages: AsyncIterable<readonly T[]>): Promise<T[]> {
  const items: T[] = [];
  for await (const page of pages) items.push(...page);
  return items;
}
