import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import { describe, expect, test } from 'vitest';
import { MIGRATIONS } from '../../../src/ledger/sqlite/schema.ts';
import { openSqliteLedgerReader } from '../../../src/ledger/sqlite/sqlite-ledger.ts';
import { heldClock } from '../../support/held-clock.ts';
import { ACCOUNT, newIntent, newRun, openTestLedger } from '../../support/test-ledger.ts';
import { temporaryFolder } from '../../support/workspace.ts';
import { all } from '../contract/backends.ts';

const APPLICATION_ID = 0x6d6c6467;
const BEGUN_MS = Date.UTC(2026, 10, 20);

/** A home as that version left it: `PRAGMA journal_mode = DELETE` at its close, the mark beside it. */
function homeOfVersion(version: number, sql: string, marked: number): string {
  const folder = temporaryFolder();
  const database = new DatabaseSync(join(folder, 'ledger.sqlite'));
  for (const migration of MIGRATIONS.slice(0, version)) database.exec(migration);
  database.exec(`PRAGMA user_version = ${version}; PRAGMA application_id = ${APPLICATION_ID}; ${sql}`);
  database.close();
  writeFileSync(join(folder, 'ledger.mark'), `memberload-mark ${String(marked).padStart(20, '0')}\n`);
  return folder;
}

const oldRun = (runId: string, command: string, state: string, createdMs: number): string =>
  `INSERT INTO run (run_id, command, targets, account, state, created_ms, updated_ms, input_path, input_sha256, result_path,
     settings_json, rows_digest, row_count, summary_json)
   VALUES ('${runId}', '${command}', '${command === 'import' ? 'kybio,wonder' : 'kybio'}', '${ACCOUNT}', '${state}', ${createdMs},
     ${createdMs + 9}, '/data/members.csv', 'sha', '/data/result.csv', '{"job":{}}', 'digest-${runId}', 4, '{"a":1}');`;

const oldIncrement = (runId: string, rowNumber: number, state: string, updatedMs: number): string =>
  `INSERT INTO row (run_id, row_number, target, state, operation, action, messages_json, attempts, customer_uid, point_increment,
     balance_increment, data_change_time, point_before, point_after, intent_ms, updated_ms)
   VALUES ('${runId}', ${rowNumber}, 'kybio', '${state}', 'increment', 'topped_up', '["m"]', 1, '23160763945971845${rowNumber}', '10',
     '2.50', '2026-11-20 08:00:0${rowNumber}', '1', '11', ${BEGUN_MS}, ${updatedMs});
   INSERT INTO change_time VALUES ('${ACCOUNT}', '23160763945971845${rowNumber}', '2026-11-20 08:00:0${rowNumber}');
   UPDATE counter SET value = value + 1 WHERE name = 'increment_intents';`;

/** What people have: a top-up that ended, one that was paused with a row in doubt, an import. */
const VERSION_3 = `
  ${oldRun('finished', 'topup', 'finished', BEGUN_MS)}
  ${oldIncrement('finished', 1, 'done', BEGUN_MS + 30)}
  ${oldIncrement('finished', 2, 'failed', BEGUN_MS + 10)}
  ${oldRun('paused', 'topup', 'paused', BEGUN_MS + 100)}
  ${oldIncrement('paused', 3, 'in_doubt', BEGUN_MS + 120)}
  ${oldIncrement('paused', 4, 'open', BEGUN_MS + 110)}
  ${oldRun('import', 'import', 'finished', BEGUN_MS + 200)}
  INSERT INTO row (run_id, row_number, target, state, customer_uid, uuid, updated_ms) VALUES
    ('import', 1, 'kybio', 'done', '231607639459718451', '', ${BEGUN_MS + 205}), ('import', 1, 'wonder', 'done', '', 'u', ${BEGUN_MS + 206});
  INSERT INTO evidence VALUES ('paused', 3, 5, 'read', '{}');
  INSERT INTO call_count VALUES ('${ACCOUNT}', '2026-11-20', 'increment', 7);
  INSERT INTO account_fact VALUES ('${ACCOUNT}', 'repeat_code', '2031', 1);`;

