import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { columnOf, lines, outcomesOf } from '../support/csv-text.ts';
import { useVendorSandbox } from '../support/vendor-sandbox.ts';
import { openWorkspace, temporaryFolder } from '../support/workspace.ts';

const vendor = useVendorSandbox();

function hasLibreOffice(): boolean {
  try {
    execFileSync('soffice', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** Opens the files in LibreOffice and saves them in another form, as a person does with a double click and "save as". */
function saved(files: readonly string[], form: string, folder: string): void {
  const profile = pathToFileURL(join(folder, 'profile')).href;
  const words = [`-env:UserInstallation=${profile}`, '--headless', '--convert-to', form, '--outdir', folder, ...files];
  execFileSync('soffice', words, { stdio: 'ignore' });
}

const ROWS = Array.from({ length: 6 }, (_, row) => ({ name: `陳 ${row}`, phone: `+8529123400${row}` }));
const membersFile = (prefix: string) =>
  lines(
    'number,name,phone,remarks,balance',
    ...ROWS.map(({ name, phone }, row) => `${prefix}${row},${name},${phone},=1+${row},${row === 3 ? 'much' : '1.50'}`),
  );

// As with the browser: CI fails where the person's own computer only leaves the test out.
test.runIf(process.env.CI !== undefined)('continuous integration has LibreOffice', () => {
  expect(hasLibreOffice()).toBe(true);
});

test.skipIf(!hasLibreOffice())(
  'a result is corrected in LibreOffice and sent back: as .xlsx with nothing lost, as .csv what was lost is noticed (skipped without LibreOffice: install libreoffice-calc-nogui)',
  async () => {
    const work = openWorkspace(vendor.settings);
    work.file('sheet.csv', membersFile('0080010'));
    work.file('text.csv', membersFile('0090010'));
    expect((await work.run(['import', 'sheet.csv', '-o', 'sheet.xlsx'])).exitCode).toBe(1);
    expect((await work.run(['import', 'text.csv', '-o', 'text.result.csv'])).exitCode).toBe(1);

    // A flat sheet is text: there the person's correction is made.
    const folder = temporaryFolder();
    saved([join(work.folder, 'sheet.xlsx'), join(work.folder, 'text.result.csv')], 'fods', folder);
    for (const name of ['sheet.fods', 'text.result.fods']) {
      const text = readFileSync(join(folder, name), 'utf8');
      expect(text).toContain('<text:p>much</text:p>');
      writeFileSync(join(folder, name), text.replace('<text:p>much</text:p>', '<text:p>7</text:p>'));
    }
    saved([join(folder, 'sheet.fods')], 'xlsx:Calc MS Excel 2007 XML', folder);
    saved([join(folder, 'text.result.fods')], 'csv', folder);
    const before = await vendor.callCount();

    work.file('sheet-2.xlsx', readFileSync(join(folder, 'sheet.xlsx')));
    const again = await work.run(['import', 'sheet-2.xlsx', '-o', 'sheet-2.csv']);
    expect(again).toMatchObject({ exitCode: 0, stderr: /1 done now, 5 done before/ });
    expect((await vendor.callCount()) - before).toBe(2);
    const result = work.read('sheet-2.csv');
    expect(outcomesOf(result)).toEqual(ROWS.map(() => 'done created'));
    expect(columnOf(result, 'number')).toEqual(ROWS.map((_, row) => `0080010${row}`));
    expect(columnOf(result, 'phone')).toEqual(ROWS.map(({ phone }) => phone));
    expect(columnOf(result, 'name')).toEqual(ROWS.map(({ name }) => name));
    expect(columnOf(result, 'remarks').map((cell) => cell.replace(/^'/, ''))).toEqual(
      ROWS.map((_, row) => `=1+${row}`),
    );
    const members = await Promise.all(ROWS.map((_, row) => vendor.member(`0080010${row}`)));
    expect(columnOf(result, 'result_customerUid')).toEqual(members.map((member) => String(member?.customerUid)));
    expect(members[3]).toMatchObject({ name: '陳 3', phone: '+85291234003', balance: '7' });

    work.file('text-2.csv', readFileSync(join(folder, 'text.result.csv')));
    const sent = await vendor.callCount();
    const lost = await work.run(['import', 'text-2.csv']);
    expect(work.read('text-2.csv')).toContain('\n90010');
    expect(lost).toMatchObject({ exitCode: 1, stderr: /number: 6 of 6 values began with 0 or \+/ });
    expect(outcomesOf(work.read('text-2.result.csv'))[3]).toBe('invalid EXCEL_DAMAGED');
    // Nobody was created under a number without its zeros.
    expect(await vendor.callCount()).toBe(sent);
  },
  300_000,
);
