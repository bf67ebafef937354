#!/usr/bin/env node
// npm run demo: import, top up and export the samples against the embedded sandbox, through the built
// command line. Writes only below .demo/, which is made anew each time.

import { spawn } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'csv-parse/sync';

const root = fileURLToPath(new URL('..', import.meta.url));
const program = join(root, 'dist', 'main.js');
const samples = join(root, 'samples');
const folder = join(root, '.demo');
const SAMPLES = ['members.csv', 'members-gbk.csv', 'topup-campaign.csv', 'lookups.csv', 'customers.csv'];

// Nothing of a real account may reach the demo.
const environment = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !/^(KYBIO|WONDER|MEMBERLOAD)_/.test(name)),
);
environment.MEMBERLOAD_HOME = join(folder, 'home');

await main();

async function main() {
  if (!existsSync(program)) {
    await say('dist/main.js is not there yet. Type: npm ci');
    process.exitCode = 1;
    return;
  }
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  // By name: results that a tour has left beside the samples stay where they are.
  for (const name of SAMPLES) copyFileSync(join(samples, name), join(folder, name));
  await say(`memberload against its own sandbox: a local Kybio and Wonder, no account, no settings.
Everything happens in ${folder}; delete it when you like.`);

  await step('What would an import do, and what would it cost? A dry run reads, and writes nothing.', 1, [
    'import',
    'members.csv',
    '--dry-run',
    '--sandbox',
  ]);

  await step(
    'Import 14 members. Nine rows have a mistake; they cost no call, and the others do not wait for them.',
    1,
    ['import', 'members.csv', '--sandbox'],
  );
  await show(
    'members.result.csv',
    ['number', 'name', 'result_status', 'result_action', 'result_messages'],
    [1, 2, 3, 5, 6],
  );

  await say(
    "\nPut row 5 right in the result file ('1,250' becomes 1250), delete row 12, which names a member a second time,\nand run that file: done rows are not sent again.",
  );
  correct('members.result.csv', '"1,250"', '1250');
  correct('members.result.csv', /^8008020001,Grace Lim,\+6591112234.*\n/m, '');
  await step('', 1, ['import', 'members.result.csv', '--sandbox', '-o', 'members-2.result.csv']);
  await show('members-2.result.csv', ['number', 'name', 'result_status', 'result_action'], [1, 5]);

  await step('A file straight from a Chinese Excel: old encoding, a title above the header. No flag is needed.', 0, [
    'import',
    'members-gbk.csv',
    '--sandbox',
  ]);

  await step('Credit points and balances. The campaign names the occasion; the total says which file is meant.', 0, [
    'topup',
    'topup-campaign.csv',
    '--sandbox',
    '--campaign',
    '2026-Q4',
    '--expect-points',
    '410.5',
  ]);
  await show(
    'topup-campaign.result.csv',
    [
      'number',
      'pointIncrement',
      'result_status',
      'result_pointBefore',
      'result_pointAfter',
      'result_balanceBefore',
      'result_balanceAfter',
    ],
    [1, 3, 6],
  );

  copyFileSync(join(folder, 'topup-campaign.csv'), join(folder, 'copy.csv'));
  await step('The same campaign from a copy of the file: nobody is credited twice.', 0, [
    'topup',
    'copy.csv',
    '--sandbox',
    '--campaign',
    '2026-Q4',
  ]);
  await show('copy.result.csv', ['number', 'result_status', 'result_action', 'result_messages'], [1, 2]);

  await step('Without a campaign the same amounts again are refused before anything is sent.', 3, [
    'topup',
    'copy.csv',
    '--sandbox',
    '-o',
    'copy-2.result.csv',
  ]);

  await step('Look members up: the fields are added to the rows of the file.', 1, [
    'export',
    'lookups.csv',
    '--sandbox',
    '--columns',
    'name,point,balance',
  ]);
  await show(
    'lookups.result.csv',
    ['number', 'kybio_name', 'kybio_point', 'kybio_balance', 'result_status', 'result_errorCode'],
    [1, 2, 3, 4],
  );

  await step('Export everybody, by pages: a file that can be imported again.', 0, [
    'export',
    '--all',
    '--sandbox',
    '-o',
    'everybody.csv',
  ]);
  await show('everybody.csv', ['number', 'name', 'point', 'balance', 'customerUid'], [1, 3, 9]);

  await step('Import customers into Wonder: phone numbers are split into dial code and number.', 1, [
    'import',
    'customers.csv',
    '--to',
    'wonder',
    '--sandbox',
  ]);
  await show(
    'customers.result.csv',
    ['reference_number', 'phone', 'result_status', 'result_action', 'result_messages'],
    [3, 7],
  );

  await step('What was done, and what it cost in calls.', 0, ['runs']);

  await say(`\nResult files, one row for each input row:
${['members', 'members-2', 'topup-campaign', 'lookups', 'customers'].map((name) => `  ${join(folder, `${name}.result.csv`)}`).join('\n')}
  ${join(folder, 'everybody.csv')}
README.md goes on from here: a short tour, then a real account. samples/README.md shows every sample.`);
}

/** One command line as a user would type it, and its output. Ends the demo when the exit code is another one. */
async function step(title, expectedCode, args) {
  if (title !== '') await say(`\n${title}`);
  await say(`\n$ npx memberload ${args.join(' ')}`);
  const exitCode = await run(args);
  if (exitCode === expectedCode) {
    await say(`(exit code ${exitCode})`);
    return;
  }
  await say(`\nThe exit code is ${exitCode}; ${expectedCode} was expected. What was written is in ${folder}.`);
  process.exit(1);
}

function run(args) {
  return new Promise((resolve, reject) => {
    // Without a terminal on stdin nothing is asked.
    const child = spawn(process.execPath, [program, ...args], {
      cwd: folder,
      env: environment,
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    child.on('error', reject);
    child.on('close', (code) => resolve(code ?? -1));
  });
}

/** A few rows and columns of a result file, as a table. */
async function show(name, columns, rowNumbers) {
  const records = parse(readFileSync(join(folder, name)), { columns: true, bom: true, relax_column_count: true });
  const table = [
    columns,
    ...rowNumbers.map((rowNumber) => columns.map((column) => shortened(records[rowNumber - 1][column]))),
  ];
  const widths = columns.map((_, index) => Math.max(...table.map((row) => widthOf(row[index]))));
  const lines = table.map((row) =>
    row
      .map((cell, index) => cell + ' '.repeat(widths[index] - widthOf(cell)))
      .join('  ')
      .trimEnd(),
  );
  await say(`\nFrom ${name} (row ${rowNumbers.join(', ')}):\n${lines.map((line) => `  ${line}`).join('\n')}`);
}

function shortened(cell = '') {
  const characters = [...cell.replace(/\s+/g, ' ')];
  return characters.length > 60 ? `${characters.slice(0, 59).join('')}…` : characters.join('');
}

/** Columns on a terminal: Chinese characters and emoji take two. */
function widthOf(text) {
  return [...text].reduce(
    (sum, character) => sum + (/[\u1100-\uffdc\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u.test(character) ? 2 : 1),
    0,
  );
}

function correct(name, wrong, right) {
  const path = join(folder, name);
  writeFileSync(path, readFileSync(path, 'utf8').replace(wrong, right));
}

/** Waits until it is written, so that it comes before what the next command prints. */
function say(text) {
  return new Promise((resolve) => {
    process.stdout.write(`${text}\n`, () => resolve());
  });
}
