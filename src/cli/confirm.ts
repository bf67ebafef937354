import { decimalsEqual, isDecimal, isZeroDecimal } from '../base/decimal.ts';
import { usageError } from '../base/errors.ts';
import type { Scan } from '../intake/scan.ts';
import type { JobSettings } from '../job/job-settings.ts';
import type { Settings } from '../settings/settings.ts';
import type { Surroundings } from '../settings/surroundings.ts';
import { ask, canAsk } from './ask.ts';

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
  surroundings: Surroundings,
): Promise<void> {
  if (job.command !== 'topup' || settings.isOn('yes') || !canAsk(surroundings)) return;
  const rowCount = scan.rowCount - scan.doneEarlierCount - scan.inDoubtEarlierCount - scan.invalidCount;
  if (rowCount === 0) return;
  const [name, sum] = isZeroDecimal(scan.pointIncrement)
    ? ['balance', scan.balanceIncrement]
    : ['points', scan.pointIncrement];
  const typed = await ask(
    `${rowCount} rows, ${scan.pointIncrement} points and ${scan.balanceIncrement} of balance in all.\nType the sum of the ${name} to credit it: `,
    surroundings,
  );
  if (typed !== undefined && isDecimal(typed) && decimalsEqual(typed, sum)) return;
  throw usageError(
    'NOT_CONFIRMED',
    typed === undefined ? 'The sum was not typed.' : `'${typed}' is not the sum of the ${name}.`,
    'Nothing was sent.',
  );
}

/**
 * Asks for a plain yes on a terminal, unless -y. Elsewhere nobody can answer: what cannot be taken back then
 * needs -y, what does no harm goes ahead.
 *
 * @throws OperatorError (exit 2) when it is not confirmed; nothing was sent
 */
export async function confirmYes(
  question: string,
  whenNobodyAnswers: 'refuse' | 'go',
  settings: Settings,
  surroundings: Surroundings,
): Promise<void> {
  if (settings.isOn('yes')) return;
  if (!canAsk(surroundings)) {
    if (whenNobodyAnswers === 'go') return;
    throw usageError('NOT_CONFIRMED', 'This has to be confirmed, and there is no terminal.', 'Add -y to mean it.');
  }
  const typed = await ask(`${question} Type yes: `, surroundings);
  if (typed?.toLowerCase() === 'yes') return;
  throw usageError('NOT_CONFIRMED', 'It was not confirmed.', 'Nothing was sent.');
}
