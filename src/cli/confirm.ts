import { decimalsEqual, isDecimal, isZeroDecimal } from '../base/decimal.ts';
import { usageError } from '../base/errors.ts';
import type { HeaderMatch } from '../job/header-match.ts';
import type { Foreseen } from '../plan/price-run.ts';
import type { Settings } from '../settings/settings.ts';
import type { Console } from './console.ts';

/** What a top-up is about to credit, as exact decimals. */
export type TopupSums = {
  readonly rowCount: number;
  readonly pointIncrement: string;
  readonly balanceIncrement: string;
};

/**
 * On a terminal, without -y, a top-up or its undo shows its place and its sums and asks for one of them to be typed: a wrong
 * file adds up to something else. Elsewhere nobody could answer, and control totals do the same.
 *
 * @throws OperatorError (exit 2) when something else is typed; nothing was sent
 */
export async function confirmTopup(
  { sums, match }: { readonly sums: TopupSums; readonly match?: HeaderMatch },
  place: string,
  { settings, console }: { readonly settings: Settings; readonly console: Console },
): Promise<void> {
  if (settings.get('yes') || !console.canAsk || sums.rowCount === 0) return;
  const [name, sum] = isZeroDecimal(sums.pointIncrement)
    ? ['balance', sums.balanceIncrement]
    : ['points', sums.pointIncrement];
  const typed = await console.ask(
    `${place}: ${sums.rowCount} rows, ${sums.pointIncrement} points and ${sums.balanceIncrement} of balance in all.${match === undefined ? '' : notRead(match)}\nType the sum of the ${name} to send it: `,
  );
  if (typed !== undefined && isDecimal(typed) && decimalsEqual(typed, sum)) return;
  throw usageError(
    'NOT_CONFIRMED',
    typed === undefined ? 'The sum was not typed.' : `'${typed}' is not the sum of the ${name}.`,
    'Nothing was sent.',
  );
}

/**
 * On a terminal, without -y, an import says where its rows go, what will become of them and which columns are read,
 * before its first write.
 *
 * @throws OperatorError (exit 2) when it is not confirmed; nothing was sent
 */
export async function confirmImport(
  { foreseen, match }: { readonly foreseen: Foreseen; readonly match: HeaderMatch },
  place: string,
  parts: { readonly settings: Settings; readonly console: Console },
): Promise<void> {
  const { created = 0, updated = 0, unchanged = 0, upserted = 0 } = foreseen.actions;
  const writeCount = created + updated + upserted + foreseen.unknownCount;
  if (writeCount === 0) return;
  const counts = [
    [created, 'created'],
    [updated, 'updated'],
    [unchanged, 'unchanged'],
    [upserted, 'created or updated'],
    [foreseen.unknownCount, 'created or updated, which a lookup of each will tell'],
  ] as const;
  const told = counts.flatMap(([count, what]) => (count === 0 ? [] : `${count} ${what}`)).join(', ');
  const read = match.matches.map(({ column }) => column).join(', ');
  await confirmYes(`${place}: ${told}. Columns: ${read}.${notRead(match)}`, 'go', parts);
}

function notRead({ moneyLike }: HeaderMatch): string {
  return moneyLike.length === 0 ? '' : `\nNot read, although they look like money or points: ${moneyLike.join(', ')}.`;
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
  { settings, console }: { readonly settings: Settings; readonly console: Console },
): Promise<void> {
  if (settings.get('yes')) return;
  if (!console.canAsk) {
    if (whenNobodyAnswers === 'go') return;
    throw usageError('NOT_CONFIRMED', 'This has to be confirmed, and there is no terminal.', 'Add -y to mean it.');
  }
  const typed = await console.ask(`${question} Type yes: `);
  if (typed?.toLowerCase() === 'yes') return;
  throw usageError('NOT_CONFIRMED', 'It was not confirmed.', 'Nothing was written.');
}
