import { padToWidth, textWidth } from '../base/text-width.ts';
import type { Reporter } from '../calls/reporter.ts';
import { describeMatches, type HeaderMatch } from '../job/header-match.ts';

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
  if (match.matches.some(({ isRenamed }) => isRenamed)) {
    const rows = describeMatches(match, firstCells);
    const width = Math.max(...rows.map(({ header }) => textWidth(header)));
    reporter.note('Columns read:');
    for (const { header, column, firstValue } of rows) {
      reporter.note(`  ${padToWidth(header, width)} → ${column}${firstValue === '' ? '' : `: ${firstValue}`}`);
    }
  } else if (tellsAll) reporter.note(`Columns read: ${match.matches.map(({ header }) => header).join(', ')}.`);
  if (match.unused.length > 0) reporter.note(`Columns not used: ${match.unused.join(', ')}.`);
  if (match.unnamedIndexes.length > 0) {
    const places = match.unnamedIndexes.map((index) => index + 1).join(', ');
    reporter.note(`Columns without a name, not used: number ${places} from the left.`);
  }
  for (const header of match.moneyLike) {
    reporter.note(
      `Warning: '${header}' looks like money or points and is not used. If it is meant to be read, name its field with --map.`,
    );
  }
}
