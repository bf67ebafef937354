import type { RunState } from '../ledger/ledger.ts';
import type { RowStatus } from '../result/run-document.ts';

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
 * Every text of the report. One object for each language: the compiler names what a language lacks. Commands, codes,
 * column names and amounts stay as they are in every language.
 */
export type ReportTexts = {
  /** For `<html lang>`. */
  readonly locale: string;
  /** For the form of numbers and dates. */
  readonly formats: string;
  readonly title: (command: string, file: string) => string;
  readonly report: string;
  readonly commands: Readonly<Record<string, string>>;
  readonly sandbox: string;
  readonly sandboxHint: string;
  asked(asked: Asked): string;
  happened(happened: Happened): string;
  /** What stands between two sentences. */
  readonly between: string;
  readonly states: Readonly<Record<RunState, string>>;
  readonly statuses: Readonly<Record<RowStatus, string>>;
  readonly statusHints: Readonly<Record<RowStatus, string>>;
  readonly doneBefore: (count: string) => string;
  readonly rows: (count: number, text: string) => string;
  readonly run: string;
  readonly begun: string;
  readonly ended: string;
  readonly lastChange: string;
  readonly took: string;
  readonly workers: string;
  readonly workerList: (workers: readonly { readonly who: string; readonly rowCount: number }[]) => string;
  readonly timesIn: (zone: string) => string;
  readonly duration: (seconds: number) => string;

  readonly sections: {
    readonly rows: string;
    readonly next: string;
    readonly doubts: string;
    readonly causes: string;
    readonly amounts: string;
    readonly spread: string;
    readonly actions: string;
    readonly days: string;
    readonly calls: string;
    readonly columns: string;
    readonly settings: string;
  };

  readonly next: {
    readonly resume: string;
    readonly resumeAt: (when: string) => string;
    readonly resumeStopped: string;
    readonly resumeCredentials: string;
    readonly resolve: string;
    readonly correct: (file: string) => string;
    readonly running: string;
    readonly killed: string;
    readonly undo: string;
    readonly nothing: string;
  };

  readonly causes: {
    /** Our own codes, `HTTP` for any HTTP status, `VENDOR` for any code of a vendor, `OTHER` where there is no code. */
    readonly byCode: Readonly<Record<string, CauseText>>;
    readonly inColumns: (columns: string) => string;
    readonly example: string;
    readonly exampleRow: (row: string) => string;
    readonly fix: string;
    readonly whichRows: string;
    readonly andMore: (count: string) => string;
    readonly more: (count: string) => string;
    readonly none: string;
    readonly noRows: string;
    readonly onlyLedger: string;
  };

  readonly doubts: {
    readonly about: string;
    readonly settle: string;
    readonly row: (row: string) => string;
    readonly member: string;
    readonly sent: string;
    readonly changeTime: string;
    readonly before: string;
    readonly unknown: string;
    readonly evidence: string;
    readonly backOffice: (member: string, amounts: string, time: string) => string;
    readonly wasApplied: string;
    readonly wasNot: string;
    readonly sendAgain: string;
    readonly onTheWire: string;
    readonly values: (point: string, balance: string) => string;
    readonly read: (values: string) => string;
    readonly answer: (answer: string) => string;
    readonly repeat: (answer: string) => string;
    readonly decision: (verdict: string) => string;
    readonly resend: string;
    readonly more: (count: string) => string;
    readonly earlier: (count: string) => string;
  };

  readonly amounts: {
    readonly point: string;
    readonly balance: string;
    readonly asked: string;
    readonly applied: string;
    readonly inDoubt: string;
    readonly open: string;
    readonly before: string;
    readonly after: string;
    readonly knownOf: (count: string) => string;
    readonly bar: (what: string, before: string, after: string) => string;
    readonly largest: string;
    readonly row: string;
    readonly member: string;
    readonly spreadOf: (what: string) => string;
    readonly spreadRange: (from: string, to: string) => string;
    readonly spreadNote: string;
  };

  readonly actions: Readonly<Record<string, string>>;
  readonly notChanged: (column: string, rows: string) => string;
  readonly notChangedHint: string;

  readonly days: {
    readonly about: (perDay: string) => string;
    readonly aboutNoQuota: string;
    readonly weekdays: readonly [string, string, string, string, string, string, string];
    readonly calls: (count: string) => string;
    readonly planned: (count: string) => string;
    readonly finishes: (day: string, days: string, calls: string) => string;
    readonly legendUsed: string;
    readonly legendPlanned: string;
    readonly legendFinish: string;
    readonly moreMonths: (count: string) => string;
  };

  readonly calls: {
    readonly timeLine: string;
    readonly first: string;
    readonly again: string;
    readonly perBar: (duration: string) => string;
    readonly timeLineNote: string;
    readonly endpoint: string;
    readonly count: string;
    readonly byName: Readonly<Record<string, string>>;
    readonly total: (count: string, retried: string) => string;
    readonly lastPart: string;
    readonly none: string;
  };

  readonly columns: {
    readonly read: string;
    readonly header: string;
    readonly field: string;
    readonly firstValue: string;
    readonly unused: string;
    readonly unusedNone: string;
    readonly moneyLike: (columns: string) => string;
    readonly unnamed: (count: string) => string;
    readonly blank: string;
  };

  readonly settings: {
    readonly place: string;
    readonly input: string;
    readonly result: string;
    readonly fingerprint: string;
    readonly byName: Readonly<Record<string, string>>;
    readonly on: string;
    readonly undoneBy: string;
  };

  readonly copy: string;
  readonly copied: string;
  readonly masked: string;
  readonly shown: string;
  readonly made: (when: string, version: string) => string;
};
