import { unreachable } from '../../base/errors.ts';
import { columnTexts } from '../../texts/tables/columns.ts';
import { type Detail, Evidence, type Finding } from './column-evidence.ts';

/** Different dates that are counted; of birthdays there are about 25,000. What comes later is not counted. */
const DATES_KEPT_MAX = 30_000;

/** A date in more than this share of the rows is nobody's birthday, but what stands where none is known. */
const SENTINEL_SHARE = 0.2;
const SENTINEL_COUNT_MIN = 5;

/** So many dates whose day could be a month, and none whose day could not: by chance less than 1 in 100. */
const SWAPPED_COUNT_MIN = 5;

/** So many different days of the month below 13, and none above: by chance less than 1 in 10,000. */
const LOW_DAY_COUNT_MIN = 12;
const LOW_DAYS_MIN = 8;

/** Birthdays: serial numbers, day and month swapped, one date for everybody. */
export class DateEvidence implements Detail {
  readonly #column: string;
  readonly #serials = new Evidence();
  readonly #counts = new Map<string, { count: number; readonly rowNumber: number; readonly form: DateForm }>();
  #rowCount = 0;
  /** `1990-05-06`: a spreadsheet may have understood `05/06/1990` and turned it around. */
  readonly #isoLowDay = new Evidence();
  readonly #lowDays = new Set<number>();
  #isoHighDayCount = 0;
  /** `25/12/1990`: a spreadsheet that puts the month first does not understand it, and leaves it as text. */
  readonly #dayFirst = new Evidence();
  readonly #monthFirst = new Evidence();

  constructor(column: string) {
    this.#column = column;
  }

  see(rowNumber: number, text: string): void {
    this.#rowCount += 1;
    const form = this.#countedForm(rowNumber, text);
    switch (form.kind) {
      case 'serial':
        this.#serials.add(rowNumber, text);
        return;
      case 'iso':
        if (form.day > 12) this.#isoHighDayCount += 1;
        else {
          this.#isoLowDay.add(rowNumber, text);
          this.#lowDays.add(form.day);
        }
        return;
      case 'dayFirst':
        this.#dayFirst.add(rowNumber, text);
        return;
      case 'monthFirst':
        this.#monthFirst.add(rowNumber, text);
        return;
      case 'other':
        return;
      default:
        unreachable(form);
    }
  }

  #countedForm(rowNumber: number, text: string): DateForm {
    const counted = this.#counts.get(text);
    if (counted !== undefined) {
      counted.count += 1;
      return counted.form;
    }
    const form = formOf(text);
    if (this.#counts.size < DATES_KEPT_MAX) this.#counts.set(text, { count: 1, rowNumber, form });
    return form;
  }

  findings(): readonly Finding[] {
    return [
      {
        severity: 'cells',
        evidence: this.#serials,
        text: columnTexts().serialDates,
      },
      ...this.#mixtures(),
      ...this.#sentinels(),
    ];
  }

  #mixtures(): Finding[] {
    const isSwapped =
      this.#dayFirst.cellCount > 0 && this.#isoHighDayCount === 0 && this.#isoLowDay.cellCount >= SWAPPED_COUNT_MIN;
    if (isSwapped) {
      return [
        {
          severity: 'rows',
          id: `${this.#column}:swapped_dates`,
          evidence: this.#isoLowDay,
          text: columnTexts().swappedDates(this.#dayFirst.shown()),
        },
      ];
    }
    const isAlwaysLow =
      this.#isoHighDayCount === 0 &&
      this.#isoLowDay.cellCount >= LOW_DAY_COUNT_MIN &&
      this.#lowDays.size >= LOW_DAYS_MIN;
    if (isAlwaysLow) {
      return [
        {
          severity: 'warning',
          evidence: this.#isoLowDay,
          text: columnTexts().lowDays,
        },
      ];
    }
    if (this.#dayFirst.cellCount === 0 || this.#monthFirst.cellCount === 0) return [];
    return [
      {
        severity: 'warning',
        evidence: this.#monthFirst,
        text: columnTexts().mixedDates(this.#dayFirst.shown()),
      },
    ];
  }

  #sentinels(): Finding[] {
    return [...this.#counts]
      .filter(([text, { count }]) => {
        if (NO_DATE.test(text)) return true;
        return count >= SENTINEL_COUNT_MIN && count > this.#rowCount * SENTINEL_SHARE;
      })
      .map(([value, { count, rowNumber }]) => ({
        severity: 'warning',
        evidence: Evidence.of(count, { rowNumber, value }),
        text: columnTexts().sameDate,
      }));
  }
}

type DateForm =
  | { readonly kind: 'serial' | 'dayFirst' | 'monthFirst' | 'other' }
  | { readonly kind: 'iso'; readonly day: number };

function formOf(text: string): DateForm {
  if (SERIAL.test(text) && !YEAR.test(text)) return { kind: 'serial' };
  const iso = ISO.exec(text);
  if (iso !== null) return { kind: 'iso', day: Number(iso[1]) };
  const ordered = ORDERED.exec(text);
  if (Number(ordered?.[1]) > 12) return { kind: 'dayFirst' };
  return { kind: Number(ordered?.[2]) > 12 ? 'monthFirst' : 'other' };
}

const SERIAL = /^[1-7][0-9]{4}(?:\.[0-9]{1,10})?$/;
const YEAR = /^(?:19|20)[0-9]{2}$/;
const ISO = /^[0-9]{4}[-/][0-9]{1,2}[-/]([0-9]{1,2})(?:[T ].{1,20})?$/;
const ORDERED = /^([0-9]{1,2})[/.-]([0-9]{1,2})[/.-](?:[0-9]{4}|[0-9]{2})(?:[T ].{1,20})?$/;
/** The first day of a spreadsheet's calendar. */
const NO_DATE = /^1900[-/]0?1[-/]0?[01](?:[T ]0?0:00(?::00)?)?$/;
