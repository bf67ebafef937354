import { createInterface } from 'node:readline/promises';
import { decimalsEqual, isDecimal, isZeroDecimal } from '../base/decimal.ts';
import { usageError } from '../base/errors.ts';
import type { JobSettings } from '../run/run-settings.ts';
import type { Scan } from '../run/scan.ts';
import type { Console } from './console.ts';
import type { Settings } from './settings.ts';
import type { Surroundings } from './surroundings.ts';

/**
 * On a terminal, without -y, a top-up shows its sums and asks for one of them to be typed: a wrong file
 * adds up to something else. Elsewhere nobody could answer, and control totals do the same.
 *
 * @throws OperatorError (exit 2) when something else is typed; nothing was sent
 */
export async function confirmTopup(
  scan: Scan,
  job: JobSettings,
  settings: Settings,
  { stdin, stderr }: Surroundings,
  console: Console,
): Promise<void> {
  if (job.command !== 'topup' || settings.isOn('yes') || !stdin.isTTY || !stderr.isTerminal) return;
  const rowCount = scan.rowCount - scan.doneEarlierCount - scan.inDoubtEarlierCount - scan.invalidCount;
  if (rowCount === 0) return;
  const [name, sum] = isZeroDecimal(scan.pointIncrement)
    ? ['balance', scan.balanceIncrement]
    : ['points', scan.pointIncrement];
  console.say(`${rowCount} members, ${scan.pointIncrement} points and ${scan.balanceIncrement} of balance in all.`);
  const prompt = createInterface({ input: stdin, output: stderr.stream });
  try {
    const typed = (await prompt.question(`Type the sum of the ${name} to credit it: `)).trim();
    if (isDecimal(typed) && decimalsEqual(typed, sum)) return;
    throw usageError('NOT_CONFIRMED', `'${typed}' is not ${sum}.`, 'Nothing was sent.');
  } finally {
    prompt.close();
  }
}
