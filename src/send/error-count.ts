import type { ControlSettings } from '../calls/control-settings.ts';
import type { RunControl } from '../calls/run-control.ts';
import { callTexts } from '../texts/runs/calls.ts';

/** Stops the run when more rows than allowed went wrong; invalid rows count before anything is sent. */
export class ErrorCount {
  readonly #limit: number;
  readonly #control: RunControl;
  #count: number;

  constructor(
    maxErrors: ControlSettings['maxErrors'],
    read: { readonly rowCount: number; readonly invalidCount: number },
    control: RunControl,
  ) {
    this.#control = control;
    if (maxErrors === undefined) this.#limit = Number.POSITIVE_INFINITY;
    else this.#limit = 'count' in maxErrors ? maxErrors.count : (read.rowCount * maxErrors.percent) / 100;
    this.#count = read.invalidCount;
    this.add(false);
  }

  /** Where the limit is a number of rows of the whole run, and other processes count as well. */
  get isLimited(): boolean {
    return this.#limit !== Number.POSITIVE_INFINITY;
  }

  /** So many rows of the run went wrong by now, in whatever process. */
  atLeast(count: number): void {
    this.#count = Math.max(this.#count, count);
    this.add(false);
  }

  add(isError: boolean): void {
    if (isError) this.#count += 1;
    if (this.#count <= this.#limit) return;
    const detail = callTexts().tooManyErrors(this.#count, this.#limit);
    this.#control.stop({ kind: 'max_errors', detail });
  }
}
