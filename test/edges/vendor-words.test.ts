import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { columnOf, lines, outcomesOf } from '../support/csv-text.ts';
import { openHttpServer } from '../support/http-server.ts';
import { openWorkspace, type Workspace } from '../support/workspace.ts';

/** A message that quotes a member, as vendors do. It says “ itself, and what looks like a digest. */
const WORDS = '会员 “陈大文” 13800138000 said "no" \\ sha256:0123456789abcdef';
const AS_SHOWN = WORDS.replaceAll(/[“”]/g, '"');

const UID = '231607639459718452';

/** A Kybio that knows every member, and refuses what is asked by the code, with these words. */
async function openTalkingVendor(code: number): Promise<Workspace> {
  const member = { customerUid: 0, number: '1001', name: 'A', point: 1, balance: 2 };
  const server = await openHttpServer(({ url }, response) => {
    const found = JSON.stringify({ status: 'success', data: member }).replace(':0', `:${UID}`);
    const refusal = JSON.stringify({ status: 'error', errorCode: code, messages: [WORDS] });
    response.end(url.includes('query') ? found : refusal);
  });
  onTestFinished(() => server.close());
  return openWorkspace({
    KYBIO_BASE_URL: `${server.baseUrl}/openapi/v1`,
    KYBIO_APP_ID: 'ABCDEFABCDEFABCDEFABCDEFABCDEFAB',
    KYBIO_APP_KEY: 'key',
  });
}

/** The names of the files that hold the words, below the home. */
function placesOfWords({ home, everything }: Workspace): string[] {
  return [...everything()]
    .filter(([path]) => path.startsWith(home))
    .filter(([, bytes]) => ['陈大文', '13800138000'].some((words) => bytes.includes(words)))
    .map(([path]) => path);
}

test('a phone that a spreadsheet has shortened is told without the phones: the ledger keeps what is told', async () => {
  const work = openWorkspace();
  work.file('m.csv', lines('number,phone', 'NEW1,+85291230001'));
  expect((await work.run(['import', 'm.csv', '--sandbox', '--no-report'])).exitCode).toBe(0);
  work.file('m.csv', lines('number,phone', 'NEW1,85291230001'));
  const again = await work.run(['import', 'm.csv', '--sandbox', '--no-report', '--overwrite']);
  expect(again.exitCode).toBe(0);
  expect(columnOf(work.read('m.result.csv'), 'result_messages')[0]).toContain('what a spreadsheet leaves');
  const ledger = [...work.everything()].filter(([path]) => /ledger\.(sqlite|mark)/.test(path));
  expect(ledger.length).toBeGreaterThan(0);
  expect(ledger.filter(([, bytes]) => bytes.includes('85291230001')).map(([path]) => path)).toEqual([]);
});

describe('what a vendor says word for word', () => {
  test('stands in the result, and nowhere else when the run is finished', async () => {
    const work = await openTalkingVendor(2013);
    work.file('m.csv', lines('number,name', '1001,B'));
    expect((await work.run(['import', 'm.csv', '-y'])).exitCode).toBe(1);
    expect(outcomesOf(work.read('m.result.csv'))).toEqual(['failed 2013']);
    expect(columnOf(work.read('m.result.csv'), 'result_messages')[0]).toContain(AS_SHOWN);
    expect(placesOfWords(work)).toEqual([]);
  });

  test('stays in the folder of a run with a row in doubt, until a person has decided', async () => {
    const work = await openTalkingVendor(7777);
    work.file('t.csv', lines('customerUid,pointIncrement', `${UID},5`));
    const { exitCode, stdout } = await work.run(['topup', 't.csv', '-y', '--json']);
    expect(exitCode).toBe(7);
    const { run } = JSON.parse(stdout) as { run: string };
    expect(placesOfWords(work)).toEqual([join(work.home, 'runs', run, 'words')]);

    const shown = await work.run(['resolve', run]);
    expect(shown.stdout).toContain(`the vendor said: refused 7777: “${AS_SHOWN}`);
    const [row] = (JSON.parse((await work.run(['resolve', run, '--json'])).stdout) as { inDoubt: object[] }).inDoubt;
    expect(JSON.stringify(row)).toContain(JSON.stringify(AS_SHOWN).slice(1, -1));

    await work.run(['resolve', run, '--row', '1', '--as', 'applied']);
    expect(placesOfWords(work)).toEqual([]);
    // Without the folder a digest tells which words they were.
    expect((await work.run(['resolve', run, '--json'])).stdout).toMatch(/refused 7777: “sha256:[0-9a-f]{16}”/);
  });
});
