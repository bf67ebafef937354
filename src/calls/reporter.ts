import type { Outcome } from '../job/outcome.ts';
import type { ControlSettings } from './control-settings.ts';
import type { Lane } from './lane.ts';

/** What is about to be sent, for whoever watches. */
export type Sending = {
  /** `rows`; `writes` where each row goes to two vendors; `records` of an export of everybody. */
  readonly unit: 'rows' | 'writes' | 'records';
  /** How many there are, with those that have ended before; 0: not known. */
  readonly totalCount: number;
  /** What an earlier part of the run has decided. */
  readonly ended: { readonly done: number; readonly failed: number; readonly inDoubt: number };
  /** Rows that are refused by us and are not sent. */
  readonly invalidCount: number;
  /** One for each vendor; the first has the daily quota. */
  readonly lanes: readonly Lane[];
  readonly controls: ControlSettings;
  readonly storeZone: string;
  /** When the run began, in whatever process. */
  readonly createdMs: number;
};

/** Where a run says what it is doing; the CLI prints it, `--quiet` drops all but warnings. */
export interface Reporter {
  /** One line for the person at the terminal. */
  note(text: string): void;
  /** The same, with `--quiet` too: why a run has stopped. */
  warn(text: string): void;
  /** The sending begins. */
  start(sending: Sending): void;
  /** What the rows that are left are going to cost. */
  price(callCount: number): void;
  row(outcome: Outcome): void;
  /** Where the run stands, when other processes work on it as well. */
  stand(ended: Sending['ended']): void;
  /** The day's calls are used up; nothing is sent until that time. `detail`: how many, and of how many. */
  sleep(untilMs: number, detail: string): void;
  /** The sending is over. */
  end(): void;
}
