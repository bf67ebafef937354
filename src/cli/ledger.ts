import { EXIT, type ExitCode, usageError } from '../base/errors.ts';
import { quoted } from '../base/quoted.ts';
import type { LedgerAddress } from '../ledger/postgres/address.ts';
import { sharedLedgerTexts } from '../texts/runs/shared-ledger.ts';
import type { CommandInput } from './commands.ts';
import { personHere, sharedLedgerAddress } from './open-ledger.ts';
import { confirmYes } from './terminal/confirm.ts';

type Ended = { readonly exitCode: ExitCode };

/** `ledger`: makes and upgrades the shared ledger, shows who is at work with it, takes a home's own ledger over. */
export async function runLedger(input: CommandInput): Promise<Ended> {
  const { settings, arguments: words } = input;
  const [what, given] = words;
  const texts = sharedLedgerTexts();
  const work =
    what === 'init' ? initLedger : what === 'status' ? showStatus : what === 'import' ? importLedger : undefined;
  if (work === undefined) {
    throw usageError('BAD_USAGE', texts.unknownWord(what), texts.unknownWordHint);
  }
  const address = await sharedLedgerAddress(settings);
  if (address === undefined) {
    throw usageError('NO_SHARED_LEDGER', texts.noShared(settings.homeFolder), texts.noSharedHint);
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
  const { made, mayWork } = sharedLedgerTexts();
  console.say(made(place, version, before === version));
  if (role !== undefined) console.say(mayWork(role));
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
  const texts = sharedLedgerTexts();
  console.print(texts.status(place, version, details, intentCount));
  for (const problem of problems) console.print(texts.problem(problem));
  console.print(workers.length === 0 ? texts.nobodyAtWork : texts.atWorkNow);
  for (const { who, command, since, leaseUntil } of workers) {
    console.print(`  ${texts.workerLine(who, since, leaseUntil, command)}`);
  }
  return { exitCode };
}

/** A person has compared what the copy that took over knows with what was really sent. */
async function acceptFailover(input: CommandInput, address: LedgerAddress): Promise<void> {
  const { console } = input;
  const texts = sharedLedgerTexts();
  const { readTakenOver, acceptFailover: accept } = await import('../ledger/postgres/administer.ts');
  const { isAccepted, newestIntentMs, workers } = await readTakenOver(address);
  if (isAccepted) {
    console.say(texts.nothingToAccept(address.place));
    return;
  }
  console.say(texts.newestIntent(newestIntentMs === 0 ? undefined : new Date(newestIntentMs).toISOString()));
  console.say(texts.whatToCompare);
  for (const who of workers) console.say(texts.wasAtWork(who));
  await confirmYes(texts.acceptRisk, 'refuse', input);
  await accept(address, personHere());
  console.say(texts.accepted(address.place));
}

/** Takes the ledger of a home over. The home then refuses increments without the shared ledger. */
async function importLedger(
  { settings, console }: CommandInput,
  address: LedgerAddress,
  given: string | undefined,
): Promise<Ended> {
  const texts = sharedLedgerTexts();
  if (given === undefined) {
    throw usageError('BAD_USAGE', texts.importNeedsFolder, texts.importNeedsFolderHint(quoted(settings.homeFolder)));
  }
  const folder = settings.path(given);
  const { importHome } = await import('../ledger/postgres/import-home.ts');
  const moved = await importHome(address, folder);
  if (settings.get('json')) console.print(JSON.stringify({ command: 'ledger', place: address.place, ...moved }));
  console.say(texts.imported(moved, folder));
  return { exitCode: EXIT.ok };
}
