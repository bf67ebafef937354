import { fileError, type OperatorError } from '../base/errors.ts';
import { zonedDateTime } from '../base/zoned-time.ts';
import type { JobSettings } from '../job/job-settings.ts';
import type { RowIssue } from '../job/row-issue.ts';
import type { TopupRow } from '../job/validate-row.ts';
import { hasSameAmounts } from '../ledger/credit-guard.ts';
import type { Credit, StandingCredit } from '../ledger/increments.ts';
import type { LedgerReader } from '../ledger/ledger.ts';
import type { CreditedBefore, StagedRow } from '../stage/staged-row.ts';
import { intakeTexts } from '../texts/tables/intake.ts';

/** A row that a result file calls done: what it asks for now, and whom its run says it credited. */
export type DoneClaim = {
  readonly rowNumber: number;
  readonly row: TopupRow;
  readonly runId: string;
  readonly customerUid: string;
  /** Its run had skipped it, because another run had credited the same. */
  readonly isCreditedBefore: boolean;
};

/**
 * Compares the rows of a top-up with every credit of the account (DESIGN §4): done, in flight, in doubt, and still
 * to be sent by another run. Files change, members do not: a credit is known by its member, not by its file.
 *
 * A credit's identity, in this order:
 * 1. the row's own `reference`: once per account, for ever
 * 2. `--campaign` and the member: once per campaign, for ever
 * 3. the member and the amounts, within `--repeat-window`
 *
 * What was credited under (1) or (2) is skipped, and refused when the amounts differ. What was credited under (3)
 * refuses the file: the same amounts again may be meant. The send asks once more in the statement that records
 * the intent, when only then the customerUid is known.
 */
export class CreditGuard {
  readonly #ledger: LedgerReader;
  readonly #account: string;
  readonly #settings: JobSettings;
  readonly #nowMs: number;
  #creditedCount = 0;
  #firstRow: number | undefined;
  #changedCount = 0;
  #firstChanged: { readonly rowNumber: number; readonly credit: Credit } | undefined;
  #takenBackCount = 0;
  #firstTakenBack: { readonly rowNumber: number; readonly credit: Credit } | undefined;
  #alikeCount = 0;
  #alikeCampaign = '';
  readonly #countByRun = new Map<string, RunCount>();

  constructor(parts: { ledger: LedgerReader; account: string; settings: JobSettings; nowMs: number }) {
    this.#ledger = parts.ledger;
    this.#account = parts.account;
    this.#settings = parts.settings;
    this.#nowMs = parts.nowMs;
  }

