import type { TopupRow } from '../job/validate-row.ts';
import type { Credit, StandingCredit } from '../ledger/increments.ts';

/** The row of a run that a record of a result file is. */
export type RowOrigin = { readonly runId: string; readonly rowNumber: number };

export function nameOf({ runId, rowNumber }: RowOrigin): string {
  return `${runId} ${rowNumber}`;
}

/** Credits by what names their member or themselves. */
export type KnownCredits = Readonly<
  Record<'byNumber' | 'byUid' | 'byReference', ReadonlyMap<string, readonly StandingCredit[]>>
> & { readonly byRow: ReadonlyMap<string, StandingCredit> };

/** `withUndone`: also those that `undo` has taken back. */
export function indexCredits(credits: readonly StandingCredit[], withUndone = false): KnownCredits {
  const byNumber = new Map<string, StandingCredit[]>();
  const byUid = new Map<string, StandingCredit[]>();
  const byReference = new Map<string, StandingCredit[]>();
  const add = (map: Map<string, StandingCredit[]>, key: string, credit: StandingCredit): void => {
    if (key === '') return;
    const list = map.get(key);
    if (list) list.push(credit);
    else map.set(key, [credit]);
  };
  for (const credit of credits) {
    if (credit.isUndone && !withUndone) continue;
    add(byNumber, credit.number, credit);
    add(byUid, credit.customerUid, credit);
    add(byReference, credit.reference, credit);
  }
  return { byNumber, byUid, byReference, byRow: new Map(credits.map((credit) => [nameOf(credit), credit])) };
}

export function isSameMember({ number, customerUid }: TopupRow, credit: Credit): boolean {
  if (customerUid !== undefined && credit.customerUid !== '') return customerUid === credit.customerUid;
  return number === undefined || credit.number === '' || number === credit.number;
}

/** Of the member that the row names, by its number and by its uid. */
export function creditsOfMember(known: KnownCredits, { number, customerUid }: TopupRow): readonly StandingCredit[] {
  return [...(known.byNumber.get(number ?? '') ?? []), ...(known.byUid.get(customerUid ?? '') ?? [])];
}

/** `undo` has taken it back, or is doing so. */
export function isTakenBack({ isUndone, undoRun }: StandingCredit): boolean {
  return isUndone || undoRun !== '';
}
