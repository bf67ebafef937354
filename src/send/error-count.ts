import type { ControlSettings } from '../calls/control-settings.ts';
import type { RunControl } from '../calls/run-control.ts';
import type { Scan } from '../intake/scan.ts';

/** Stops the run when more rows than allowed went wrong; invalid rows count before anything is sent. */
export class ErrorCount {
  readonly #limit: number;
  readonly #control: RunControl;
  #count: number;

  constructor(maxErrors: ControlSettings['maxErrors'], scan: Scan, control: RunControl) {
    this.#control = control;
    if (maxErrors === undefined) this.#limit = Number.POSITIVE_INFINITY;
    else this.#limit = 'count' in maxErrors ? maxErrors.count : (scan.rowCount * maxErrors.percent) / 100;
    this.#count = scan.invalidCount;
    this.add(false);
  }

  add(isError: boolean): void {
    if (isError) this.#count += 1;
    if (this.#count <= this.#limit) return;
    this.#control.stop({
      kind: 'max_errors',
      detail: `${this.#count} rows went wrong, --max-errors allows ${this.#limit}`,
    });
  }
}
