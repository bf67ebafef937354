import { plainNumber } from '../base/decimal.ts';
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
import { type ClaimedCredits, type DoneClaim, DoneClaims } from './done-claims.ts';
import {
  creditsOfMember,
  indexCredits,
  isSameMember,
  type KnownCredits,
  nameOf,
  type RowOrigin,
} from './known-credits.ts';

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
  readonly #claimed: ClaimedCredits = { ofDoneRows: new Set(), skippedFor: new Set() };
  readonly #doneClaims: DoneClaims;
  /** Of the runs that records of the file are of: the place of each in the order in which they were started. */
  #runOrder: ReadonlyMap<string, number> = new Map();
  #alikeCount = 0;
  #alikeCampaign = '';
  readonly #countByRun = new Map<string, RunCount>();

  constructor(parts: { ledger: LedgerReader; account: string; settings: JobSettings; nowMs: number }) {
    this.#ledger = parts.ledger;
    this.#account = parts.account;
    this.#settings = parts.settings;
    this.#nowMs = parts.nowMs;
    const { ledger, account, settings } = parts;
    this.#doneClaims = new DoneClaims({ ledger, account, campaign: settings.campaign, claimed: this.#claimed });
  }

  /** Rows that are called done, before the rows of their block are marked. See `DoneClaims`. */
  compare(claims: readonly DoneClaim[]): Promise<void> {
    return this.#doneClaims.compare(claims);
  }

  notes(): string[] {
    const alike = intakeTexts().campaignAlike(this.#alikeCount, this.#settings.campaign, this.#alikeCampaign);
    return [...this.#doneClaims.notes(), ...(this.#alikeCount > 0 ? [alike] : [])];
  }

  /**
   * The rows, with what an earlier run has credited marked. Awaited once a block.
   *
   * @param origins of a result file: the row of a run that each record is
   */
  async mark(
    rows: readonly StagedRow[],
    origins: readonly (RowOrigin | undefined)[] = [],
  ): Promise<readonly StagedRow[]> {
    const topups = rows.map(({ targetRows }) => topupOf(targetRows));
    const asked = topups.filter((row) => row !== undefined);
    if (asked.length === 0) return rows;
    const credits = await this.#ledger.increments.findCredits(this.#account, {
      numbers: asked.flatMap(({ number }) => number ?? []),
      customerUids: asked.flatMap(({ customerUid }) => customerUid ?? []),
      references: asked.flatMap(({ reference }) => reference ?? []),
    });
    if (credits.length === 0) return rows;
    await this.#readRunOrder(origins);
    const known = indexCredits(credits);
    return rows.map((row, index) => {
      const topup = topups[index];
      return topup === undefined ? row : this.#judge(row, topup, known, origins[index]);
    });
  }

  /** @throws OperatorError CREDITED_BEFORE (exit 3) when rows were credited before and nobody said what to do */
  async check(rowCount: number): Promise<void> {
    if (this.#creditedCount > 0) throw await this.#refusal(rowCount);
  }

  #judge(row: StagedRow, topup: TopupRow, known: KnownCredits, origin: RowOrigin | undefined): StagedRow {
    const { campaign, skipsCredited, isAgain, onDuplicate } = this.#settings;
    // Whatever is typed: the run that this record is of has still to send it.
    const unsent = origin && known.byRow.get(nameOf(origin));
    if (unsent && unsent.state !== 'done') {
      this.#count(row.rowNumber, unsent);
      return row;
    }
    if (isAgain) return row;
    const siblings =
      onDuplicate === 'allow' ? (credit: StandingCredit) => this.#isOfSibling(credit, origin) : () => false;
    const { match, siblingCount } = this.#match(topup, known, siblings);
    if (match === undefined) return siblingCount === 0 ? row : withSiblings(row, siblingCount);
    if (match.kind === 'otherwise') {
      return { ...row, targetRows: [], issues: [creditedOtherwise(match.credit, campaign)] };
    }
    const isNamed = match.kind === 'before' && (topup.reference !== undefined || campaign !== '');
    const isSent = match.credit.state === 'done' && match.credit.undoRun === '';
    // What another run has still to send, or has in doubt, is not credited yet, and what `undo` is taking back may be
    // credited no more: to skip the row would lose it.
    if (isSent && (isNamed || skipsCredited)) {
      this.#claimed.skippedFor.add(nameOf(match.credit));
      return { ...row, targetRows: [], credited: creditedBefore(match.credit) };
    }
    this.#count(row.rowNumber, match.credit);
    return row;
  }

  /**
   * Another row of this file is skipped for that credit; or it is that of another row of the run that this record is of;
   * or another row is that credit, and it is older than this record. A later run may have sent this very row: its result
   * and an older one can stand in one file.
   */
  #isOfSibling(credit: StandingCredit, origin: RowOrigin | undefined): boolean {
    if (this.#claimed.skippedFor.has(nameOf(credit))) return true;
    if (origin === undefined) return false;
    if (credit.runId === origin.runId) return credit.rowNumber !== origin.rowNumber;
    if (!this.#claimed.ofDoneRows.has(nameOf(credit))) return false;
    const [own, other] = [this.#runOrder.get(origin.runId), this.#runOrder.get(credit.runId)];
    return own !== undefined && other !== undefined && other < own;
  }

  /** By the ledger, not by the clock. A run that it does not know has no place. */
  async #readRunOrder(origins: readonly (RowOrigin | undefined)[]): Promise<void> {
    if (this.#settings.onDuplicate !== 'allow') return;
    const ofDoneRows = [...this.#claimed.ofDoneRows].map((name) => name.split(' ')[0] ?? '');
    const runIds = new Set([...origins.flatMap((origin) => origin?.runId ?? []), ...ofDoneRows]);
    if (runIds.size < 2 || [...runIds].every((runId) => this.#runOrder.has(runId))) return;
    const inOrder = await this.#ledger.runs.inOrder([...runIds]);
    this.#runOrder = new Map(inOrder.map((runId, place) => [runId, place]));
  }

  /** `siblingCount`: credits of the row's own identity that count for other rows of the file. */
  #match(
    topup: TopupRow,
    known: KnownCredits,
    isOfSibling: (credit: StandingCredit) => boolean,
  ): { readonly match: CreditMatch | undefined; readonly siblingCount: number } {
    const { campaign, repeatWindowMs } = this.#settings;
    const isSame = (credit: Credit): boolean => hasSameAmounts(topup, credit);
    const ofMember = creditsOfMember(known, topup);
    const sinceMs = this.#nowMs - repeatWindowMs;
    // Without the time of its intent nobody can say that a credit is old.
    const isRecent = ({ state, intentMs }: Credit): boolean =>
      state !== 'done' || intentMs === 0 || intentMs >= sinceMs;
    if (topup.reference !== undefined) {
      const ofReference = known.byReference.get(topup.reference) ?? [];
      const others = ofMember.filter((credit) => isSame(credit) && isRecent(credit) && !isOfSibling(credit));
      const match =
        findMatch(ofReference, (credit) => isSame(credit) && isSameMember(topup, credit)) ??
        findAlike(topup.reference, campaign, others);
      return { match, siblingCount: 0 };
    }
    const ofIdentity =
      campaign === ''
        ? ofMember.filter((credit) => isSame(credit) && isRecent(credit))
        : ofMember.filter((credit) => credit.campaign === campaign);
    if (campaign !== '' && ofIdentity.length === 0) this.#findAlike(campaign, ofMember.filter(isSame));
    const others = ofIdentity.filter((credit) => !isOfSibling(credit));
    return { match: findMatch(others, isSame), siblingCount: new Set(ofIdentity).size - new Set(others).size };
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

/** `alike`: most likely the same credit, under a name that a spreadsheet or a person has changed. */
type CreditMatch = { readonly kind: 'before' | 'otherwise' | 'alike'; readonly credit: StandingCredit };

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

/**
 * The same amounts for the same member under a reference that differs only in what a spreadsheet changes (`000123`,
 * `2026-1-5`, `1.10`), or in the same campaign without a reference: the column was named so that it is read now.
 */
function findAlike(
  reference: string,
  campaign: string,
  sameCredits: readonly StandingCredit[],
): CreditMatch | undefined {
  const plain = plainReference(reference);
  const credit = sameCredits.find((other) => {
    if (other.reference === '') return campaign !== '' && other.campaign === campaign;
    // Another campaign is another occasion, whatever the receipts are.
    return other.campaign === campaign && plainReference(other.reference) === plain;
  });
  return credit && { kind: 'alike', credit };
}

/** What is left of a reference when a spreadsheet has read it: the value of a number; one kind of sign, and no zeros in front. */
function plainReference(reference: string): string {
  const text = reference.trim().toLowerCase();
  if (/^[0-9]{1,40}(\.[0-9]{1,40})?(e\+?[0-9]{1,2})?$/.test(text)) return plainNumber(text);
  return text.replace(/[^\p{L}\p{N}]+/gu, ' ').replace(/(?<![0-9])0+(?=[0-9])/g, '');
}

/** The credit is given for another row of the file: the send must not take it for this row's own. */
function withSiblings(row: StagedRow, siblingCount: number): StagedRow {
  const siblingCredits = String(siblingCount);
  return {
    ...row,
    targetRows: row.targetRows.map((targetRow) =>
      targetRow.row.kind === 'topup' ? { ...targetRow, row: { ...targetRow.row, siblingCredits } } : targetRow,
    ),
  };
}

function topupOf(targetRows: StagedRow['targetRows']): TopupRow | undefined {
  const row = targetRows[0]?.row;
  // A target is compared with what the member has: sent twice, it changes nothing the second time.
  return row?.kind === 'topup' && row.pointTarget === undefined && row.balanceTarget === undefined ? row : undefined;
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
