import type { HeaderMatch } from '../job/header-match.ts';
import type { TopupRow } from '../job/validate-row.ts';
import { hasSameAmounts } from '../ledger/credit-guard.ts';
import type { Credit, StandingCredit } from '../ledger/increments.ts';
import type { LedgerReader } from '../ledger/ledger.ts';
import type { Stage } from '../stage/stage.ts';
import { intakeTexts } from '../texts/tables/intake.ts';
import {
  creditsOfMember,
  indexCredits,
  isSameMember,
  isTakenBack,
  type KnownCredits,
  nameOf,
  type RowOrigin,
} from './known-credits.ts';

/** A row that a result file calls done: what it asks for now, and whom its run says it credited. */
export type DoneClaim = {
  readonly rowNumber: number;
  readonly row: TopupRow;
  readonly runId: string;
  /** The row of that run; undefined: the file does not say. */
  readonly origin: RowOrigin | undefined;
  /** '' when the file does not say. A spreadsheet may have damaged it. */
  readonly customerUid: string;
  /** Its run had skipped it, because another run had credited the same. */
  readonly isCreditedBefore: boolean;
};

/** Credits that are a row's of the file: with `--on-duplicate allow` each counts for one row. By `nameOf`. */
export type ClaimedCredits = {
  /** Of rows that are called done, as they say themselves. */
  readonly ofDoneRows: Set<string>;
  /** For which a row is skipped, now or by an earlier run. */
  readonly skippedFor: Set<string>;
};

/** Compares what a result file calls done with what the ledger knows. */
export class DoneClaims {
  readonly #ledger: LedgerReader;
  readonly #account: string;
  readonly #campaign: string;
  readonly #claimed: ClaimedCredits;
  #changedCount = 0;
  #firstChanged: { readonly rowNumber: number; readonly credit: Credit } | undefined;
  #takenBackCount = 0;
  #firstTakenBack: { readonly rowNumber: number; readonly credit: Credit } | undefined;
  #notDoneCount = 0;
  #firstNotDone: { readonly rowNumber: number; readonly origin: RowOrigin } | undefined;
  readonly #isKnownRun = new Map<string, boolean>();

  constructor(parts: {
    readonly ledger: LedgerReader;
    readonly account: string;
    readonly campaign: string;
    readonly claimed: ClaimedCredits;
  }) {
    this.#ledger = parts.ledger;
    this.#account = parts.account;
    this.#campaign = parts.campaign;
    this.#claimed = parts.claimed;
  }

