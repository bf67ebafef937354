import { EXIT, type ExitCode, usageError } from '../base/errors.ts';
import type { LedgerAddress } from '../ledger/postgres/address.ts';
import type { CommandInput } from './commands.ts';
import { personHere, sharedLedgerAddress } from './open-ledger.ts';
import { confirmYes } from './terminal/confirm.ts';

type Ended = { readonly exitCode: ExitCode };

/** `ledger`: makes and upgrades the shared ledger, shows who is at work with it, takes a home's own ledger over. */
export async function runLedger(input: CommandInput): Promise<Ended> {
  const { settings, arguments: words } = input;
  const [what, given] = words;
  const work =
    what === 'init' ? initLedger : what === 'status' ? showStatus : what === 'import' ? importLedger : undefined;
  if (work === undefined) {
    throw usageError(
      'BAD_USAGE',
      `memberload ledger does not know '${what}'.`,
      'Type: memberload ledger init, status, or import <folder>',
    );
  }
  const address = await sharedLedgerAddress(settings);
  if (address === undefined) {
    throw usageError(
      'NO_SHARED_LEDGER',
      `MEMBERLOAD_LEDGER_URL is not set: the ledger is ${settings.homeFolder}/ledger.sqlite, which makes itself.`,
      'Set MEMBERLOAD_LEDGER_URL=postgres://user@host/database to share a ledger.',
    );
  }
  return work(input, address, given);
}

async function initLedger(
  { settings, console }: CommandInput,
  address: LedgerAddress,
  role: string | undefined,
): Promise<Ended> {
  const { place } = address;
  const { initLedger: init } = await import('../ledger/postgres/administer.ts');
  const { before, version } = await init(address, role);
  if (settings.get('json')) console.print(JSON.stringify({ command: 'ledger', place, before, version }));
  const done = before === version ? `is at version ${version} already` : `is at version ${version} now`;
  console.say(`The ledger at ${place} ${done}.${role === undefined ? '' : ` ${role} may work with it.`}`);
  return { exitCode: EXIT.ok };
}

async function showStatus(input: CommandInput, address: LedgerAddress): Promise<Ended> {
  const { settings, console } = input;
  if (settings.typed('acceptFailover')) await acceptFailover(input, address);
  const { readStatus } = await import('../ledger/postgres/administer.ts');
  const status = await readStatus(address);
  const { place, version, intentCount, problems, details, workers } = status;
  const exitCode = problems.length > 0 ? EXIT.rowsFailed : EXIT.ok;
  if (settings.get('json')) {
    console.print(JSON.stringify({ command: 'ledger', ...status, exitCode }));
    return { exitCode };
  }
  console.print(`Ledger ${place}, version ${version}, ${details.join(', ')}; ${intentCount} increments recorded.`);
  for (const problem of problems) console.print(`Problem: ${problem}.`);
  console.print(workers.length === 0 ? 'Nobody is at work.' : 'At work:');
  for (const { who, command, since, leaseUntil } of workers) {
    console.print(`  ${who}, since ${since}, lease until ${leaseUntil}: ${command}`);
  }
  return { exitCode };
}

/** A person has compared what the copy that took over knows with what was really sent. */
async function acceptFailover(input: CommandInput, address: LedgerAddress): Promise<void> {
  const { console } = input;
  const { readTakenOver, acceptFailover: accept } = await import('../ledger/postgres/administer.ts');
  const { isAccepted, newestIntentMs, workers } = await readTakenOver(address);
  if (isAccepted) {
    console.say(`${address.place} is the copy that is known: there is nothing to accept.`);
    return;
  }
  const newest = newestIntentMs === 0 ? 'none' : new Date(newestIntentMs).toISOString();
  console.say(`The newest increment that this copy of the ledger knows was begun at: ${newest}.`);
  console.say(
    'Look in the back office of each account for changes by "API" after that moment. A change that `memberload runs` does not know was lost: its row would be credited once more.',
  );
  for (const who of workers) console.say(`Was at work before, as far as this copy knows: ${who}.`);
  await confirmYes('What was sent and is missing here would be credited twice.', 'refuse', input);
  await accept(address, personHere());
  console.say(`${address.place} is the ledger from now on.`);
}

/** Takes the ledger of a home over. The home then refuses increments without the shared ledger. */
async function importLedger(
  { settings, console }: CommandInput,
  address: LedgerAddress,
  given: string | undefined,
): Promise<Ended> {
  if (given === undefined) {
    throw usageError(
      'BAD_USAGE',
      'ledger import needs the folder of the ledger.',
      `Type: memberload ledger import ${settings.homeFolder}`,
    );
  }
  const folder = settings.path(given);
  const { importHome } = await import('../ledger/postgres/import-home.ts');
  const moved = await importHome(address, folder);
  if (settings.get('json')) console.print(JSON.stringify({ command: 'ledger', place: address.place, ...moved }));
  console.say(
    `${moved.runs} runs with ${moved.rows} rows and ${moved.changeTimes} times of changes were taken over. The ledger in ${folder} is kept, and refuses top-ups from now on.`,
  );
  return { exitCode: EXIT.ok };
}
