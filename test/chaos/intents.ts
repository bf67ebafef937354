import { Decimal } from 'decimal.js';
import type { BookedIncrement, Books } from './vendor.ts';

Decimal.set({ precision: 200 });

/** One row of a person's file. */
export type PersonRow = {
  readonly customerUid: string;
  /** As typed: a number that no member has, until the person corrects it. */
  readonly number: string;
  readonly isByUid: boolean;
  readonly pointIncrement: string;
  readonly balanceIncrement: string;
  /** '' is none. */
  readonly reference: string;
};

/** A file of a person, and the flags that go with it for ever. */
export type PersonFile = { readonly name: string; readonly campaign: string; rows: PersonRow[] };

/** What a result row said of one increment. */
export type Said = { readonly customerUid: string; readonly dataChangeTime: string; readonly status: string };

type Amounts = Pick<BookedIncrement, 'customerUid' | 'pointIncrement' | 'balanceIncrement'>;

type Intent = {
  readonly label: string;
  /** Amounts that were ever asked for under it: more than one only where a campaign or a reference names it. */
  readonly keys: Set<string>;
  /** `--again` was typed so often: each may credit once more. */
  againCount: number;
};

export type IntentVerdict = {
  readonly doubles: readonly string[];
  readonly unexplained: readonly string[];
};

/**
 * What a person means to be credited: each row once, however often, in whatever file, the row is sent. A row is
 * known as the product promises to know it (DESIGN §4): by its reference, else by campaign and member, else by member
 * and amounts. No two rows of a campaign have the same amounts by chance.
 */
export class Intents {
  readonly #intents = new Map<string, Intent>();
  readonly #byAmounts = new Map<string, Intent>();
  /** Increments that some result file, or a run that has ended, calls done or in doubt. */
  readonly #said = new Set<string>();

  /** The rows were given to the tool. A row whose number nobody has means nobody. */
  ask(rows: readonly PersonRow[], campaign: string): void {
    for (const row of rows) {
      const key = amountsKey(row);
      if (this.#byAmounts.has(key)) continue;
      const label = row.reference ? `reference ${row.reference}` : campaign ? `${campaign} of ${row.customerUid}` : key;
      const intent = this.#intents.get(label) ?? { label, keys: new Set(), againCount: 0 };
      intent.keys.add(key);
      this.#intents.set(label, intent);
      this.#byAmounts.set(key, intent);
    }
  }

  /** Every row may be credited once more. */
  askAgain(rows: readonly PersonRow[]): void {
    for (const row of rows) {
      const intent = this.#byAmounts.get(amountsKey(row));
      if (intent) intent.againCount += 1;
    }
  }

  /** Rows asked for. */
  get count(): number {
    return this.#intents.size;
  }

  noteSaid({ customerUid, dataChangeTime }: Said): void {
    this.#said.add(`${customerUid} ${dataChangeTime}`);
  }

  isAsked(amounts: Amounts): boolean {
    return this.#byAmounts.has(amountsKey(amounts));
  }

  /** Whether the books hold the row's credit: given, and not taken back. */
  isCredited(row: Amounts, books: Books): boolean {
    const intent = this.#byAmounts.get(amountsKey(row));
    return intent !== undefined && netCount(intent, countApplied(books)) > 0;
  }

  /** Credits above what was asked for, and credits taken back more often than given. */
  findDoubles(books: Books): string[] {
    const applied = countApplied(books);
    return [...this.#intents.values()].flatMap((intent) => {
      const net = netCount(intent, applied);
      const { label, againCount } = intent;
      if (net > 1 + againCount) return [`${label}: credited ${net} times, meant ${1 + againCount} times`];
      return net < 0 ? [`${label}: taken back more often than credited`] : [];
    });
  }

  /**
   * At the end, when every file was given to the tool once more: nothing is missing, and the tool has said everything.
   *
   * @param rows those of the files as they are at the end; what a person took out of a file may be credited or not
   * @param inDoubt what the tool calls in doubt: that is said, and not lost
   */
  judge(books: Books, rows: readonly PersonRow[], inDoubt: readonly Amounts[]): IntentVerdict {
    const unexplained: string[] = [];
    const doubted = new Set(inDoubt.map(amountsKey));
    for (const row of rows) {
      if (this.isAsked(row) && !this.isCredited(row, books) && !doubted.has(amountsKey(row))) {
        unexplained.push(`${amountsKey(row)}: lost, the tool says that all is done`);
      }
    }
    for (const increment of books.increments) {
      const name = `${amountsKey(increment)} at ${increment.dataChangeTime}`;
      if (!this.#byAmounts.has(amountsKey(increment)) && !this.#byAmounts.has(oppositeKey(increment))) {
        unexplained.push(`${name}: nobody asked for it`);
      }
      if (!this.#said.has(`${increment.customerUid} ${increment.dataChangeTime}`)) {
        unexplained.push(`${name}: applied, and no result says so`);
      }
    }
    return { doubles: this.findDoubles(books), unexplained };
  }
}

/** Times that the intent was credited less the times that it was taken back. */
function netCount({ keys }: Intent, applied: ReadonlyMap<string, number>): number {
  let net = 0;
  for (const key of keys) net += (applied.get(key) ?? 0) - (applied.get(oppositeOf(key)) ?? 0);
  return net;
}

function countApplied({ increments }: Books): Map<string, number> {
  const counts = new Map<string, number>();
  for (const increment of increments) {
    const key = amountsKey(increment);
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return counts;
}

export function amountsKey({ customerUid, pointIncrement, balanceIncrement }: Amounts): string {
  return `${customerUid} ${decimal(pointIncrement).toFixed()} ${decimal(balanceIncrement).toFixed()}`;
}

function oppositeKey(amounts: Amounts): string {
  return oppositeOf(amountsKey(amounts));
}

function oppositeOf(key: string): string {
  const [uid = '', points = '0', balance = '0'] = key.split(' ');
  return `${uid} ${negate(points)} ${negate(balance)}`;
}

function negate(amount: string): string {
  return amount === '0' ? amount : amount.startsWith('-') ? amount.slice(1) : `-${amount}`;
}

function decimal(text: string): Decimal {
  return new Decimal(text === '' ? 0 : text);
}
