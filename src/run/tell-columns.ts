import { padToWidth, textWidth } from '../base/text-width.ts';
import type { Reporter } from '../calls/reporter.ts';
import { describeMatches, type HeaderMatch } from '../job/header-match.ts';
import { runTexts } from '../texts/runs/run.ts';

/**
 * Says once how the file's columns are read. A table where a header is not the field's own name, with the first
 * value of each column: a person sees at a glance that 储值余额 is the balance.
 *
 * @param tellsAll name the columns also where each has its own name
 */
export function tellColumns(
  match: HeaderMatch,
  firstCells: readonly string[],
  reporter: Reporter,
  tellsAll = false,
): void {
  const texts = runTexts();
  if (match.matches.some(({ isRenamed }) => isRenamed)) {
    const rows = describeMatches(match, firstCells);
    const width = Math.max(...rows.map(({ header }) => textWidth(header)));
    reporter.note(texts.columnsRead);
    for (const { header, column, firstValue } of rows) {
      reporter.note(`  ${padToWidth(header, width)} → ${column}${firstValue === '' ? '' : `: ${firstValue}`}`);
    }
  } else if (tellsAll) reporter.note(texts.columnsReadAre(match.matches.map(({ header }) => header)));
  if (match.unused.length > 0) reporter.note(texts.columnsUnused(match.unused));
  if (match.unnamedIndexes.length > 0) {
    reporter.note(texts.columnsUnnamed(match.unnamedIndexes.map((index) => index + 1)));
  }
  for (const header of match.moneyLike) {
    reporter.note(texts.moneyUnused(header));
  }
}
