import { appendFileSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { RunControl } from '../../src/calls/run-control.ts';
import type { TableSource } from '../../src/csv/byte-source.ts';
import type { CreditGuard } from '../../src/intake/credit-guard.ts';
import { openStagedInput, stageInput } from '../../src/intake/stage-input.ts';
import { makeRunFolder, removeLeftFolders, runFolderOf } from '../../src/run/run-folder.ts';
import type { Stage } from '../../src/stage/stage.ts';
import { lines } from '../support/csv-text.ts';
import { topupSettings } from '../support/job-settings.ts';
import { newIntent, newRun, openTestLedger } from '../support/test-ledger.ts';
import { temporaryFolder } from '../support/workspace.ts';
import { NOW_MS, pipeOf, RESULT_FOR } from './read-text.ts';

const FILE = lines('number,pointIncrement,Shop', 'A,1,"a ""b"", c"', 'B,2,陈', 'A,4,x');
/** Which of the two rows of A is meant is known only when the second is read; the first stands. */
const NUMBERS_TO_SEND = ['A', 'B'];

const parts = (control = new RunControl()) => ({
  settings: topupSettings(),
  control,
  guard: undefined,
  resultFor: RESULT_FOR,
  nowMs: NOW_MS,
  findUsedMapping: async () => undefined,
});

async function numbersToSend(stage: Stage): Promise<(string | undefined)[]> {
  const numbers: (string | undefined)[] = [];
  for await (const rows of stage.readRows()) {
    for (const { targetRows } of rows)
      for (const { row } of targetRows) numbers.push('number' in row ? row.number : '');
  }
  return numbers;
}

describe('the run’s own copy of its input', () => {
  test('is whole without the input, and opened again says the same', async () => {
    const folder = temporaryFolder();
    const path = join(temporaryFolder(), 'in.csv');
    writeFileSync(path, FILE);
    const { stage, facts } = await stageInput({ path }, folder, parts());
    rmSync(path);
    expect(await numbersToSend(stage)).toEqual(NUMBERS_TO_SEND);
    const cells: string[][] = [];
    for await (const block of stage.readBlocks()) cells.push(...block.cells.map((record) => [...record]));
    expect(cells).toEqual([
      ['A', '1', 'a "b", c'],
      ['B', '2', '陈'],
      ['A', '4', 'x'],
    ]);
    await stage.close();
    expect(facts.sums).toMatchObject({ rowCount: 3, repeatedCount: 1, pointIncrement: '3' });
    const again = await openStagedInput(folder, topupSettings());
    expect(again?.facts).toEqual(facts);
    expect(again && (await numbersToSend(again.stage))).toEqual(NUMBERS_TO_SEND);
    await again?.stage.close();
  });

  test('counts anew what only the whole file told', async () => {
    const folder = temporaryFolder();
    const text = lines('number,pointIncrement,result_status,result_for', 'A,5,,', `A,5,done,${RESULT_FOR}`, 'B,2,,');
    const { stage, facts } = await stageInput(pipe(text), folder, parts());
    expect(await numbersToSend(stage)).toEqual(['B']);
    await stage.close();
    expect(facts.sums).toMatchObject({ repeatedCount: 1, doneEarlierCount: 1, pointIncrement: '2' });
  });

  test('leaves nothing when the input is refused, changes meanwhile, or a signal comes', async () => {
    const folder = temporaryFolder();
    const path = join(temporaryFolder(), 'in.csv');
    writeFileSync(path, FILE + lines(...Array.from({ length: 40_000 }, (_, row) => `C${row},1,x`)));
    const refused = lines('number,pointIncrement,result_status,result_for', 'A,1,done,topup Kybio hk1');
    await expect(stageInput(pipe(refused), folder, parts())).rejects.toMatchObject({ code: 'OTHER_RESULT' });

    const control = new RunControl();
    const interrupted = stageInput(
      pipe(FILE, () => control.stop({ kind: 'interrupted', signal: 'SIGTERM' })),
      folder,
      parts(control),
    );
    await expect(interrupted).rejects.toMatchObject({ code: 'INTERRUPTED', exitCode: 143 });

    const guard: Pick<CreditGuard, 'mark' | 'compare' | 'notes'> = {
      async mark(rows) {
        appendFileSync(path, 'D,1,x\n');
        return rows;
      },
      compare: async () => undefined,
      notes: () => [],
    };
    const changed = stageInput({ path }, folder, { ...parts(), guard });
    await expect(changed).rejects.toMatchObject({ code: 'INPUT_CHANGED', exitCode: 3 });
    expect(readdirSync(folder)).toEqual([]);
  });

  test('is private', async () => {
    const home = temporaryFolder();
    const folder = makeRunFolder(home, 'run-1');
    await (await stageInput(pipe(FILE), folder, parts())).stage.close();
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    for (const name of readdirSync(folder))
      expect([name, statSync(join(folder, name)).mode & 0o777]).toEqual([name, 0o600]);
    expect(readFileSync(join(folder, 'stage')).includes('陈')).toBe(true);
  });
});

describe('a folder that no run needs', () => {
  const staged = async (home: string, runId: string): Promise<void> => {
    await (await stageInput(pipe(FILE), makeRunFolder(home, runId), parts())).stage.close();
  };

  test('is removed: a kill between stage and run start leaves nothing of the members’ data', async () => {
    const [home, ledger] = [temporaryFolder(), await openTestLedger()];
    await staged(home, 'killed');
    expect(await removeLeftFolders(home, ledger)).toBe(1);
    expect(readdirSync(join(home, 'runs'))).toEqual([]);
  });

  test.each([
    ['is unfinished', 'paused', undefined, true, true],
    ['has a row in doubt', 'finished', 'in_doubt', true, true],
    ['was cancelled with a row in doubt', 'cancelled', 'in_doubt', true, true],
    ['has no result file yet', 'finished', 'done', false, true],
    ['has finished', 'finished', 'done', true, false],
    ['was cancelled', 'cancelled', 'done', true, false],
  ] as const)('stays while its run is needed: one that %s', async (_name, state, rowState, hasResult, isKept) => {
    const [home, ledger] = [temporaryFolder(), await openTestLedger()];
    await staged(home, 'run-1');
    await ledger.runs.start(newRun(), []);
    if (rowState !== undefined) {
      await ledger.increments.begin(newIntent());
      await ledger.rows.record({ runId: 'run-1', rowNumber: 1, target: 'kybio' }, { state: rowState });
    }
    await ledger.runs.end('run-1', { state, summaryJson: summaryOf(state, hasResult ? 'in.result.csv' : null) });
    await removeLeftFolders(home, ledger);
    const kept = await openStagedInput(runFolderOf(home, 'run-1'), topupSettings());
    await kept?.stage.close();
    expect(kept !== undefined).toBe(isKept);
  });
});

/** What the ledger keeps of a run that has ended. */
function summaryOf(state: string, result: string | null): string {
  const total = { asked: '0', applied: '0', in_doubt: '0' };
  return JSON.stringify({
    command: 'topup',
    state,
    result,
    rows: {},
    actions: {},
    errorCodes: {},
    calls: { sent: 0, retried: 0, byEndpoint: {} },
    totals: { pointIncrement: total, balanceIncrement: total },
    elapsedMs: 0,
    exitCode: 0,
  });
}

/** `onEnd`: called when the last line has been read. */
function pipe(text: string, onEnd?: () => void): TableSource {
  async function* bytes(): AsyncGenerator<Uint8Array> {
    yield* pipeOf(text);
    onEnd?.();
  }
  return { stream: bytes(), name: 'standard input' };
}
