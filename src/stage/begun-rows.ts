import type { RowRecord } from './ledger.ts';

/** Reads the ledger's rows beside the file's, both in order, so that none has to be searched for. */
export class BegunRows {
  readonly #records: Iterator<RowRecord>;
  #next: RowRecord | undefined;

  constructor(records: Iterable<RowRecord>) {
    this.#records = records[Symbol.iterator]();
    this.#next = this.#pull();
  }

  of(rowNumber: number): readonly RowRecord[] {
    const records: RowRecord[] = [];
    while (this.#next && this.#next.rowNumber <= rowNumber) {
      if (this.#next.rowNumber === rowNumber) records.push(this.#next);
      this.#next = this.#pull();
    }
    return records;
  }

  #pull(): RowRecord | undefined {
    const next = this.#records.next();
    return next.done ? undefined : next.value;
  }
}
