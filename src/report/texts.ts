import type { RunState } from '../ledger/ledger.ts';
import type { TEXTS } from './texts-en.ts';

/** What a cause means, and what a person does about it. */
export type CauseText = { readonly title: string; readonly fix: string };

/** What a run was asked to do. */
export type Asked = {
  readonly command: string;
  readonly rowCount: string;
  /** The name of the input, or of the result where there is no input. */
  readonly file: string;
  readonly targets: string;
  readonly mode: string;
  /** '' when there is none. */
  readonly campaign: string;
  /** The run that an undo takes back; '' for any other. */
  readonly undoes: string;
};

/** What happened. Counts are written for a person. */
export type Happened = {
  readonly state: RunState;
  readonly done: string;
  readonly read: string;
  readonly isAllDone: boolean;
  /** Invalid and failed; '' when there is none. */
  readonly toCorrect: string;
  readonly inDoubt: string;
  readonly left: string;
  /** When the day's calls are back; '' when it is not known. */
  readonly resumeAt: string;
  readonly exitCode: number;
  /** One row reads differently from several. */
  readonly isOne: { readonly toCorrect: boolean; readonly inDoubt: boolean; readonly left: boolean };
};

/**
 * Every text of the report. One object for each language: the English one says what a language has, and the compiler
 * names what another one lacks. Commands, codes, column names and amounts stay as they are in every language.
 */
export type ReportTexts = typeof TEXTS;
