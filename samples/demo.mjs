#!/usr/bin/env node
// npm run demo: import, top up and export the samples against the embedded sandbox, through the built
// command line. Writes only below .demo/, which is made anew each time.

import { spawn } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'csv-parse/sync';

const root = fileURLToPath(new URL('..', import.meta.url));
const program = join(root, 'dist', 'main.js');
const samples = join(root, 'samples');
const folder = join(root, '.demo');

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
  for (const name of readdirSync(samples)) {
    if (name.endsWith('.csv')) copyFileSync(join(samples, name), join(folder, name));
  }
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

  await step('Credit points and balances. The totals say which file is meant; another file would be refused.', 0, [
    'topup',
    'topup.csv',
    '--sandbox',
    '--expect-rows',
    '8',
    '--expect-points',
    '176.503',
  ]);
  await show(
    'topup.result.csv',
    [
      'number',
      'pointIncrement',
      'result_status',
      'result_pointBefore',
      'result_pointAfter',
      'result_balanceBefore',
      'result_balanceAfter',
    ],
    [1, 3, 8],
  );

  await step('The same rows a second time, under another name: refused before anything is sent.', 3, [
    'topup',
    'topup-copy.csv',
    '--sandbox',
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
${['members', 'members-2', 'topup', 'lookups', 'customers'].map((name) => `  ${join(folder, `${name}.result.csv`)}`).join('\n')}
  ${join(folder, 'everybody.csv')}
README.md goes on from here: the same commands, then a real account.`);
}

/** One command line as a user would type it, and its output. Ends the demo when the exit code is another one. */
async function step(title, expectedCode, args) {
  if (args[1] === 'topup-copy.csv') copyFileSync(join(folder, 'topup.csv'), join(folder, 'topup-copy.csv'));
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