describe('a home of version 3', () => {
  const clock = () => heldClock(BEGUN_MS + 1000);
  const open = (folder: string) => openTestLedger({ folder, clock: clock() });

  test('is brought to the newest version with all that it knows', async () => {
    const ledger = await open(homeOfVersion(3, VERSION_3, 4));
    await ledger.requireNewest();
    expect(await ledger.readHealth()).toMatchObject({ version: MIGRATIONS.length, problems: [], intentCount: 4 });
    expect((await ledger.runs.list(9)).map(({ runId }) => runId)).toEqual(['import', 'paused', 'finished']);
    expect(await ledger.runs.find('import')).toMatchObject({
      targets: ['kybio', 'wonder'],
      place: '',
      resultSha256: '',
      undoes: '',
      rowCount: 4,
      settingsJson: '{"job":{}}',
      summaryJson: '{"a":1}',
    });
    expect(await all(ledger.rows.read('finished'))).toMatchObject([
      {
        state: 'done',
        customerUid: '231607639459718451',
        number: '',
        pointIncrement: '10',
        // Whose words these were nobody knows any more.
        messages: ['“sha256:62c66a7a5dd70c31”'],
        pointAfter: '11',
      },
      { state: 'failed' },
    ]);
    expect(await ledger.increments.listUnsettled(ACCOUNT)).toMatchObject([{ runId: 'paused', rowNumber: 3 }]);
    expect(await ledger.rows.listEvidence('paused', 3)).toHaveLength(1);
    expect(await ledger.calls.total(ACCOUNT, '2026-11-20')).toBe(7);
    expect(await ledger.facts.read(ACCOUNT, 'repeat_code')).toBe('2031');
  });

  test('keeps the order of its changes, and every change from now on comes after them', async () => {
    const ledger = await open(homeOfVersion(3, VERSION_3, 4));
    const rows = [...(await all(ledger.rows.read('finished'))), ...(await all(ledger.rows.read('paused')))];
    const inOrder = rows.toSorted((a, b) => a.sequence - b.sequence).map(({ rowNumber }) => rowNumber);
    expect(inOrder).toEqual([2, 1, 4, 3]);
    const before = await ledger.sequence();
    expect(before).toBeGreaterThanOrEqual(Math.max(...rows.map(({ sequence }) => sequence)));
    const key = { runId: 'paused', rowNumber: 3, target: 'kybio' } as const;
    await ledger.rows.record(key, { state: 'failed' });
    expect((await ledger.rows.find(key))?.sequence).toBeGreaterThan(before);
  });

  test('its credits are found by the guard, at intake and at the intent, and its times are not given again', async () => {
    const ledger = await open(homeOfVersion(3, VERSION_3, 4));
    const of = {
      numbers: [],
      references: [],
      customerUids: ['231607639459718451', '231607639459718452', '231607639459718454'],
    };
    expect(await ledger.increments.findCredits(ACCOUNT, of)).toMatchObject([
      { runId: 'finished', rowNumber: 1, state: 'done' },
      { runId: 'paused', rowNumber: 4, state: 'open' },
    ]);
    await ledger.runs.start(newRun({ runId: 'new' }), []);
    const intent = newIntent({
      key: { runId: 'new', rowNumber: 1, target: 'kybio' },
      customerUid: '231607639459718451',
      number: 'N1',
      pointIncrement: '10.0',
      balanceIncrement: '2.5',
      guard: { campaign: '', repeatWindowMs: 86_400_000 },
    });
    expect(await ledger.increments.begin(intent)).toMatchObject({
      kind: 'credited_before',
      credit: { runId: 'finished' },
    });
    const given = { kind: 'given', time: '2026-11-20 08:00:01' } as const;
    expect(await ledger.increments.begin({ ...intent, guard: undefined, dataChangeTime: given })).toEqual({
      kind: 'time_taken',
    });
    const third = { ...intent, customerUid: '231607639459718453' };
    expect(await ledger.increments.begin(third)).toMatchObject({ kind: 'member_waits', runId: 'paused' });
  });

  test('is not upgraded by a reader: it says so, and leaves every byte as it is', async () => {
    const folder = homeOfVersion(3, VERSION_3, 4);
    const bytes = readFileSync(join(folder, 'ledger.sqlite'));
    await expect(openSqliteLedgerReader({ folder, clock: clock() })).rejects.toMatchObject({
      code: 'LEDGER_NEEDS_UPGRADE',
      exitCode: 2,
      message: expect.stringContaining('ledger version 3'),
    });
    expect(readFileSync(join(folder, 'ledger.sqlite')).equals(bytes)).toBe(true);
    await (await open(folder)).close();
    expect(await (await openSqliteLedgerReader({ folder, clock: clock() }))?.runs.list(9)).toHaveLength(3);
  });
});