  /** The rows, with what an earlier run has credited marked. Awaited once a block. */
  async mark(rows: readonly StagedRow[]): Promise<readonly StagedRow[]> {
    const topups = rows.map(({ targetRows }) => topupOf(targetRows));
    const asked = topups.filter((row) => row !== undefined);
    if (asked.length === 0) return rows;
    const credits = await this.#ledger.increments.findCredits(this.#account, {
      numbers: asked.flatMap(({ number }) => number ?? []),
      customerUids: asked.flatMap(({ customerUid }) => customerUid ?? []),
      references: asked.flatMap(({ reference }) => reference ?? []),
    });
    if (credits.length === 0) return rows;
    const known = indexCredits(credits);
    return rows.map((row, index) => {
      const topup = topups[index];
      return topup === undefined ? row : this.#judge(row, topup, known);
    });
  }

  /**
   * Rows that are called done, against what their run has credited. A row that was edited since, or whose member was
   * sorted away from it, was never credited as it stands now, and one that `undo` has taken back since is credited no
   * more. Both are skipped all the same, which must be said.
   */
  async compare(claims: readonly DoneClaim[]): Promise<void> {
    if (claims.length === 0) return;
    const customerUids = claims.map(({ customerUid }) => customerUid);
    const credits = await this.#ledger.increments.findCredits(this.#account, {
      numbers: [],
      customerUids,
      references: [],
    });
    const byUid = new Map<string, StandingCredit[]>();
    for (const credit of credits) {
      if (credit.state === 'done') byUid.set(credit.customerUid, [...(byUid.get(credit.customerUid) ?? []), credit]);
    }
    for (const { rowNumber, row, runId, customerUid, isCreditedBefore } of claims) {
      const isTarget = row.pointTarget !== undefined || row.balanceTarget !== undefined;
      const isAsCredited = (credit: Credit): boolean =>
        isSameMember(row, credit) && (isTarget || hasSameAmounts(row, credit));
      const ofMember = byUid.get(customerUid) ?? [];
      const own = ofMember.filter((credit) => (isCreditedBefore ? isAsCredited(credit) : credit.runId === runId));
      const [credit] = own;
      if (credit === undefined) continue;
      const asCredited = own.filter(isAsCredited);
      if (asCredited.length === 0) {
        this.#changedCount += 1;
        this.#firstChanged ??= { rowNumber, credit };
      } else if (asCredited.every(({ isUndone, undoRun }) => isUndone || undoRun !== '')) {
        this.#takenBackCount += 1;
        this.#firstTakenBack ??= { rowNumber, credit };
      }
    }
  }

  notes(): string[] {
    const alike = intakeTexts().campaignAlike(this.#alikeCount, this.#settings.campaign, this.#alikeCampaign);
    return [...this.#changedNotes(), ...this.#takenBackNotes(), ...(this.#alikeCount > 0 ? [alike] : [])];
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

  /** @throws OperatorError CREDITED_BEFORE (exit 3) when rows were credited before and nobody said what to do */
  async check(rowCount: number): Promise<void> {
    if (this.#creditedCount > 0) throw await this.#refusal(rowCount);
  }

  #judge(row: StagedRow, topup: TopupRow, known: KnownCredits): StagedRow {
    const { campaign, skipsCredited } = this.#settings;
    const match = this.#match(topup, known);
    if (match === undefined) return row;
    if (match.kind === 'otherwise') {
      return { ...row, targetRows: [], issues: [creditedOtherwise(match.credit, campaign)] };
    }
    const isNamed = topup.reference !== undefined || campaign !== '';
    const isSent = match.credit.state === 'done' && match.credit.undoRun === '';
    // What another run has still to send, or has in doubt, is not credited yet, and what `undo` is taking back may be
    // credited no more: to skip the row would lose it.
    if (isSent && (isNamed || skipsCredited)) return { ...row, targetRows: [], credited: creditedBefore(match.credit) };
    this.#count(row.rowNumber, match.credit);
    return row;
  }

  #match(topup: TopupRow, known: KnownCredits): CreditMatch | undefined {
    const { campaign, repeatWindowMs } = this.#settings;
    const isSame = (credit: Credit): boolean => hasSameAmounts(topup, credit);
    if (topup.reference !== undefined) {
      const ofReference = known.byReference.get(topup.reference) ?? [];
      return findMatch(ofReference, (credit) => isSame(credit) && isSameMember(topup, credit));
    }
    const ofMember = [
      ...(known.byNumber.get(topup.number ?? '') ?? []),
      ...(known.byUid.get(topup.customerUid ?? '') ?? []),
    ];
    if (campaign !== '') {
      const ofCampaign = ofMember.filter((credit) => credit.campaign === campaign);
      if (ofCampaign.length === 0) this.#findAlike(campaign, ofMember.filter(isSame));
      return findMatch(ofCampaign, isSame);
    }
    const sinceMs = this.#nowMs - repeatWindowMs;
    // Without the time of its intent nobody can say that a credit is old.
    const isRecent = ({ state, intentMs }: Credit): boolean =>
      state !== 'done' || intentMs === 0 || intentMs >= sinceMs;
    return findMatch(
      ofMember.filter((credit) => isSame(credit) && isRecent(credit)),
      isSame,
    );
  }

  /** `2026-q4` after `2026-Q4` is another campaign, and most likely not meant to be. */
  #findAlike(campaign: string, credits: readonly Credit[]): void {
    const name = withoutSigns(campaign);
    const alike = credits.find((credit) => credit.campaign !== '' && withoutSigns(credit.campaign) === name);
    if (alike === undefined) return;
    this.#alikeCount += 1;
    this.#alikeCampaign = alike.campaign;
  }

  #count(rowNumber: number, { runId, state, undoRun }: StandingCredit): void {
    this.#creditedCount += 1;
    this.#firstRow ??= rowNumber;
    // To be carried on, or decided, is the run that has the row without an outcome.
    const isTakenBack = state === 'done' && undoRun !== '';
    const openRun = isTakenBack ? undoRun : runId;
    const count = this.#countByRun.get(openRun) ?? { creditedCount: 0, unsentCount: 0, takenBackCount: 0 };
    if (isTakenBack) count.takenBackCount += 1;
    else if (state === 'done') count.creditedCount += 1;
    else count.unsentCount += 1;
    this.#countByRun.set(openRun, count);
  }

  async #refusal(rowCount: number): Promise<OperatorError> {
    const rowsOf = ({ creditedCount, unsentCount, takenBackCount }: RunCount): number =>
      creditedCount + unsentCount + takenBackCount;
    const runs = [...this.#countByRun].sort(([, left], [, right]) => rowsOf(right) - rowsOf(left));
    const told = [];
    for (const [runId, count] of runs.slice(0, RUNS_TOLD_MAX)) {
      const run = await this.#ledger.runs.find(runId);
      told.push({ runId, when: zonedDateTime(run?.createdMs ?? 0, this.#settings.storeZone), ...count });
    }
    const openId = runs.find(([, { unsentCount, takenBackCount }]) => unsentCount + takenBackCount > 0)?.[0];
    const open = openId === undefined ? undefined : { runId: openId, hasEnded: await this.#hasEnded(openId) };
    const { creditedBefore, creditedBeforeHint } = intakeTexts();
    return fileError(
      'CREDITED_BEFORE',
      creditedBefore(this.#creditedCount, rowCount, told, runs.length - told.length, this.#firstRow ?? 0),
      // Typed already, it has skipped what it can skip.
      creditedBeforeHint(open, this.#settings.skipsCredited),
    );
  }

  /** A run that has ended cannot be carried on: what it still has is in doubt, and waits for a person. */
  async #hasEnded(runId: string): Promise<boolean> {
    const run = await this.#ledger.runs.find(runId);
    return run?.state === 'finished' || run?.state === 'cancelled';
  }
}

const RUNS_TOLD_MAX = 3;

/** What is left of a name when case, spaces and signs are not looked at. */
function withoutSigns(campaign: string): string {
  return campaign.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');
}

/** Rows of the file that a run has credited, has still to credit or in doubt, or is taking back. */
type RunCount = { creditedCount: number; unsentCount: number; takenBackCount: number };

type CreditMatch = { readonly kind: 'before' | 'otherwise'; readonly credit: StandingCredit };

/**
 * The credit of this identity that is the row's own. One identity may have several: with `--on-duplicate allow` a
 * campaign credits a member once for each row. What is done comes first: such a row can be skipped.
 */
function findMatch(credits: readonly StandingCredit[], isSame: (credit: Credit) => boolean): CreditMatch | undefined {
  const same = credits.filter(isSame);
  const before = same.find(({ state, undoRun }) => state === 'done' && undoRun === '') ?? same[0];
  if (before) return { kind: 'before', credit: before };
  return credits[0] && { kind: 'otherwise', credit: credits[0] };
}

function topupOf(targetRows: StagedRow['targetRows']): TopupRow | undefined {
  const row = targetRows[0]?.row;
  // A target is compared with what the member has: sent twice, it changes nothing the second time.
  return row?.kind === 'topup' && row.pointTarget === undefined && row.balanceTarget === undefined ? row : undefined;
}

type KnownCredits = Readonly<
  Record<'byNumber' | 'byUid' | 'byReference', ReadonlyMap<string, readonly StandingCredit[]>>
>;

function indexCredits(credits: readonly StandingCredit[]): KnownCredits {
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
    if (credit.isUndone) continue;
    add(byNumber, credit.number, credit);
    add(byUid, credit.customerUid, credit);
    add(byReference, credit.reference, credit);
  }
  return { byNumber, byUid, byReference };
}

function isSameMember({ number, customerUid }: TopupRow, credit: Credit): boolean {
  if (customerUid !== undefined && credit.customerUid !== '') return customerUid === credit.customerUid;
  return number === undefined || credit.number === '' || number === credit.number;
}

function creditedBefore(credit: Credit): CreditedBefore {
  const { runId, rowNumber, intentMs: atMs, customerUid, pointIncrement, balanceIncrement } = credit;
  return { runId, rowNumber, atMs, customerUid, pointIncrement, balanceIncrement };
}

function creditedOtherwise(credit: Credit, campaign: string): RowIssue {
  const { reference, rowNumber, runId, pointIncrement: points, balanceIncrement: balance } = credit;
  const identity = reference !== '' && campaign === '' ? { reference } : { campaign };
  return {
    errorCode: 'CREDITED_OTHERWISE',
    message: intakeTexts().creditedOtherwise(identity, rowNumber, runId, { points, balance }),
  };
}
