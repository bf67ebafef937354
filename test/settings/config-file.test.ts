import { describe, expect, test } from 'vitest';
import { COMMAND_NAMES } from '../../src/settings/setting.ts';
import { describeSetting, flagName, flagsOf, SETTING_NAMES, settingOf } from '../../src/settings/settings-table.ts';
import { makeSettings } from '../support/made-settings.ts';

/** Message and hint of the refusal, as they are printed. */
function refusalOf(config: string | object): string {
  try {
    makeSettings({ config });
  } catch (error) {
    const { message, hint, exitCode } = error as { message: string; hint: string; exitCode: number };
    expect(exitCode).toBe(2);
    return `${message}\n${hint}`;
  }
  throw new Error('it was taken');
}

describe('a config file', () => {
  test.each([
    ['{"dailyQouta": 300}', "'dailyQouta' is not a setting.\nDid you mean 'dailyQuota'?"],
    ['{"kybio": {"quotaCode": []}}', "'kybio.quotaCode' is not a setting.\nDid you mean 'kybio.quotaCodes'?"],
    ['{"wonder": {"singQuery": true}}', "Did you mean 'wonder.signQuery'?"],
    ['{"stores": {"hk1": {"kybioBaseURL": "x"}}}', "Did you mean 'stores.hk1.kybioBaseUrl'?"],
    ['{"__proto__": 1}', "'__proto__' is not a setting"],
    ['{"constructor": 1}', "'constructor' is not a setting"],
    ['{"每日额度": 300}', "'每日额度' is not a setting.\nKnown here: "],
    ['{"kybio.pageSize": 5}', "'kybio.pageSize' is not a setting"],
    ['{"kybioAppKey": "k"}', "'kybioAppKey' comes from the environment alone.\nSet KYBIO_APP_KEY."],
    ['{"home": "/tmp"}', "'home' comes from the environment alone.\nSet MEMBERLOAD_HOME."],
    ['{"rate": {"calls": 5}}', '\'rate\' is {"calls":5}, an object.\nWrite for example "rate": "5/s".'],
    ['{"campaign": 5}', '\'campaign\' is 5, a number.\nWrite for example "campaign": "2026-Q3".'],
    ['{"kybioAppId": 5}', "'kybioAppId' is 5, a number."],
    ['{"stores": {"hk1": {"kybioAppId": 5}}}', "'stores.hk1.kybioAppId' is 5, a number."],
    ['{"country": null}', "'country' is null."],
    ['{"raw": "yes"}', '\'raw\' is "yes", a text.\nWrite for example "raw": true, or false.'],
    ['{"dailyQuota": "300"}', '\'dailyQuota\' is "300", a text.\nWrite for example "dailyQuota": 10.'],
    ['{"wait": 1}', "'wait' is 1, a number."],
    ['{"dailyQuota": 1.5}', '\'dailyQuota\' is 1.5, a number.\nWrite for example "dailyQuota": 10.'],
    ['{"dailyQuota": true}', "'dailyQuota' is true, a boolean."],
    [
      '{"kybio": {"quotaCodes": [2012]}}',
      '\'kybio.quotaCodes\' is [2012], a list.\nWrite for example "quotaCodes": ["text"].',
    ],
    ['{"kybio": 5}', 'kybio must be an object { … }, not 5, a number.'],
    ['{"sandbox": true}', 'sandbox must be an object { … }, not true, a boolean.\nType --sandbox'],
    ['{"kybio": {"signature": "v2"}}', "kybio.signature: 'v2' is not one of v1, v3, both."],
    ['{"kybio": {"quotaZone": "Mars"}}', "kybio.quotaZone: 'Mars' is not a time zone."],
    ['{"mode": "creat"}', "mode: 'creat' is not one of upsert, create, update.\nDid you mean create?"],
    ['4629713580142637597', 'the file must be an object { … }, not a number.'],
    ['[]', 'the file must be an object { … }, not [], a list.'],
  ])('%s is refused with the key, the value seen, and what to write', (content, message) => {
    expect(refusalOf(content)).toContain(message);
  });

  test.each([
    'again',
    'yes',
    'skipInvalid',
    'skipCredited',
    'onDuplicate',
    'acceptLedger',
    'as',
    'resend',
    'settle',
    'row',
    'probeRepeat',
  ])('%s counts only as typed', (key) => {
    expect(refusalOf({ [key]: true })).toContain(`'${key}' counts only as typed`);
  });

  test('that is a key is refused without its text', () => {
    const key = '9f8e7d6c-this-is-a-key';
    for (const text of [key, `{"rate": "5/s"}\n${key}`, `{"rate": ${key}}`]) {
      expect(refusalOf(text)).toContain('is not JSON');
      expect(refusalOf(text)).not.toContain('9f8e7d6c');
    }
    expect(refusalOf(`{\n"rate": "5/s"\n${key}}`)).toContain('(line 3)');
  });

  test('may begin with a byte order mark', () => {
    expect(makeSettings({ config: '\uFEFF{"concurrency": 9}' }).get('concurrency')).toBe(9);
  });

  test('gives json, quiet and noColor like any other flag', () => {
    const settings = makeSettings({ config: { json: true, quiet: true, noColor: true } });
    expect([settings.get('json'), settings.get('quiet'), settings.get('noColor')]).toEqual([true, true, true]);
  });

  test('gives texts, counts, lists and switches as the readers make them', () => {
    const settings = makeSettings({
      config: {
        to: ['wonder', 'kybio'],
        columns: 'name, point',
        dailyQuota: 300,
        reserve: 5,
        maxErrors: '2.5%',
        quietWindow: '90s',
        repeatAgeMax: '5m',
        wait: true,
        kybio: { quotaCodes: ['9010'], notFoundCodes: [] },
        wonder: { clockOffsetMs: -1500 },
      },
    });
    expect(settings.get('to')).toEqual(['wonder', 'kybio']);
    expect(settings.get('columns')).toEqual(['name', 'point']);
    expect([settings.get('dailyQuota'), settings.get('reserve')]).toEqual([300, 5]);
    expect(settings.get('maxErrors')).toEqual({ percent: 2.5 });
    expect([settings.get('quietWindow'), settings.get('repeatAgeMax')]).toEqual([90_000, 300_000]);
    expect([settings.get('wait'), settings.get('raw')]).toEqual([true, false]);
    expect([settings.get('kybio.quotaCodes'), settings.get('kybio.notFoundCodes')]).toEqual([['9010'], []]);
    expect(settings.get('wonder.clockOffsetMs')).toBe(-1500);
  });
});

describe('the table of settings', () => {
  test('has a standard that its own reader takes, for every setting', () => {
    const settings = makeSettings();
    for (const name of SETTING_NAMES) expect(() => settings.get(name), name).not.toThrow();
    expect(settings.get('repeatWindow')).toBe(35 * 86_400_000);
    expect(settings.get('repeatAgeMax')).toBe(600_000);
  });

  test('has flags and letters that differ within every command, and a way to write each value', () => {
    for (const command of COMMAND_NAMES) {
      const letters = flagsOf(command).flatMap((name) => settingOf(name).alias ?? []);
      const names = [...flagsOf(command).map(flagName), ...letters];
      expect(names, command).toEqual([...new Set(names)]);
    }
    for (const name of flagsOf()) {
      expect(flagName(name)).toMatch(/^[a-z]+(-[a-z]+)*$/);
      if (settingOf(name).reader.shape !== 'switch') expect(describeSetting(name).value, name).not.toBe('');
    }
  });
});