  /**
   * Rows that are called done, against what their run has credited. A row that was edited since, or whose member was
   * sorted away from it, was never credited as it stands now; one that `undo` has taken back since is credited no more;
   * and of one the run itself may say something else. All are skipped all the same, which must be said.
   */
  async compare(claims: readonly DoneClaim[]): Promise<void> {
    if (claims.length === 0) return;
    for (const { origin, isCreditedBefore } of claims) {
      if (origin && !isCreditedBefore) this.#claimed.ofDoneRows.add(nameOf(origin));
    }
    const given = (texts: readonly (string | undefined)[]): string[] => texts.flatMap((text) => text || []);
    const credits = await this.#ledger.increments.findCredits(this.#account, {
      numbers: given(claims.map(({ row }) => row.number)),
      customerUids: given(claims.flatMap(({ row, customerUid }) => [row.customerUid, customerUid])),
      references: given(claims.map(({ row }) => row.reference)),
    });
    const known = indexCredits(
      credits.filter(({ state }) => state === 'done'),
      true,
    );
    for (const claim of claims) await this.#compareOne(claim, known);
  }

  async #compareOne(
    { rowNumber, row, runId, origin, customerUid, isCreditedBefore }: DoneClaim,
    known: KnownCredits,
  ): Promise<void> {
    const isTarget = row.pointTarget !== undefined || row.balanceTarget !== undefined;
    const isAsCredited = (credit: Credit): boolean =>
      isSameMember(row, credit) && (isTarget || hasSameAmounts(row, credit));
    const ofRow = origin && known.byRow.get(nameOf(origin));
    const ofMember = [...creditsOfMember(known, row), ...(known.byUid.get(customerUid) ?? [])];
    const ofRun = ofRow
      ? [ofRow]
      : ofMember.filter((credit) => credit.runId === runId && credit.customerUid === customerUid);
    const own = isCreditedBefore ? this.#ofIdentity(row, known, ofMember) : ofRun;
    const [credit] = own;
    if (credit === undefined) {
      if (!isCreditedBefore && origin) await this.#compareRecord(rowNumber, origin);
      return;
    }
    const asCredited = own.filter(isAsCredited);
    const { skippedFor } = this.#claimed;
    const standing = asCredited.find((other) => !isTakenBack(other) && !skippedFor.has(nameOf(other)));
    if (isCreditedBefore && standing) skippedFor.add(nameOf(standing));
    if (asCredited.length === 0) {
      this.#changedCount += 1;
      this.#firstChanged ??= { rowNumber, credit };
    } else if (asCredited.every(isTakenBack)) {
      this.#takenBackCount += 1;
      this.#firstTakenBack ??= { rowNumber, credit };
    }
  }

  /** Credits that this row may have been skipped for. */
  #ofIdentity(row: TopupRow, known: KnownCredits, ofMember: readonly StandingCredit[]): readonly StandingCredit[] {
    if (row.reference !== undefined) return known.byReference.get(row.reference) ?? [];
    if (this.#campaign !== '') return ofMember.filter((credit) => credit.campaign === this.#campaign);
    return ofMember.filter((credit) => hasSameAmounts(row, credit));
  }

  /** Called done in the file, and the ledger has the row of that run, but no credit: somebody decided it later. */
  async #compareRecord(rowNumber: number, { runId, rowNumber: ownRow }: RowOrigin): Promise<void> {
    // A result of another computer: its run is asked for once, not its rows one by one.
    const isKnown = this.#isKnownRun.get(runId) ?? (await this.#ledger.runs.find(runId)) !== undefined;
    this.#isKnownRun.set(runId, isKnown);
    if (!isKnown) return;
    const record = await this.#ledger.rows.find({ runId, rowNumber: ownRow, target: 'kybio' });
    if (record === undefined || record.state === 'done') return;
    this.#notDoneCount += 1;
    this.#firstNotDone ??= { rowNumber, origin: { runId, rowNumber: ownRow } };
  }

  notes(): string[] {
    const notDone = this.#firstNotDone;
    return [
      ...this.#changedNotes(),
      ...this.#takenBackNotes(),
      ...(notDone ? [intakeTexts().notDone(this.#notDoneCount, notDone.rowNumber, notDone.origin)] : []),
    ];
  }

  #takenBackNotes(): string[] {
    if (this.#firstTakenBack === undefined) return [];
    const { rowNumber, credit } = this.#firstTakenBack;
    const { runId, number, customerUid } = credit;
    return [intakeTexts().takenBackSince(this.#takenBackCount, rowNumber, { runId, number, customerUid })];
  }

  #changedNotes(): string[] {
    if (this.#firstChanged === undefined) return [];
    const { rowNumber, credit } = this.#firstChanged;
    const { runId, number, customerUid, pointIncrement: points, balanceIncrement: balance } = credit;
    return [
      intakeTexts().changedAfterCredit(this.#changedCount, rowNumber, { runId, number, customerUid, points, balance }),
    ];
  }
}

/**
 * Rows that an earlier result calls done are carried into a run's result as they stand. When the run is carried on,
 * perhaps days after it has read them, `undo` may have taken their credits back: that must be said once more.
 *
 * @returns the warning; undefined: there is nothing to say
 */
export async function tellTakenBack(
  stage: Stage,
  match: HeaderMatch,
  { account, ledger }: { readonly account: string; readonly ledger: LedgerReader },
): Promise<string | undefined> {
  const { run, row, customerUid } = match.earlier;
  if (run === undefined || row === undefined || customerUid === undefined) return undefined;
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
      if (credit === undefined || !isTakenBack(credit)) continue;
      count += 1;
      first ??= { rowNumber, credit };
    }
  }
  return first && intakeTexts().takenBackSince(count, first.rowNumber, first.credit);
}