describe("a vendor's words in a ledger of an earlier build", () => {
  const NAME = '陈大文 13800138000';
  const SEALED = '“sha256:0123456789abcdef”';
  // Each of them often enough that rows which are deleted leave whole pages.
  const FREED = Array.from(
    { length: 400 },
    (_, index) => `('freed', ${index}, 0, 'answer', '${NAME} ${index}')`,
  ).join();

  const messagesOf = (runId: string, rowNumber: number, errorCode: string, messages: readonly string[]): string =>
    `INSERT INTO row (run_id, row_number, target, state, error_code, messages_json, updated_ms)
     VALUES ('${runId}', ${rowNumber}, 'kybio', 'failed', '${errorCode}', '${JSON.stringify(messages)}', 1);`;
  const evidenceOf = (rowNumber: number, kind: string, detail: object): string =>
    `INSERT INTO evidence VALUES ('first', ${rowNumber}, 1, '${kind}', '${JSON.stringify(detail)}');`;
  const WORDS = `
    ${messagesOf('first', 1, '2013', [`add: 会员 “${NAME}” 已存在`, `add: ${NAME}`])}
    ${messagesOf('first', 2, 'TIMEOUT', [`no answer: ${NAME}`, ''])}
    ${evidenceOf(1, 'answer', { answer: `refused 2031: ${NAME}: so` })}
    ${evidenceOf(1, 'answer', { answer: 'refused 2031: without a message' })}
    ${evidenceOf(1, 'answer', { answer: 'success', data: { point: '1' } })}
    ${evidenceOf(1, 'decision', { as: 'applied', sequence: 3 })}
    INSERT INTO evidence VALUES ${FREED};
    PRAGMA secure_delete = OFF;
    DELETE FROM evidence WHERE run_id = 'freed';`;
  const LATER = `
    ${messagesOf('later', 1, '2013', [`add: ${NAME}`])}
    ${messagesOf('later', 2, '2013', [`add: ${SEALED}`])}
    ${messagesOf('later', 3, 'TIMEOUT', ['no answer within 30 s', `said “${NAME}”`])}`;
  const START_LATER = `INSERT INTO run (run_id, command, targets, account, state, created_ms, updated_ms, input_path,
      input_sha256, result_path, settings_json, row_count, has_stage)
    VALUES ('later', 'import', 'kybio', '${ACCOUNT}', 'finished', 1, 1, '/in.csv', 'sha', '/out.csv', '{}', 3, 1);`;

  const filesWith = (folder: string, words: string): string[] =>
    readdirSync(folder).filter((name) => readFileSync(join(folder, name)).includes(words));

  test.each([
    ['the first version', 1, oldRun('first', 'topup', 'finished', 1)],
    ['version 3', 3, oldRun('first', 'topup', 'finished', 1)],
    [
      'version 4, with a run of an earlier one',
      4,
      `${START_LATER.replaceAll('later', 'first').replace('3, 1)', '3, 0)')} ${START_LATER} ${LATER}`,
    ],
  ])('are in no byte of its files once %s is brought up to date: a digest is', async (_name, version, runs) => {
    const folder = homeOfVersion(version, `${runs} ${WORDS}`, 0);
    expect(filesWith(folder, '13800138000')).toEqual(['ledger.sqlite']);
    const ledger = await openTestLedger({ folder });
    expect(filesWith(folder, '13800138000')).toEqual([]);
    const digest = expect.stringMatching(/^“sha256:[0-9a-f]{16}”$/);
    expect((await all(ledger.rows.read('first'))).map(({ messages }) => messages)).toEqual([
      [digest, digest],
      [digest, ''],
    ]);
    const evidence = (await ledger.rows.listEvidence('first', 1)).map(({ detailJson }) => JSON.parse(detailJson));
    expect(evidence).toEqual([
      { answer: expect.stringMatching(/^refused 2031: “sha256:[0-9a-f]{16}”$/) },
      { answer: 'refused 2031: without a message' },
      { answer: 'success', data: { point: '1' } },
      { as: 'applied', sequence: 3 },
    ]);
    expect((await all(ledger.rows.read('later'))).map(({ messages }) => messages)).toEqual(
      version < 4
        ? []
        : [
            [digest],
            [`add: ${SEALED}`],
            ['no answer within 30 s', expect.stringMatching(/^said “sha256:[0-9a-f]{16}”$/)],
          ],
    );
    await ledger.close();
    expect(filesWith(folder, '13800138000')).toEqual([]);
  });

  test('are in no byte either when a kill came between the migration and the cleaning of free pages', async () => {
    const folder = homeOfVersion(3, `${oldRun('first', 'topup', 'finished', 1)} ${WORDS}`, 0);
    await (await openTestLedger({ folder })).close();
    // As a kill leaves it: the mark is there, and freed pages hold the words.
    const database = new DatabaseSync(join(folder, 'ledger.sqlite'));
    database.exec(`PRAGMA secure_delete = OFF; INSERT INTO evidence VALUES ${FREED}; DELETE FROM evidence WHERE run_id = 'freed';
      INSERT INTO counter VALUES ('free_pages_hold_words', 1)`);
    database.close();
    expect(filesWith(folder, '13800138000')).not.toEqual([]);
    const ledger = await openTestLedger({ folder });
    expect(filesWith(folder, '13800138000')).toEqual([]);
    expect(await ledger.readHealth()).toMatchObject({ problems: [] });
  });
});

