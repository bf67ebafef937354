import { parse } from 'csv-parse/sync';
import { describe, expect, test } from 'vitest';
import { lines } from '../support/csv-text.ts';
import { useVendorSandbox } from '../support/vendor-sandbox.ts';
import { openWorkspace, type Workspace } from '../support/workspace.ts';
import { englishIn } from './english-words.ts';

const vendor = useVendorSandbox();

/** Simplified by the flag, traditional by the system, English by the system: each way is walked once. */
const WAYS = [
  { language: 'zh-Hans', flags: ['--lang', 'zh-Hans'], environment: { LANG: 'C' } },
  { language: 'zh-Hant', flags: [], environment: { LANG: 'zh_HK.UTF-8' } },
  { language: 'en', flags: [], environment: { LC_ALL: 'C', LANG: 'zh_CN.UTF-8' } },
] as const;

type Told = { readonly exitCode: number | null; readonly codes: readonly string[]; readonly texts: readonly string[] };

/** Runs one command in each language, and gives what must be equal, and what must not be English. */
async function inEachLanguage(
  prepare: (work: Workspace) => Promise<void> | void,
  args: readonly string[],
  resultName: string,
): Promise<Record<(typeof WAYS)[number]['language'], Told>> {
  const told = [];
  for (const { language, flags, environment } of WAYS) {
    const work = openWorkspace(vendor.settings);
    await vendor.reset();
    await prepare(work);
    const ended = await work.run([...args, ...flags], { environment });
    const rows: Record<string, string>[] = work.has(resultName) ? parse(work.read(resultName), { columns: true }) : [];
    const codes = rows.map((row) =>
      ['row', 'status', 'action', 'errorCode', 'attempts'].map((name) => row[`result_${name}`]).join(' '),
    );
    // A path of the test's own folder is no text of memberload.
    const printed = (ended.stdout + ended.stderr).replaceAll(work.folder, '').replaceAll(work.home, '');
    const texts = [...rows.map((row) => row.result_messages ?? ''), ...printed.split('\n')];
    told.push([language, { exitCode: ended.exitCode, codes, texts }] as const);
  }
  return Object.fromEntries(told) as unknown as Record<(typeof WAYS)[number]['language'], Told>;
}

/** The Chinese runs end as the English one does, and have no English words. The English one does have some. */
function expectSpoken({ en, ...chinese }: Awaited<ReturnType<typeof inEachLanguage>>): void {
  expect(en.texts.flatMap(englishIn).length).toBeGreaterThan(5);
  for (const { exitCode, codes, texts } of Object.values(chinese)) {
    expect({ exitCode, codes }).toEqual({ exitCode: en.exitCode, codes: en.codes });
    expect(texts.flatMap((text) => englishIn(text).map((words) => `${words}: ${text}`))).toEqual([]);
  }
}

const BAD_MEMBERS = lines(
  'number,name,phone,birthday,email,point,discount,enable,customerUid,remarks',
  '8008010001,A,91234567,1990-01-05,a@b.hk,1,90,1,,fine',
  '8008010002,B,no,05/06/1990,a@b,"1,250",120,yes,,x',
  '8.00801E+09,C,91234567,1990-02-30,b@c.hk,1.5.0,10%,1,12x,x',
  "' 8008010004',D,12,45123,c@d.hk,1E+05,90,1,,x",
  '合计,,,,,12,,,,x',
  'N/A,,,,,,,,,x',
  'number,,,,,,,,,x',
  '8008010001,E,91234567,1850-01-05,d@e.hk,1,90,1,,twice',
  '8008010008.0,F,91234567,2090-01-05,d@e.hk,#N/A,90,1,,x',
  ',G,91234567,1990,d@e.hk,1,90,1,,no number',
  `8008010010,${'x'.repeat(10)},91234567 91234568,1990.1.5,d@e.hk,1,90,1,,${'y'.repeat(10)},surplus`,
);

describe('in Chinese, with the codes, counts and exit codes of English', () => {
  test('validate tells what is wrong with cells, rows and columns', async () => {
    const told = await inEachLanguage(
      (work) => work.file('members.csv', BAD_MEMBERS),
      ['validate', 'members.csv', '--as', 'members'],
      'members.checked.csv',
    );
    expectSpoken(told);
    expect(told.en).toMatchObject({
      exitCode: 1,
      codes: expect.arrayContaining(['3 invalid  EXCEL_DAMAGED;BAD_DATE;NOT_A_DECIMAL;BAD_ID 0']),
    });
  });

  test('import tells what the vendor refused, what was not changed, and what to type next', async () => {
    const told = await inEachLanguage(
      (work) => {
        work.file(
          'members.csv',
          lines(
            'number,name,phone,point,customerUid',
            '8008010001,陈一,91110000,99,',
            '8008019001,New,91110001,5,',
            '8008010003,Other,91110002,,1',
            ',,,,',
            '=1+1,Formula,91110003,,',
          ),
        );
        work.config({ lookup: 'rows' });
      },
      ['import', 'members.csv', '--yes'],
      'members.result.csv',
    );
    expectSpoken(told);
    expect(told['zh-Hans'].texts.join('\n')).toContain('没有更改（Kybio 不能改已有会员的这些列）：point（1 行）');
    expect(told['zh-Hant'].texts.join('\n')).toContain('現有會員的這些欄沒有更改（updateBaseInfo 不能改）：point。');
  });

  test('topup tells of rows in doubt, of members who are not there, and of what to decide', async () => {
    const works: Workspace[] = [];
    const told = await inEachLanguage(
      async (work) => {
        work.file(
          'quarter.csv',
          lines('number,pointIncrement', '8008010003,50', '8008019999,10', '8008010005,5', '8008010006,zwölf'),
        );
        await vendor.set({ faultsOn: 'increments', 'fault.serverErrorBefore': 1 });
        works.push(work);
      },
      ['topup', 'quarter.csv', '--skip-invalid', '--yes', '--log', 'calls.jsonl'],
      'quarter.result.csv',
    );
    expectSpoken(told);
    expect(told.en.exitCode).toBe(7);
    // The log is for the vendor's support, who may read no Chinese: the same lines in each language.
    const details = works.map((work) =>
      [...work.read('calls.jsonl').matchAll(/"detail":"([^"]*)"/g)].map(([, text]) => text),
    );
    expect(details[2]).toEqual(expect.arrayContaining([expect.stringMatching(/^HTTP 502.*bytes, text\/html/)]));
    expect(details[0]).toEqual(details[2]);
    expect(details[1]).toEqual(details[2]);
  });

  test('a file is refused as a whole', async () => {
    const told = await inEachLanguage(
      (work) => work.file('quarter.csv', lines('number,pointIncrement', '8008010003,50', '8008010003,60', '1,x')),
      ['topup', 'quarter.csv', '--yes'],
      'quarter.result.csv',
    );
    expectSpoken(told);
    expect(told.en.exitCode).toBe(3);
  });
});
