import { columnTexts } from '../../texts/tables/columns.ts';
import type { Column } from '../columns.ts';
import { mayBeRounded } from './cell-id.ts';
import { type Detail, Evidence, type Finding } from './column-evidence.ts';

/** An id of more digits than this cannot be told apart by a spreadsheet. */
const EXACT_DIGITS = 15;
const LENGTH_MAX = 30;

/**
 * Above this share, ids of 18 digits and more that end in zeros are damage and not chance: ten times what
 * chance gives.
 */
const SHARE_BY_CHANCE = 0.01;
/** For shorter ids chance makes zeros more often; they count as damage when so many of them are this improbable. */
const PROBABILITY_MAX = 0.01;

/** Numbers and ids: rounded after the 15th digit, or without the zeros that they began with. */
export class DigitEvidence implements Detail {
  readonly #column: Column;
  readonly #trustsRoundIds: boolean;
  readonly #counts = new Uint32Array(LENGTH_MAX + 1);
  /** Of the numbers that begin with 0. */
  readonly #zeroCounts = new Uint32Array(LENGTH_MAX + 1);
  readonly #roundCounts = new Uint32Array(LENGTH_MAX + 1);
  readonly #rounded = new Evidence();
  /** The first examples of each length: which of them is the odd one, only the end tells. */
  readonly #byLength = new Map<number, Evidence>();

  constructor(column: Column, trustsRoundIds: boolean) {
    this.#column = column;
    this.#trustsRoundIds = trustsRoundIds;
  }

  see(rowNumber: number, text: string): void {
    const { length } = text;
    if (length > LENGTH_MAX || !DIGITS.test(text)) return;
    if (text.charCodeAt(0) === ZERO) {
      this.#zeroCounts[length] = (this.#zeroCounts[length] ?? 0) + 1;
      return;
    }
    this.#counts[length] = (this.#counts[length] ?? 0) + 1;
    if (length > EXACT_DIGITS && mayBeRounded(text)) {
      this.#roundCounts[length] = (this.#roundCounts[length] ?? 0) + 1;
      this.#rounded.add(rowNumber, text);
    }
    let evidence = this.#byLength.get(length);
    if (evidence === undefined) {
      evidence = new Evidence();
      this.#byLength.set(length, evidence);
    }
    evidence.add(rowNumber, text);
  }

  findings(): readonly Finding[] {
    return [...this.#roundedFindings(), ...(this.#column.type === 'uid' ? [] : this.#lostZeros())];
  }

  #roundedFindings(): Finding[] {
    if (this.#rounded.cellCount === 0 || this.#trustsRoundIds) return [];
    const isDamaged = this.#lengths().some((length) => this.#isMoreThanChance(length));
    if (!isDamaged) return [];
    return [
      {
        severity: 'rows',
        id: `${this.#column.name}:rounded`,
        evidence: this.#rounded,
        text: columnTexts().rounded,
      },
    ];
  }

  #isMoreThanChance(length: number): boolean {
    const count = this.#counts[length] ?? 0;
    const roundCount = this.#roundCounts[length] ?? 0;
    if (roundCount === 0) return false;
    if (length >= 18) return roundCount > count * SHARE_BY_CHANCE;
    return probabilityOfMany(roundCount, count, 10 ** (EXACT_DIGITS - length)) <= PROBABILITY_MAX;
  }

  /**
   * Most numbers have n digits and some n-1 or n-2: a spreadsheet takes zeros from the front. Either no number begins
   * with 0 any more, or most do and the shorter ones do not. Numbers that were simply counted up from 1 look the same,
   * so this is a warning, and without zeros only for numbers of six digits and more.
   */
  #lostZeros(): Finding[] {
    const counts = [...this.#counts.keys()].map((n) => (this.#counts[n] ?? 0) + (this.#zeroCounts[n] ?? 0));
    const total = counts.reduce((sum, count) => sum + count, 0);
    const usual = counts.findIndex((count) => count > total / 2);
    const mostHaveZeros = (this.#zeroCounts[usual] ?? 0) > total / 2;
    const noneHasZeros = this.#zeroCounts.every((count) => count === 0);
    if (!mostHaveZeros && (!noneHasZeros || usual < 6)) return [];
    const shorter = [usual - 1, usual - 2].flatMap((length) => this.#byLength.get(length) ?? []);
    const cellCount = shorter.reduce((sum, evidence) => sum + evidence.cellCount, 0);
    return [
      {
        severity: 'warning',
        evidence: Evidence.of(cellCount, ...shorter.flatMap(({ examples }) => examples)),
        text: columnTexts().lostZeros(usual),
      },
    ];
  }

  #lengths(): number[] {
    return [...this.#counts.keys()].filter((length) => (this.#counts[length] ?? 0) > 0);
  }
}

const DIGITS = /^[0-9]+$/;
const ZERO = 0x30;

/** Chernoff's upper bound of the probability that at least `hits` of `count` happen, each by `chance`. */
function probabilityOfMany(hits: number, count: number, chance: number): number {
  const share = hits / count;
  if (share <= chance) return 1;
  const rest = share === 1 ? 0 : (1 - share) * Math.log((1 - share) / (1 - chance));
  return Math.exp(-count * (share * Math.log(share / chance) + rest));
}

/**
 * Country codes that a spreadsheet leaves when it takes the `+` away, and the lengths of the numbers behind
 * them (ITU): Hong Kong, Macao, Singapore, mainland China (mobiles), Taiwan (mobiles), Malaysia (mobiles).
 */
const LOST_PLUS =
  /^(?:852[2-9][0-9]{7}|853[268][0-9]{7}|65[3689][0-9]{7}|861[3-9][0-9]{9}|8869[0-9]{8}|601[0-9]{8,9})$/;

/** Phones that begin with a country code and have no `+`. */
export class PhoneEvidence implements Detail {
  readonly #withoutPlus = new Evidence();

  see(rowNumber: number, text: string): void {
    if (text.length >= 10 && text.length <= 13 && LOST_PLUS.test(text)) this.#withoutPlus.add(rowNumber, text);
  }

  findings(): readonly Finding[] {
    return [
      {
        severity: 'warning',
        evidence: this.#withoutPlus,
        text: columnTexts().lostPlus,
      },
    ];
  }
}
