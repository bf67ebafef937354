import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import { describe, expect, onTestFinished, test } from 'vitest';
import { openSqliteLedgerReader } from '../../../src/ledger/sqlite/sqlite-ledger.ts';
import { heldClock } from '../../support/held-clock.ts';
import { HOLDER, newIntent, newRun, openTestLedger, plannedRow } from '../../support/test-ledger.ts';
import { temporaryFolder } from '../../support/workspace.ts';

const LEDGER_MODULE = new URL('../../../.build/ledger/sqlite/sqlite-ledger.js', import.meta.url).href;

/** A program that opens the ledger of the folder in its first argument. */
function program(then: string): string[] {
  const text = `import { openSqliteLedger, openSqliteLedgerReader } from '${LEDGER_MODULE}';
    const folder = process.argv[1];
    const clock = { nowMs: () => Date.now() };
    const open = () => openSqliteLedger({ folder, clock, holder: ${JSON.stringify(HOLDER)}, onFailure() {} });
    ${then}`;
  return ['--input-type=module', '-e', text];
}

function runProcess(folder: string, then: string): string {
  const { stdout, stderr } = spawnSync(process.execPath, [...program(then), folder], { encoding: 'utf8' });
  return (stdout + stderr).trim();
}

/** Another process that has the ledger open, until the test ends or kills it. */
async function startHolder(folder: string) {
  const holder = spawn(process.execPath, [
    ...program("await open(); console.log('open'); setInterval(() => {}, 1000);"),
    folder,
  ]);
  onTestFinished(() => void holder.kill('SIGKILL'));
  await once(holder.stdout, 'data');
  return holder;
}

/** Every file of the folder by its bytes, without those that SQLite makes anew when they are missing or empty. */
function bytesOf(folder: string): Record<string, string> {
  const names = readdirSync(folder).filter(
    (name) => !name.endsWith('-shm') && !(name.endsWith('-wal') && statSync(join(folder, name)).size === 0),
  );
  const digest = (name: string) =>
    createHash('sha256')
      .update(readFileSync(join(folder, name)))
      .digest('hex');
  return Object.fromEntries(names.map((name) => [name, digest(name)]));
}

const intentOf = (rowNumber: number) =>
  newIntent({
    key: { runId: 'run-1', rowNumber, target: 'kybio' },
    mayRepeatMember: true,
    customerUid: `${rowNumber}`,
  });

describe('opening the ledger', () => {
  test('reads back the settings that durability hangs on', async () => {
    const health = await (await openTestLedger()).readHealth();
    expect(health.problems).toEqual([]);
    expect(health.details).toEqual([
      expect.stringMatching(/^SQLite 3\./),
      'journal_mode wal',
      'synchronous 1',
      'secure_delete 1',
    ]);
  });

  test('the folder and the files are for the owner alone, also those that were not', async () => {
    const folder = join(temporaryFolder(), 'deep', 'home');
    await openTestLedger({ folder });
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    const modes = () => readdirSync(folder).map((name) => [name, statSync(join(folder, name)).mode & 0o777]);
    const names = [
      'ledger.holder.json',
      'ledger.lock',
      'ledger.mark',
      'ledger.sqlite',
      'ledger.sqlite-shm',
      'ledger.sqlite-wal',
    ];
    expect(modes()).toEqual(names.map((name) => [name, 0o600]));

    const loose = temporaryFolder();
    for (const name of ['ledger.sqlite', 'ledger.lock', 'ledger.holder.json']) {
      writeFileSync(join(loose, name), '', { mode: 0o644 });
    }
    await openTestLedger({ folder: loose });
    for (const name of readdirSync(loose)) expect([name, statSync(join(loose, name)).mode & 0o077]).toEqual([name, 0]);
  });

  test.each(['ledger.sqlite', 'ledger.sqlite-wal', 'ledger.lock', 'ledger.holder.json', 'ledger.mark'])(
    'a link in place of %s is refused, and what it points at stays as it is',
    async (name) => {
      const folder = temporaryFolder();
      runProcess(folder, 'await (await open()).close();');
      const target = join(temporaryFolder(), 'precious');
      const content = name === 'ledger.sqlite' ? readFileSync(join(folder, name)) : Buffer.from('precious');
      writeFileSync(target, content);
      rmSync(join(folder, name), { force: true });
      symlinkSync(target, join(folder, name));
      await expect(openTestLedger({ folder })).rejects.toMatchObject({ code: 'LEDGER_NOT_WRITABLE', exitCode: 2 });
      expect(readFileSync(target).equals(content)).toBe(true);
    },
  );

  test('a folder in place of a file, or a home that cannot be made, is refused by name', async () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'ledger.lock'));
    await expect(openTestLedger({ folder })).rejects.toMatchObject({ code: 'LEDGER_NOT_WRITABLE' });
    writeFileSync(join(folder, 'file'), '');
    await expect(openTestLedger({ folder: join(folder, 'file', 'home') })).rejects.toMatchObject({
      code: 'LEDGER_NOT_WRITABLE',
      exitCode: 2,
    });
  });

  test('a process can close it and open it again at once', async () => {
    const folder = temporaryFolder();
    for (const runId of ['a', 'b', 'c']) {
      const ledger = await openTestLedger({ folder });
      await ledger.runs.start(newRun({ runId }), []);
      await ledger.runs.list(5);
      await ledger.close();
    }
    const { runs } = await openTestLedger({ folder });
    expect((await runs.list(5)).map(({ runId }) => runId)).toEqual(['c', 'b', 'a']);
  });

  test('what a closed ledger knows is in the one file: a copy of that file is a whole ledger', async () => {
    const folder = temporaryFolder();
    runProcess(
      folder,
      `const ledger = await open(); await ledger.facts.write('a', 'f', 'value'); await ledger.close();`,
    );
    const copy = temporaryFolder();
    copyFileSync(join(folder, 'ledger.sqlite'), join(copy, 'ledger.sqlite'));
    expect(await (await openTestLedger({ folder: copy })).facts.read('a', 'f')).toBe('value');
  });

  test('a ledger of an earlier version that is at work keeps both writers and readers out', async () => {
    const folder = temporaryFolder();
    runProcess(folder, 'await (await open()).close();');
    // As those versions did.
    const earlier = new DatabaseSync(join(folder, 'ledger.sqlite'));
    earlier.exec('PRAGMA journal_mode = DELETE; PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE');
    await expect(openTestLedger({ folder })).rejects.toMatchObject({ code: 'LEDGER_IN_USE', exitCode: 2 });
    await expect(openSqliteLedgerReader({ folder, clock: heldClock() })).rejects.toMatchObject({
      code: 'LEDGER_IN_USE',
    });
    earlier.close();
    await openTestLedger({ folder });
  });
});

