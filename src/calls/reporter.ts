import type { Outcome } from '../job/outcome.ts';

/** Where a run says what it is doing; the CLI prints it, `--quiet` drops it. */
export interface Reporter {
  /** One line for the person at the terminal. */
  note(text: string): void;
  /** The sending begins: `rowCount` rows are to be done. */
  start(rowCount: number): void;
  row(outcome: Outcome): void;
  /** The sending is over. */
  end(): void;
}
