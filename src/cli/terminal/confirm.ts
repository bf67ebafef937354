import { decimalsEqual, isDecimal, isZeroDecimal } from '../../base/decimal.ts';
import { usageError } from '../../base/errors.ts';
import type { HeaderMatch } from '../../job/header-match.ts';
import type { Foreseen } from '../../plan/price-run.ts';
import type { Settings } from '../../settings/settings.ts';
import { questionTexts } from '../../texts/cli/questions.ts';
import { sharedTexts } from '../../texts/shared.ts';
import type { Console } from './console.ts';

/** What a top-up is about to credit, as exact decimals. */
type TopupSums = {
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
  const texts = questionTexts();
  const { rowCount, pointIncrement: points, balanceIncrement: balance } = sums;
  const [name, sum] = isZeroDecimal(points) ? (['balance', balance] as const) : (['points', points] as const);
  const unread = match === undefined ? '' : notRead(match);
  const typed = (await console.ask(texts.typeSum(place, { rowCount, points, balance }, unread, name)))?.normalize(
    'NFKC',
  );
  if (typed !== undefined && isDecimal(typed) && decimalsEqual(typed, sum)) return;
  throw usageError(
    'NOT_CONFIRMED',
    typed === undefined ? texts.sumNotTyped : texts.notTheSum(typed, name),
    texts.nothingSent,
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
  const { willBe, willImport } = questionTexts();
  const counts = [
    [created, willBe.created],
    [updated, willBe.updated],
    [unchanged, willBe.unchanged],
    [upserted, willBe.upserted],
    [foreseen.unknownCount, willBe.unknown],
  ] as const;
  const told = counts.flatMap(([count, tell]) => (count === 0 ? [] : tell(count)));
  const read = match.matches.map(({ column }) => column);
  await confirmYes(willImport(place, told, read, notRead(match)), 'go', parts);
}

function notRead({ moneyLike }: HeaderMatch): string {
  return moneyLike.length === 0 ? '' : questionTexts().notRead(moneyLike);
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
  const texts = questionTexts();
  if (!console.canAsk) {
    if (whenNobodyAnswers === 'go') return;
    throw usageError('NOT_CONFIRMED', texts.noTerminal, texts.noTerminalHint);
  }
  if (isYes(await console.ask(texts.typeYes(question)))) return;
  throw usageError('NOT_CONFIRMED', texts.notConfirmed, texts.nothingWritten);
}

/** Whether that is a yes, in the chosen language or in English. Whoever types Chinese may have wide letters on. */
export function isYes(typed: string | undefined): boolean {
  return typed !== undefined && sharedTexts().yes.includes(typed.normalize('NFKC').toLowerCase());
}
