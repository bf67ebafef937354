import { describe, expect, test } from 'vitest';
import { lines, outcomesOf } from '../support/csv-text.ts';
import { runOnTerminal } from '../support/terminal.ts';
import { useVendorSandbox } from '../support/vendor-sandbox.ts';
import { openWorkspace } from '../support/workspace.ts';

const vendor = useVendorSandbox();
const LEGACY = lines('Card #,Holder,Wallet Money,Branch', 'L001,Ann,5,Ubi', 'L002,Bob,,Ubi');

describe('memberload map', () => {
  test('proposes a commented mapping, which works; the next file with this header is told of it', async () => {
    const work = openWorkspace(vendor.settings);
    work.file('june.csv', LEGACY);
    expect(await work.run(['map', 'june.csv'])).toMatchObject({ exitCode: 2, stderr: /--as members, customers/ });
    const mapped = await work.run(['map', 'june.csv', '--as', 'members']);
    expect(mapped.exitCode).toBe(0);
    expect(mapped.stderr).toContain('--map');
    expect(work.read('june.map.json')).toContain('    "Card #": "number", // guessed: please look\n');
    expect(work.read('june.map.json')).toContain('    "Wallet Money": "", // looks like money or points: say which\n');
    // No value of the file is in it.
    expect(work.read('june.map.json')).not.toMatch(/L001|Ann|Ubi/);
    expect(await work.run(['map', 'june.csv', '--as', 'members'])).toMatchObject({ exitCode: 2 });
    expect(await work.run(['map', 'june.csv', '--as', 'members', '-o', 'june.csv', '--overwrite'])).toMatchObject({
      exitCode: 2,
      stderr: /is no mapping; it was left as it is/,
    });
    expect(work.read('june.csv')).toBe(LEGACY);

    expect((await work.run(['import', 'june.csv', '--map', 'june.map.json'])).exitCode).toBe(0);
    expect(outcomesOf(work.read('june.result.csv'))).toEqual(['done created', 'done created']);

    work.file('july.csv', LEGACY.replace('L001', 'L003'));
    const refused = await work.run(['import', 'july.csv']);
    expect(refused.exitCode).toBe(3);
    expect(refused.stderr).toMatch(/with a mapping before\. .* add: --map \S*june\.map\.json$/m);
    // A header that needs none is told of it as well, and is read as it stands.
    work.file('named.csv', lines('number,Holder', 'L004,Cat'));
    work.file('named.json', '{"columns": {"Holder": "name",},} // its names');
    expect((await work.run(['import', 'named.csv', '--map', 'named.json'])).exitCode).toBe(0);
    work.file('again.csv', lines('number,Holder', 'L005,Dan'));
    expect((await work.run(['import', 'again.csv'])).stderr).toMatch(/with a mapping before.*named\.json/);
    expect((await vendor.member('L005'))?.name ?? '').toBe('');
  });
});

describe('on a terminal', () => {
  test('map asks for what is not sure, and import asks before its first write', async () => {
    const work = openWorkspace(vendor.settings);
    work.file('june.csv', LEGACY);
    const settings = { answers: ['', 'nam', 'name', 'balance', '-'], environment: {} };
    const mapped = await runOnTerminal(work, ['map', 'june.csv', '--as', 'members'], settings);
    expect(mapped).toMatchObject({ exitCode: 0, shown: /'nam' is not a column of members\. Did you mean name\?/ });
    expect(JSON.parse(work.read('june.map.json').replace(/^ *\/\/.*$| \/\/.*$/gm, ''))).toEqual({
      columns: { 'Card #': 'number', Holder: 'name', 'Wallet Money': 'balance', Branch: '' },
    });

    const given = { ...vendor.settings } as Record<string, string>;
    const row = lines('number,name,贈送金額', '8008010001,Other,1', 'NEW1,Ann,2');
    work.file('july.csv', row);
    const args = ['import', 'july.csv', '--lookup', 'pages'];
    const refused = await runOnTerminal(work, args, { answers: ['no'], environment: given });
    expect(refused).toMatchObject({ exitCode: 2, shown: /: 1 created, 1 updated\. Columns: number, name\./ });
    expect(refused.shown).toContain('Not read, although they look like money or points: 贈送金額.');
    // The live block waits for the answer.
    expect(refused.shown).toContain('Type yes: no');
    expect(await vendor.calls()).toEqual({ 'customerOpenApi/queryCustomerPages': 1 });
    expect(work.has('july.result.csv')).toBe(false);
    expect((await work.run(['resume'])).exitCode).toBe(0);
    expect(await vendor.member('NEW1')).toBeUndefined();

    expect((await runOnTerminal(work, args, { answers: ['yes'], environment: given })).exitCode).toBe(0);
    expect(outcomesOf(work.read('july.result.csv'))).toEqual(['done updated', 'done created']);

    work.file('august.csv', lines('number,name', '8008010001,Third', 'NEW2,Bob'));
    const august = ['import', 'august.csv', '--lookup', 'pages', '--daily-quota'];
    expect((await work.run([...august, String((await vendor.callCount()) + 1)])).exitCode).toBe(6);
    const resume = ['resume', '--daily-quota', '1000'];
    const declined = await runOnTerminal(work, resume, { answers: ['no'], environment: given });
    expect(declined).toMatchObject({ exitCode: 2, shown: /: 1 created, 1 updated\. Columns: number, name\./ });
    expect(await vendor.member('NEW2')).toBeUndefined();
    // A no gives the run up, as it does when the run has just begun: no timer must write it later.
    expect((await work.run(['resume'])).stderr).toContain('No unfinished run.');
    expect(await vendor.member('NEW2')).toBeUndefined();
    const anew = [...august, '1000', '--overwrite'];
    expect((await runOnTerminal(work, anew, { answers: ['yes'], environment: given })).exitCode).toBe(0);
    expect(outcomesOf(work.read('august.result.csv'))).toEqual(['done updated', 'done created']);

    work.file('points.csv', lines('number,Points to Add,贈送金額', '8008010001,5,1'));
    const topup = await runOnTerminal(work, ['topup', 'points.csv'], { answers: ['6'], environment: given });
    expect(topup).toMatchObject({ exitCode: 2, shown: /Not read, although they look like money or points: 贈送金額/ });
  });
});
