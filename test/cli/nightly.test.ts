import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { CommandInput } from '../../src/cli/commands.ts';
import { nightlyJobs } from '../../src/cli/workers/nightly.ts';
import { Settings } from '../../src/settings/settings.ts';
import { temporaryFolder } from '../support/workspace.ts';

test('a nightly import is due at its minute of the store, summer and winter', () => {
  const folder = temporaryFolder();
  const nightly = { a: { at: '02:30', run: ['import', 'a.csv'] } };
  writeFileSync(join(folder, 'memberload.config.json'), JSON.stringify({ nightly, timeZone: 'Europe/Berlin' }));
  const surroundings = { workingFolder: folder, environment: {}, platform: 'linux' } as CommandInput['surroundings'];
  const settings = new Settings({}, surroundings);
  const [job] = nightlyJobs({ settings, surroundings } as CommandInput);
  const dueAt = (iso: string): boolean | undefined => job?.isDue(Date.parse(iso));
  expect(['2026-01-15T01:30Z', '2026-07-15T00:30Z'].map(dueAt)).toEqual([true, true]);
  expect(['2026-01-15T00:30Z', '2026-07-15T01:30Z', '2026-07-15T00:31Z'].map(dueAt)).toEqual([false, false, false]);
});
