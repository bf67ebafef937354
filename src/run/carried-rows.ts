import type { StagedInput } from '../intake/stage-input.ts';
import type { StandingCredit } from '../ledger/increments.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { intakeTexts } from '../texts/tables/intake.ts';

/**
 * Rows that an earlier result calls done are carried into this run's result as they stand. When the run is carried on,
 * perhaps days after it has read them, `undo` may have taken their credits back: that must be said once more.
 *
 * @returns the warning; undefined: there is nothing to say
 */
export async function tellTakenBack(
  { stage, facts, match }: StagedInput,
  account: string,
  ledger: Ledger,
): Promise<string | undefined> {
  const { run, row, customerUid } = match.earlier;
  if (facts.sums.doneEarlierCount === 0 || run === undefined || row === undefined || customerUid === undefined) return;
  let count = 0;
  let first: { readonly rowNumber: number; readonly credit: StandingCredit } | undefined;
  for await (const { rows, cells } of stage.readBlocks()) {
    const carried = rows.flatMap(({ earlier, rowNumber }, index) => {
      const own = cells[index] ?? [];
      const uid = own[customerUid]?.trim() ?? '';
      return earlier === 'done' && uid !== ''
        ? { rowNumber, uid, name: `${own[run]?.trim()} ${own[row]?.trim()}` }
        : [];
    });
    if (carried.length === 0) continue;
    const credits = await ledger.increments.findCredits(account, {
      ...{ numbers: [], references: [] },
      customerUids: carried.map(({ uid }) => uid),
    });
    const byRow = new Map(credits.map((credit) => [`${credit.runId} ${credit.rowNumber}`, credit]));
    for (const { rowNumber, name } of carried) {
      const credit = byRow.get(name);
      if (credit === undefined || (!credit.isUndone && credit.undoRun === '')) continue;
      count += 1;
      first ??= { rowNumber, credit };
    }
  }
  return first && intakeTexts().takenBackSince(count, first.rowNumber, first.credit);
}
