import type { RunContext } from '../calls/run-context.ts';
import type { Outcome } from '../job/outcome.ts';

/** Stops the run when more rows than allowed went wrong; invalid rows count before anything is sent. */
export class ErrorCount {
  readonly #limit: number;
  readonly #control: RunContext['control'];
  #count: number;

  constructor({ controls, control }: RunContext, read: { rowCount: number; invalidCount: number }) {
    const { maxErrors } = controls;
    this.#control = control;
    if (maxErrors === undefined) this.#limit = Number.POSITIVE_INFINITY;
    else this.#limit = 'count' in maxErrors ? maxErrors.count : (read.rowCount * maxErrors.percent) / 100;
    this.#count = read.invalidCount;
    this.#check();
  }

  add({ status }: Outcome): void {
    if (status === 'failed' || status === 'in_doubt' || status === 'invalid') this.#count += 1;
    this.#check();
  }

  #check(): void {
    if (this.#count <= this.#limit) return;
    const detail = `${this.#count} rows went wrong, --max-errors allows ${this.#limit}`;
    this.#control.stop({ kind: 'max_errors', detail });
  }
}
