import { createHash } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  besideResult,
  checkResultPath,
  fileMark,
  isChangedResult,
  type ResultPathRules,
} from '../../src/result/result-path.ts';
import { temporaryFolder } from '../support/workspace.ts';
import { type MadeWorkbook, makeWorkbook, row } from '../xlsx/make-workbook.ts';

const RESULT = 'number,result_row,result_status\nN1,1,done\n';

type Place = { readonly folder: string; readonly home: string; readonly input: string; path(name: string): string };

function place(): Place {
  const folder = temporaryFolder();
  const home = join(folder, 'home');
  mkdirSync(home);
  const input = join(folder, 'in.csv');
  writeFileSync(input, 'number\nN1\n');
  return { folder, home, input, path: (name) => join(folder, name) };
}

function check({ home, input }: Place, path: string, rules: Partial<ResultPathRules> = {}): Promise<void> {
  return checkResultPath(path, {
    protectedPaths: [input],
    homeFolder: home,
    mayReplace: true,
    ownSha256s: [],
    ...rules,
  });
}

describe('a result is never written', () => {
  test.each<[string, RegExp, (at: Place) => string]>([
    ['into a folder that is missing', /its folder cannot be used/, ({ path }) => path('missing/out.csv')],
    ['over a folder', /it is a folder/, ({ folder }) => folder],
    ['to a device', /it is no regular file/, () => '/dev/null'],
    [
      'through a link that leads nowhere',
      /a link that leads nowhere/,
      ({ path }) => {
        symlinkSync(path('nowhere.csv'), path('out.csv'));
        return path('out.csv');
      },
    ],
    ['over its input', /which this command reads/, ({ input }) => input],
    ['over its input under another spelling', /which this command reads/, ({ folder }) => `${folder}/./in.csv`],
    [
      'over its input through a link',
      /which this command reads/,
      ({ path, input }) => {
        symlinkSync(input, path('out.csv'));
        return path('out.csv');
      },
    ],
    [
      'over its input through a hard link',
      /which this command reads/,
      ({ path, input }) => {
        linkSync(input, path('out.csv'));
        return path('out.csv');
      },
    ],
    ['into the home', /it lies in MEMBERLOAD_HOME/, ({ home }) => join(home, 'out.csv')],
    [
      'into a folder of the home through a link',
      /it lies in MEMBERLOAD_HOME/,
      ({ path, home }) => {
        mkdirSync(join(home, 'runs'));
        symlinkSync(join(home, 'runs'), path('innocent'));
        return path('innocent/out.csv');
      },
    ],
    [
      'over a file of the home through a link',
      /it lies in MEMBERLOAD_HOME/,
      ({ path, home }) => {
        writeFileSync(join(home, 'ledger.csv'), RESULT);
        symlinkSync(join(home, 'ledger.csv'), path('out.csv'));
        return path('out.csv');
      },
    ],
    [
      'over a file that is no result',
      /it is no result of memberload/,
      ({ path }) => {
        writeFileSync(path('out.csv'), 'name,phone\nGrace,1\n');
        return path('out.csv');
      },
    ],
  ])('%s, not even with --overwrite', async (_, message, pathOf) => {
    const at = place();
    const path = pathOf(at);
    await expect(check(at, path)).rejects.toMatchObject({
      code: 'RESULT_NOT_WRITABLE',
      exitCode: 2,
      message: expect.stringMatching(message),
    });
  });

  test('over an earlier result without --overwrite; with it, and over what the run itself wrote, it is', async () => {
    const at = place();
    const path = at.path('out.csv');
    await check(at, path, { mayReplace: false });
    writeFileSync(path, RESULT);
    await expect(check(at, path, { mayReplace: false })).rejects.toMatchObject({ code: 'RESULT_EXISTS' });
    await check(at, path);
    const own = createHash('sha256').update(readFileSync(path)).digest('hex');
    await check(at, path, { mayReplace: false, ownSha256s: ['other', own] });
  });

  test('over what was the own result a moment ago, and has changed since', async () => {
    const at = place();
    const path = at.path('out.csv');
    writeFileSync(path, RESULT);
    const ownMark = await fileMark(path);
    if (ownMark === undefined) throw new Error('the file is there');
    await check(at, path, { mayReplace: false, ownMark });
    // As long as before.
    writeFileSync(path, RESULT.replace('done', 'gone'));
    await expect(check(at, path, { mayReplace: false, ownMark })).rejects.toMatchObject({ code: 'RESULT_EXISTS' });
  });

  const workbook = (...header: string[]): MadeWorkbook => ({
    sheets: [{ name: 'result', xml: `<sheetData>${row(1, ...header)}${row(2, ...header.map(() => 'x'))}</sheetData>` }],
  });

  test.each([
    ['a result in another dialect', '\uFEFFnumber;result_status\r\n1;done\r\n', true],
    ['the rows of a dry run', 'row,target,key,action,field\n', true],
    ['an empty file, as mktemp makes it', '', true],
    ['a result in a workbook', workbook('number', 'result_status'), true],
    ["somebody's list of members", 'customerUid,salary\n1,2\n', false],
    ['any workbook', workbook('number', 'budget'), false],
    ['what is no table', Buffer.from('PK\u0003\u0004 xl/worksheets/sheet1.xml'), false],
  ])('%s counts as an earlier result: %#', async (_, content, isResult) => {
    const at = place();
    const path = at.path('out.csv');
    if (typeof content === 'string' || Buffer.isBuffer(content)) writeFileSync(path, content);
    else await makeWorkbook(path, content);
    if (isResult) await check(at, path);
    else await expect(check(at, path)).rejects.toMatchObject({ code: 'RESULT_NOT_WRITABLE' });
  });
});

test('a result that a person has changed since is told from the one that the run wrote', async () => {
  const at = place();
  const path = at.path('out.csv');
  expect(await isChangedResult(path, ['some'])).toBe(false);
  writeFileSync(path, RESULT);
  const own = createHash('sha256').update(RESULT).digest('hex');
  expect(await isChangedResult(path, [own])).toBe(false);
  writeFileSync(path, `${RESULT}N2,2,failed\n`);
  expect(await isChangedResult(path, [own])).toBe(true);
  expect(besideResult(path, 'run-1')).toBe(at.path('out.run-1.csv'));
});
