import type { RowRecord } from '../ledger/ledger.ts';

/**
 * Reads the ledger's rows of a run beside the stage's, both in order, so that no row has to be searched for.
 * `of` must be asked for rising row numbers.
 */
export class BegunRows {
  readonly #pages: AsyncIterator<readonly RowRecord[]>;
  #page: readonly RowRecord[] = [];
  #index = 0;
  #isAtEnd = false;

  constructor(pages: AsyncIterable<readonly RowRecord[]>) {
    this.#pages = pages[Symbol.asyncIterator]();
  }

  /** Makes the records up to that row readable by `of`. Awaited once a block, not once a row. */
  async readTo(rowNumber: number): Promise<void> {
    while (!this.#isAtEnd && (this.#page.at(-1)?.rowNumber ?? 0) <= rowNumber) {
      const next = await this.#pages.next();
      if (next.done) this.#isAtEnd = true;
      else {
        this.#page = [...this.#page.slice(this.#index), ...next.value];
        this.#index = 0;
      }
    }
  }

  of(rowNumber: number): readonly RowRecord[] {
    let record = this.#page[this.#index];
    while (record !== undefined && record.rowNumber < rowNumber) record = this.#page[++this.#index];
    const start = this.#index;
    while (this.#page[this.#index]?.rowNumber === rowNumber) this.#index += 1;
    return this.#page.slice(start, this.#index);
  }

  /** For a reader that ends before the last row. */
  async close(): Promise<void> {
    await this.#pages.return?.();
  }
}
