import { expect, test } from 'vitest';
import { lines } from '../support/csv-text.ts';
import { openMachine } from '../support/machines.ts';
import { HAS_POSTGRES, inDatabase, newDatabase, sharedCluster } from '../support/postgres.ts';
import { useVendorSandbox } from '../support/vendor-sandbox.ts';
import { englishIn } from './english-words.ts';

const vendor = useVendorSandbox();

/** Words of the server, of the system and of whoever is at work: they are not ours. */
const FOREIGN = [/connect ECONNREFUSED \S+/g, /synchronous_commit on|PostgreSQL [\d.]+[^，；]*/g, /\S+ on \S+/g];

test.runIf(HAS_POSTGRES).each([
  { language: 'zh-Hans', made: '现在是版本', missing: '还没有账本', atWork: '没有人在使用', away: '无法使用' },
  { language: 'zh-Hant', made: '現在是版本', missing: '還沒有帳本', atWork: '沒有人在使用', away: '無法使用' },
] as const)(
  'the shared ledger is made, looked at and missed in $language',
  async ({ language, made, missing, atWork, away }) => {
    const url = await newDatabase(await sharedCluster());
    const work = openMachine(vendor, url);
    work.file('topup.csv', lines('number,pointIncrement', '8008010001,20'));
    const run = async (args: readonly string[], exitCode: number, ledgerUrl?: string | null): Promise<string> => {
      const environment = ledgerUrl === undefined ? {} : { MEMBERLOAD_LEDGER_URL: ledgerUrl ?? undefined };
      const ended = await work.run([...args, '--lang', language], { environment });
      const printed = [work.folder, work.home].reduce((text, path) => text.replaceAll(path, ''), ended.stderr);
      const own = FOREIGN.reduce((text, words) => text.replace(words, ''), printed + ended.stdout);
      expect({ args, exitCode: ended.exitCode, printed }).toMatchObject({ args, exitCode });
      expect(englishIn(own), own).toEqual([]);
      return printed + ended.stdout;
    };
    expect(await run(['topup', 'topup.csv', '-y'], 2)).toContain(missing);
    expect(await run(['ledger', 'init'], 0)).toContain(made);
    // The clusters of the tests run without fsync: that is a problem, and told.
    expect(await run(['ledger', 'status'], 1)).toContain(atWork);
    await run(['ledger', 'import'], 2);
    await run(['ledger', 'look'], 2);
    await run(['ledger', 'status'], 2, null);
    await run(['result'], 2);
    await run(['topup', 'topup.csv', '-y'], 2, '');
    await run(['topup', 'topup.csv', '-y'], 2, 'mysql://somebody@somewhere');
    expect(await run(['topup', 'topup.csv', '-y'], 2, 'postgres://nobody@127.0.0.1:1/none')).toContain(away);
  },
  120_000,
);

test.runIf(HAS_POSTGRES).each([
  { language: 'zh-Hans', left: '第 1 行保持原样：bert 已在 ' },
  { language: 'zh-Hant', left: '第 1 行保持原樣：bert 已在 ' },
] as const)('a decision against that of another person is refused in $language', async ({ language, left }) => {
  const url = await newDatabase(await sharedCluster());
  const work = openMachine(vendor, url);
  const run = (...args: readonly string[]) => work.run([...args, '--lang', language]);
  await run('ledger', 'init');
  await vendor.set({ faultsOn: 'increments', 'fault.cutBefore': 1 });
  work.file('topup.csv', lines('number,pointIncrement', '8008010001,20'));
  const { run: runId } = JSON.parse((await run('topup', 'topup.csv', '--json')).stdout) as { run: string };
  await vendor.reset();
  expect(await run('resolve', runId, '--row', '1', '--as', 'applied')).toMatchObject({ exitCode: 0 });
  await inDatabase(
    url,
    `UPDATE memberload.evidence SET detail_json = (detail_json::jsonb || '{"by":"bert"}')::text WHERE kind = 'decision'`,
  );
  const refused = await run('resolve', runId, '--row', '1', '--as', 'not-applied');
  const note = refused.stderr.split('\n').find((line) => line.includes('bert')) ?? '';
  expect(note).toContain(left);
  expect(englishIn(note)).toEqual([]);
});
