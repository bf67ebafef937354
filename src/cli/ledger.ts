import { EXIT, type ExitCode, usageError } from '../base/errors.ts';
import type { CommandInput } from './commands.ts';
import { sharedLedgerAddress } from './open-ledger.ts';

/** `ledger`: makes and upgrades the shared ledger, and shows who is at work with it. */
export async function runLedger(input: CommandInput): Promise<{ exitCode: ExitCode }> {
  const { settings, arguments: words } = input;
  const [what, role] = words;
  if (what !== 'init' && what !== 'status') {
    throw usageError(
      'BAD_USAGE',
      `memberload ledger does not know '${what}'.`,
      'Type: memberload ledger init, or status',
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
  const { initLedger, readStatus } = await import('../ledger/postgres/administer.ts');
  if (what === 'init') {
    const { before, version } = await initLedger(address, role);
    if (settings.get('json'))
      input.console.print(JSON.stringify({ command: 'ledger', place: address.place, before, version }));
    const done = before === version ? `is at version ${version} already` : `is at version ${version} now`;
    input.console.say(
      `The ledger at ${address.place} ${done}.${role === undefined ? '' : ` ${role} may work with it.`}`,
    );
    return { exitCode: EXIT.ok };
  }
  const status = await readStatus(address);
  if (settings.get('json')) input.console.print(JSON.stringify({ command: 'ledger', ...status }));
  else for (const line of describe(status)) input.console.print(line);
  return { exitCode: status.problems.length > 0 ? EXIT.rowsFailed : EXIT.ok };
}

type Status = Awaited<ReturnType<typeof import('../ledger/postgres/administer.ts').readStatus>>;

function describe({ place, version, intentCount, problems, details, workers }: Status): string[] {
  return [
    `Ledger ${place}, version ${version}, ${details.join(', ')}; ${intentCount} increments recorded.`,
    ...problems.map((problem) => `Problem: ${problem}.`),
    workers.length === 0 ? 'Nobody is at work.' : 'At work:',
    ...workers.map(
      ({ who, command, since, leaseUntil }) => `  ${who}, since ${since}, lease until ${leaseUntil}: ${command}`,
    ),
  ];
}
