import { expect, test } from 'vitest';
import { lines } from '../support/csv-text.ts';
import { runOnTerminal } from '../support/terminal.ts';
import { useVendorSandbox } from '../support/vendor-sandbox.ts';
import { openWorkspace } from '../support/workspace.ts';
import { englishIn } from './english-words.ts';

const vendor = useVendorSandbox();

const MEMBERS = lines('number,会员姓名,储值余额,金额', 'ZH001,王小明,50,1', 'ZH002,陈一,"1,2,3",2');

/** Thirteen commands, one after the other. */
const WAY_MS_MAX = 180_000;

/** What the HTTP client says of a connection: a technical word, as a code is. */
const SOCKET_ERROR = 'other side closed';

/** The texts that each way of speaking must show: a command that says nothing has no English words either. */
const SPOKEN = {
  'zh-Hans': {
    place: 'Kybio（…',
    columns: '  储值余额 → balance: 50',
    begins: '开始运行 ',
    runs: '已完成',
    evidence: '  后台：打开会员 ',
    decided: '第 1 行：已确认已经入账。',
    setting: "rate：'5/x' 不能用，应为速率，例如 5/s",
    help: '会员和客户：',
    importHelp: '  --country <代码>',
    doctor: '正常    Kybio 签名：对方已接受。',
  },
  'zh-Hant': {
    place: 'Kybio（…',
    columns: '  储值余额 → balance: 50',
    begins: '開始執行 ',
    runs: '已完成',
    evidence: '  後台：開啟會員 ',
    decided: '第 1 行：已確認已經入賬。',
    setting: "rate：'5/x' 不能用，應為速率，例如 5/s",
    help: '會員和客戶：',
    importHelp: '  --country <代碼>',
    doctor: '正常    Kybio 簽名：對方已接受。',
  },
} as const;

test.each([
  { language: 'zh-Hans', flags: ['--lang', 'zh-Hans'], environment: { LANG: 'C' } },
  { language: 'zh-Hant', flags: [], environment: { LANG: 'zh_HK.UTF-8' } },
] as const)(
  'a whole way is walked in $language: every command speaks it, with the exit codes of English',
  async (way) => {
    const { language, flags, environment } = way;
    const spoken = SPOKEN[language];
    const work = openWorkspace(vendor.settings);
    /** Runs the command and gives all that it printed. No two English words stand side by side in it. */
    const run = async (args: readonly string[], exitCode: number, stdin = ''): Promise<string> => {
      const ended = await work.run([...args, ...flags], { environment, stdin });
      const printed = (ended.stdout + ended.stderr)
        .replaceAll(work.folder, '')
        .replaceAll(work.home, '')
        .replaceAll(SOCKET_ERROR, '');
      expect({ args, exitCode: ended.exitCode, printed }).toMatchObject({ args, exitCode });
      expect(
        printed.split('\n').flatMap((line) => englishIn(line).map((words) => `${args[0]}: ${words}: ${line}`)),
      ).toEqual([]);
      return printed;
    };
    work.file('members.csv', MEMBERS);
    const imported = await run(['import', 'members.csv', '-y'], 1);
    for (const text of [spoken.place, spoken.columns, spoken.begins]) expect(imported).toContain(text);

    await vendor.set({ faultsOn: 'increments', 'fault.cutBefore': 1 });
    work.file('quarter.csv', lines('number,pointIncrement', '8008010003,50'));
    await run(['topup', 'quarter.csv', '-y', '--campaign', 'Q3'], 7);
    await vendor.reset();
    const listed = await run(['runs'], 0);
    expect(listed).toContain(spoken.runs);
    const runId = /^\S+(?=.* topup )/m.exec(listed)?.[0] ?? '';
    await run(['runs', runId], 0);
    await run(['resume', runId], 2);
    expect(await run(['resolve', runId], 7)).toContain(spoken.evidence);
    expect(await run(['resolve', runId, '--row', '1', '--as', 'applied'], 0)).toContain(spoken.decided);
    expect(await run(['doctor'], 0)).toContain(spoken.doctor);
    await run(['init', '--config', 'other.json'], 2, 'kybio\nhttps://host.example/wrong\n');
    expect(await run(['help'], 0)).toContain(spoken.help);
    expect(await run(['import', '--help'], 0)).toContain(spoken.importHelp);
    await run(['import', 'members.csv', '--moed', 'create'], 2);
    work.config({ rate: '5/x' });
    expect(await run(['runs'], 2)).toContain(spoken.setting);
  },
  WAY_MS_MAX,
);

test('--json, the place in it and the names of checks are the same in every language', async () => {
  const work = openWorkspace(vendor.settings);
  work.file('members.csv', MEMBERS);
  const documentOf = async (args: readonly string[]) =>
    JSON.parse((await work.run(args)).stdout) as Record<string, unknown>;
  const chinese = await documentOf(['import', 'members.csv', '-y', '--json', '--lang', 'zh-Hant']);
  expect(chinese).toMatchObject({ place: expect.stringMatching(/^Kybio \(….{4}\)$/), state: 'finished', exitCode: 1 });
  const { runs } = (await documentOf(['runs', '--json', '--lang', 'zh-Hant'])) as { runs: readonly object[] };
  expect(runs).toMatchObject([{ place: chinese.place, state: 'finished' }]);
  const { checks } = (await documentOf(['doctor', '--json', '--lang', 'zh-Hans'])) as { checks: readonly object[] };
  expect(checks).toContainEqual(
    expect.objectContaining({ name: 'kybio signature', status: 'ok', detail: '对方已接受' }),
  );
});

test('a question is asked in Chinese; a yes is 是 or yes in wide letters, and anything else is no', async () => {
  const work = openWorkspace();
  const ask = (answers: readonly string[]) => {
    work.file('members.csv', lines('number,name', `ZH${answers.length}01,王小明`));
    const environment = { ...vendor.settings, LANG: 'zh_CN.UTF-8' } as unknown as Record<string, string>;
    return runOnTerminal(work, ['import', 'members.csv', '--overwrite'], { answers, environment });
  };
  const refused = await ask(['好']);
  expect(refused).toMatchObject({ exitCode: 2, shown: /：新增 1。读取的列：number、name。确认请输入「是」：好/ });
  expect(refused.shown).toContain('错误：没有得到确认。');
  expect((await ask(['是'])).exitCode).toBe(0);
  work.file('quarter.csv', lines('number,pointIncrement', 'ZH101,150'));
  const sum = await runOnTerminal(work, ['topup', 'quarter.csv'], {
    answers: ['１５０'],
    environment: { ...vendor.settings, LANG: 'zh_HK.UTF-8' } as unknown as Record<string, string>,
  });
  expect(sum).toMatchObject({ exitCode: 0, shown: /共 1 行，積分 150，餘額 0。\s+確認傳送，請輸入積分的合計：/ });
  expect(await vendor.member('ZH101')).toMatchObject({ point: '150' });
});