describe('schema versions', () => {
  test('a ledger of the first version is brought to the newest with all that it knows', async () => {
    const sql = `${oldRun('old', 'topup', 'finished', 1)} UPDATE counter SET value = 3`;
    const ledger = await openTestLedger({ folder: homeOfVersion(1, sql, 3) });
    await ledger.requireNewest();
    expect(await ledger.readHealth()).toMatchObject({ version: MIGRATIONS.length, problems: [] });
    expect(await ledger.runs.find('old')).toMatchObject({ rowCount: 4, prunedMs: 0 });
  });

  test('an empty file is a new ledger to a writer, and none to a reader', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'ledger.sqlite'), '');
    expect(await openSqliteLedgerReader({ folder, clock: heldClock() })).toBeUndefined();
    expect(await (await openTestLedger({ folder })).readHealth()).toMatchObject({ version: MIGRATIONS.length });
  });

  test.each([
    [
      'newer',
      `PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = 99`,
      'LEDGER_TOO_NEW',
      /ledger version 99/,
    ],
    [
      'of another program',
      'PRAGMA user_version = 1; CREATE TABLE theirs (x)',
      'LEDGER_DAMAGED',
      /not a memberload ledger/,
    ],
  ])('a database that is %s is refused, by a reader too, and stays as it is', async (_name, sql, code, message) => {
    const folder = temporaryFolder();
    const path = join(folder, 'ledger.sqlite');
    const database = new DatabaseSync(path);
    database.exec(sql);
    database.close();
    const bytes = readFileSync(path);
    const refusal = { code, exitCode: 2, message: expect.stringMatching(message) };
    await expect(openTestLedger({ folder })).rejects.toMatchObject(refusal);
    await expect(openSqliteLedgerReader({ folder, clock: heldClock() })).rejects.toMatchObject(refusal);
    expect(readFileSync(path).equals(bytes)).toBe(true);
  });
});
