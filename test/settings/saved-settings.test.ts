import { describe, expect, test } from 'vitest';
import { controlsOf, readConnection, readControlSettings, readJobSettings } from '../../src/settings/job-settings.ts';
import type { SavedSettings } from '../../src/settings/run-settings.ts';
import { readSavedSettings, writeSavedSettings } from '../../src/settings/saved-settings.ts';
import { type Made, makeSettings } from '../support/made-settings.ts';

function savedOf(made: Made = {}): SavedSettings {
  const settings = makeSettings(made);
  const job = readJobSettings(settings, 'topup');
  const controls = readControlSettings(settings);
  return {
    job,
    controls,
    connection: { ...readConnection(settings), origins: ['https://kybio.test'] },
    resultFor: 'topup SANDBOX',
  };
}

describe('saved settings', () => {
  test('are read as they were written, also where nothing was set', () => {
    const full = savedOf({
      flags: {
        campaign: 'Q3',
        'header-row': '2',
        sheet: 'A',
        excel: true,
        map: 'map.json',
        'max-errors': '2%',
        rate: 'unlimited',
      },
      files: { 'map.json': '{"columns": {"Card #": "number"}}' },
    });
    expect(full.connection.flags?.map(([name]) => name)).toEqual(['campaign', 'map']);
    for (const saved of [full, savedOf()]) expect(readSavedSettings(writeSavedSettings(saved))).toEqual(saved);
    expect(full.job).toMatchObject({
      campaign: 'Q3',
      headerRow: 2,
      sheet: 'A',
      excel: true,
      columnMap: { 'Card #': 'number' },
    });
  });

  test('of the first edition get the standards of what it did not know', () => {
    const { job, controls, connection } = savedOf();
    const { campaign, repeatWindowMs, skipsCredited, isAgain, readsBefore, ignoresResults, excel, ...oldJob } = job;
    const { repeatAgeMaxMs, ...oldControls } = controls;
    const { flags, ...oldConnection } = connection;
    const read = readSavedSettings(JSON.stringify({ job: oldJob, controls: oldControls, connection: oldConnection }));
    // Not [], which would say that none is to be typed again.
    expect(flags).toEqual([]);
    expect(read).toEqual({ job, controls, connection: { ...connection, flags: undefined }, resultFor: '' });
    expect([campaign, skipsCredited, isAgain, readsBefore, ignoresResults, excel]).toEqual([
      '',
      false,
      false,
      false,
      false,
      false,
    ]);
    expect([repeatWindowMs, repeatAgeMaxMs]).toEqual([35 * 86_400_000, 600_000]);
  });

  test.each([
    ['of a newer version', (saved: SavedSettings) => JSON.stringify({ version: 99, ...saved }), 'version 99'],
    [
      'without a mode',
      ({ job: { mode: _, ...job }, ...saved }: SavedSettings) => JSON.stringify({ ...saved, job }),
      'job.mode',
    ],
    [
      'with a rate of text',
      (saved: SavedSettings) => JSON.stringify({ ...saved, controls: { ...saved.controls, rate: '5' } }),
      'controls.rate',
    ],
    ['that are no JSON', () => '{', 'all of them'],
  ])('%s are refused with the place of the mistake', (_what, write, where) => {
    expect(() => readSavedSettings(write(savedOf()))).toThrow(where);
  });
});

describe('resume', () => {
  test('takes the run-control flags that are typed, and keeps all others', () => {
    const saved = savedOf({ flags: { rate: '1/s', 'daily-quota': '300', reserve: '10', wait: true } }).controls;
    const now = makeSettings({ flags: { rate: '9/s' }, config: { concurrency: 99, dailyQuota: 5 } });
    expect(controlsOf(now, saved)).toEqual({ ...saved, rate: { calls: 9, perMs: 1000 } });
    const noneLeft = makeSettings({ flags: { 'daily-quota': '10' } });
    expect(() => controlsOf(noneLeft, saved)).toThrow("--reserve: '10' leaves none of the 10 calls a day.");
  });
});

describe('a mapping file', () => {
  test.each([
    ['key-nobody-may-see', 'is not JSON'],
    ['{"Card #": "number"}', 'has no object "columns"'],
    ['{"columns": {"Card #": 5}}', 'gives "Card #" no column name'],
  ])('%s is refused, and its text is not told', (content, message) => {
    const settings = makeSettings({ flags: { map: 'map.json' }, files: { 'map.json': content } });
    expect(() => readJobSettings(settings, 'topup')).toThrow(message);
    expect(() => readJobSettings(settings, 'topup')).not.toThrow('nobody');
  });
});