describe('the lock', () => {
  const IN_USE = (folder: string) =>
    `LEDGER_IN_USE 2 Another memberload is at work with ${folder}/ledger.sqlite (process 4711, 'memberload import members.csv', since 2026-11-22T04:00:00.000Z).`;

  test('a second process is refused and told who holds it, and let in when that one ends, even by kill -9', async () => {
    const folder = temporaryFolder();
    const holder = await openTestLedger({ folder });
    const second = () =>
      runProcess(
        folder,
        `try { await open(); console.log('opened'); } catch (error) { console.log(error.code, error.exitCode, error.message); }
         process.kill(process.pid, 'SIGKILL');`,
      );
    expect(second()).toBe(IN_USE(folder));
    await holder.close();
    expect(second()).toBe('opened');
    await openTestLedger({ folder });
  });

  test('holds within one process as well, and a refused second opening does not loosen it', async () => {
    const folder = temporaryFolder();
    await openTestLedger({ folder });
    await expect(openTestLedger({ folder })).rejects.toMatchObject({ code: 'LEDGER_IN_USE' });
    expect(runProcess(folder, 'await open().catch((error) => console.log(error.code));')).toBe('LEDGER_IN_USE');
  });

  test('lets others read while a process works, and makes a reader no hurdle for the next writer', async () => {
    const folder = temporaryFolder();
    const holder = await startHolder(folder);
    await expect(openTestLedger({ folder })).rejects.toMatchObject({ code: 'LEDGER_IN_USE' });
    const reader = await openSqliteLedgerReader({ folder, clock: heldClock() });
    expect(await reader?.runs.list(1)).toEqual([]);
    holder.kill('SIGKILL');
    await once(holder, 'exit');
    const next = await openTestLedger({ folder });
    await next.runs.start(newRun(), []);
    expect(await reader?.runs.list(1)).toHaveLength(1);
    await reader?.close();
  });
});

