import { expect, test } from 'vitest';
import { languageOf, systemLanguage, typedLanguage } from '../../src/texts/language.ts';
import type { Catalogue } from '../../src/texts/texts.ts';
import { openWorkspace } from '../support/workspace.ts';

test.each([
  [{ LANG: 'zh_CN.UTF-8' }, 'zh-Hans'],
  [{ LANG: 'zh_SG' }, 'zh-Hans'],
  [{ LANG: 'zh_HK.UTF-8' }, 'zh-Hant'],
  [{ LANG: 'zh_TW.UTF-8' }, 'zh-Hant'],
  [{ LANG: 'zh_MO' }, 'zh-Hant'],
  [{ LANG: 'zh_Hant_CN.UTF-8' }, 'zh-Hant'],
  [{ LANG: 'zh_Hans_HK.UTF-8' }, 'zh-Hans'],
  [{ LANG: 'zh_CN.UTF-8', LC_MESSAGES: 'en_US.UTF-8' }, 'en'],
  [{ LANG: 'en_US.UTF-8', LC_MESSAGES: 'zh_TW.UTF-8', LC_ALL: 'C' }, 'en'],
  [{ LANG: 'C.UTF-8' }, 'en'],
  [{ LANG: 'POSIX' }, 'en'],
  [{ LANG: 'de_DE.UTF-8' }, 'en'],
  [{ LANG: 'zhx' }, 'en'],
  [{}, 'en'],
])('the language of the system %j is %s', (environment, language) => {
  expect(systemLanguage({ environment, platform: 'linux', locale: 'zh-CN' })).toBe(language);
});

test('Windows sets no variable, and is asked for its own language', () => {
  expect(systemLanguage({ environment: {}, platform: 'win32', locale: 'zh-HK' })).toBe('zh-Hant');
  expect(systemLanguage({ environment: { LANG: 'C' }, platform: 'win32', locale: 'zh-HK' })).toBe('en');
});

test('--lang is known before the command line is parsed', () => {
  expect(typedLanguage(['import', 'a.csv', '--lang', 'zh-Hant'])).toBe('zh-Hant');
  expect(typedLanguage(['--lang=zh-Hans', 'runs'])).toBe('zh-Hans');
  expect(typedLanguage(['runs', '--lang'])).toBeUndefined();
  expect(typedLanguage(['runs', '--lang', 'fr'])).toBeUndefined();
  expect(typedLanguage(['runs', 'zh-Hans'])).toBeUndefined();
  expect(languageOf('')).toBeUndefined();
});

test('a text that a language lacks fails the build', () => {
  // @ts-expect-error: `npm run check` fails where the compiler has nothing to say about a text that is missing.
  const lacking: Catalogue['cells'] = { notADecimal: (value) => value };
  expect(lacking).toBeDefined();
});

test('a message is in the language of --lang, else of the system; its code is the same in each', async () => {
  const work = openWorkspace();
  work.file('members.csv', 'number,balance\n1,"1,250"\n');
  const check = async (flags: readonly string[], environment: Readonly<Record<string, string>>) => {
    const ended = await work.run(['validate', 'members.csv', '--overwrite', ...flags], { environment });
    expect(ended).toMatchObject({ exitCode: 1 });
    return work.read('members.checked.csv');
  };
  const english = await check([], { LANG: 'C' });
  expect(english).toContain("NOT_A_DECIMAL,\"balance: '1,250' is not a decimal. Write 1250 if");
  const simplified = await check(['--lang', 'zh-Hans'], { LANG: 'C' });
  expect(simplified).toContain("NOT_A_DECIMAL,\"balance：'1,250' 不是有效的数字。逗号若是千位分隔符");
  const traditional = await check([], { LANG: 'zh_HK.UTF-8' });
  expect(traditional).toContain("NOT_A_DECIMAL,\"balance：'1,250' 不是有效的數字。逗號若是千位分隔符");
});
