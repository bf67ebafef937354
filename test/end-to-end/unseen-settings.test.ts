import { join } from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import { describe, expect, test } from 'vitest';
import { lines } from '../support/csv-text.ts';
import { useVendorSandbox } from '../support/vendor-sandbox.ts';
import { openWorkspace } from '../support/workspace.ts';

const vendor = useVendorSandbox();

const ROWS = ['8008010001,10', '8008010003,20', '8008010007,30'];

describe('what must not be overlooked', () => {
  test('a paused top-up is seen although 1,100 runs were begun after it', async () => {
    const { run, file, home } = openWorkspace(vendor.settings);
    file('all.csv', lines('number,pointIncrement', ...ROWS));
    file('rest.csv', lines('number,pointIncrement', ...ROWS.slice(1)));
    expect((await run(['topup', 'all.csv', '--concurrency', '1', '--daily-quota', '5'])).exitCode).toBe(6);
    const database = new DatabaseSync(join(home, 'ledger.sqlite'));
    const paused = database.prepare('SELECT * FROM run').get() as Record<string, string | number>;
    const columns = Object.keys(paused);
    const insert = database.prepare(`INSERT INTO run (${columns}) VALUES (${columns.map(() => '?')})`);
    for (let number = 1; number <= 1100; number += 1) {
      const later = { ...paused, run_id: `later-${number}`, state: 'finished' };
      insert.run(...Object.values({ ...later, created_ms: Number(paused.created_ms) + number }));
    }
    database.close();
    expect((await run(['runs'])).stdout).toContain(`${paused.run_id}  paused`);
    const refused = await run(['topup', 'rest.csv']);
    expect(refused).toMatchObject({ exitCode: 3, stderr: expect.stringContaining(`resume ${paused.run_id}`) });
    expect((await run(['resume', '--daily-quota', '100'])).exitCode).toBe(0);
    expect((await vendor.books()).increments).toHaveLength(3);
  });

  test.each(['again', 'yes', 'skipInvalid', 'onDuplicate', 'acceptLedger'])(
    'the config file cannot switch %s on',
    async (key) => {
      const { run, file, config } = openWorkspace(vendor.settings);
      file('all.csv', lines('number,pointIncrement', ...ROWS));
      config({ [key]: key === 'onDuplicate' ? 'allow' : true });
      const refused = await run(['topup', 'all.csv']);
      expect(refused).toMatchObject({ exitCode: 2, stderr: expect.stringContaining(`'${key}' counts only as typed`) });
      expect(await vendor.callCount()).toBe(0);
    },
  );
});