describe('the write-ahead log', () => {
  test('is not taken away by a process that reads and ends: what comes later is still durable', async () => {
    const folder = temporaryFolder();
    const ledger = await openTestLedger({ folder });
    await ledger.runs.start(newRun(), []);
    const log = () => statSync(join(folder, 'ledger.sqlite-wal'));
    const { ino } = log();
    const read = () =>
      runProcess(
        folder,
        `const reader = await openSqliteLedgerReader({ folder, clock });
         console.log((await reader.runs.list(9)).length); await reader.close();`,
      );
    expect(read()).toBe('1');
    await ledger.runs.start(newRun({ runId: 'run-2' }), []);
    expect(log().ino).toBe(ino);
    expect(read()).toBe('2');
  });

  test('a reader leaves the database byte for byte as it is, after a kill as well', () => {
    const folder = temporaryFolder();
    runProcess(
      folder,
      `const ledger = await open(); await ledger.facts.write('a', 'f', '1'); process.kill(process.pid, 'SIGKILL');`,
    );
    const before = bytesOf(folder);
    expect(
      runProcess(
        folder,
        `const reader = await openSqliteLedgerReader({ folder, clock }); console.log(await reader.facts.read('a', 'f'));`,
      ),
    ).toBe('1');
    expect(bytesOf(folder)).toEqual(before);
  });

  test('a reader makes nothing where there is no ledger, not even the folder', async () => {
    const folder = join(temporaryFolder(), 'home');
    expect(await openSqliteLedgerReader({ folder, clock: heldClock() })).toBeUndefined();
    expect(existsSync(folder)).toBe(false);
    mkdirSync(folder);
    expect(await openSqliteLedgerReader({ folder, clock: heldClock() })).toBeUndefined();
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe('starting a run', () => {
  test('a kill before its rows are all recorded leaves nothing, on the disk either', async () => {
    const folder = temporaryFolder();
    const planned = JSON.stringify([plannedRow({ number: 'N1' })]);
    const killed = runProcess(
      folder,
      `const ledger = await open();
       async function* rows() { yield ${planned}; await ledger.flush(); console.log('written'); process.kill(process.pid, 'SIGKILL'); }
       await ledger.runs.start(${JSON.stringify(newRun())}, rows());`,
    );
    expect(killed).toBe('written');
    const reader = await openSqliteLedgerReader({ folder, clock: heldClock() });
    const wanted = { numbers: ['N1', 'N2'], customerUids: [], references: [] };
    expect(await reader?.increments.findCredits('kybio:APP', wanted)).toEqual([]);
    expect(await reader?.rows.listByState('run-1', ['planned'])).toEqual([]);
    const ledger = await openTestLedger({ folder });
    await ledger.runs.start(newRun(), [[plannedRow({ number: 'N2' })]]);
    expect(await ledger.increments.findCredits('kybio:APP', wanted)).toMatchObject([{ number: 'N2' }]);
  });
});

describe('a ledger that cannot be believed', () => {
  test.each([
    ['garbage', (path: string) => writeFileSync(path, 'this is no database, however long it is. '.repeat(200))],
    [
      'cut in the middle',
      (path: string) => truncateSync(path, Math.trunc(statSync(path).size / 2 / 4096) * 4096 + 100),
    ],
    ['overwritten in its header', (path: string) => writeFileSync(path, readFileSync(path).fill(0xee, 0, 100))],
  ])('that is %s is refused and left byte for byte as it is, by a reader too', async (_, damage) => {
    const folder = temporaryFolder();
    // By another process: this one would keep what it knows of the file.
    runProcess(folder, 'await (await open()).close();');
    damage(join(folder, 'ledger.sqlite'));
    const before = bytesOf(folder);
    const refused = { code: 'LEDGER_DAMAGED', exitCode: 2 };
    await expect(openSqliteLedgerReader({ folder, clock: heldClock() })).rejects.toMatchObject(refused);
    await expect(openTestLedger({ folder })).rejects.toMatchObject(refused);
    expect(bytesOf(folder)).toEqual(before);
  });

  test('damage that is met while at work ends with exit 5, for writers and for readers', async () => {
    const folder = temporaryFolder();
    const ledger = await openTestLedger({ folder });
    await ledger.runs.start(newRun(), []);
    const reader = await openSqliteLedgerReader({ folder, clock: heldClock() });
    const other = new DatabaseSync(join(folder, 'ledger.sqlite'));
    other.exec("UPDATE run SET state = 'no such state'");
    other.close();
    const refused = { code: 'LEDGER_DAMAGED', exitCode: 5, message: expect.stringContaining('no such state') };
    await expect(reader?.runs.find('run-1')).rejects.toMatchObject(refused);
    await expect(ledger.runs.find('run-1')).rejects.toMatchObject(refused);
    await expect(ledger.flush()).rejects.toMatchObject({ code: 'LEDGER_DAMAGED' });
  });

  test('an older copy put back opens, but no increment is recorded in it', async () => {
    const folder = temporaryFolder();
    const path = join(folder, 'ledger.sqlite');
    const beginOne = (rowNumber: number) =>
      runProcess(
        folder,
        `const ledger = await open();
         try { console.log((await ledger.increments.begin(${JSON.stringify(intentOf(rowNumber))})).kind); }
         catch (error) { console.log(error.code, error.exitCode); }
         await ledger.close();`,
      );
    expect(beginOne(1)).toBe('begun');
    copyFileSync(path, `${path}.copy`);
    expect(beginOne(2)).toBe('begun');
    copyFileSync(`${path}.copy`, path);
    expect(beginOne(3)).toBe('LEDGER_OLDER 2');
  });
});
