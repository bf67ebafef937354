import type { ExitCode } from '../base/errors.ts';
import type { FileKind } from '../job/columns.ts';
import type { RunDocument } from '../result/run-document.ts';
import type { NextCommand } from '../result/summary-text.ts';
import type { CommandName } from '../settings/setting.ts';
import type { Settings } from '../settings/settings.ts';
import type { Surroundings } from '../settings/surroundings.ts';
import type { Console } from './terminal/console.ts';

/** What a command is called with. */
export type CommandInput = {
  readonly command: CommandName;
  readonly settings: Settings;
  /** The command's own arguments: a file, `-`, a run, or words of its own. */
  readonly arguments: readonly string[];
  /** The first of them. */
  readonly argument: string | undefined;
  readonly surroundings: Surroundings;
  readonly console: Console;
};

export type EndedRun = {
  readonly document: RunDocument;
  readonly next: NextCommand;
  /** Where the run works, in the chosen language; the document has it in English. Undefined: nowhere. */
  readonly place: string | undefined;
};

/** A command either did something with rows, which ends in a document, or says its own exit code. */
export type CommandResult = EndedRun | { readonly exitCode: ExitCode };

export type Command = {
  readonly name: CommandName;
  /** As --help shows them: `<needed>` and `[not needed]`. */
  readonly arguments: readonly string[];
  /** What the first argument may be, where it is one of a few words. */
  readonly words?: readonly string[];
  /** Command lines; what each does stands in texts/cli/command-help.ts, in the same order. */
  readonly examples: readonly string[];
  /** Loads the command's own modules: a command pays for the start of no other. */
  readonly load: () => Promise<(input: CommandInput) => Promise<CommandResult>>;
};

/**
 * Every command there is: with texts/cli/command-help.ts, --help and the manual are made from this table.
 */
export const COMMANDS: readonly Command[] = [
  {
    name: 'import',
    arguments: ['<file>'],
    examples: [
      'memberload import members.csv',
      'memberload import members.csv --mode create',
      'memberload import members.csv --to kybio,wonder --country HK',
    ],
    load: async () => (await import('./run-command.ts')).runImport,
  },
  {
    name: 'topup',
    arguments: ['<file>'],
    examples: [
      'memberload topup quarter.csv --campaign 2026-Q3',
      'memberload topup quarter.csv --expect-rows 2000 --expect-points 150000',
      'memberload topup quarter.csv --daily-quota 300 --wait',
    ],
    load: async () => (await import('./run-command.ts')).runTopup,
  },
  {
    name: 'export',
    arguments: ['[file]'],
    examples: ['memberload export lookups.csv --columns name,point,balance', 'memberload export --all -o members.csv'],
    load: async () => (await import('./run-command.ts')).runExport,
  },
  {
    name: 'validate',
    arguments: ['<file>'],
    examples: ['memberload validate members.csv'],
    load: async () => (await import('./validate.ts')).runValidate,
  },
  {
    name: 'map',
    arguments: ['<file>'],
    examples: ['memberload map legacy.csv --as members'],
    load: async () => (await import('./map.ts')).runMap,
  },
  {
    name: 'resume',
    arguments: ['[run]'],
    examples: ['memberload resume', 'memberload resume --all'],
    load: async () => (await import('./resume.ts')).runResume,
  },
  {
    name: 'runs',
    arguments: ['[run|cancel|prune]', '[run]'],
    words: ['cancel', 'prune'],
    examples: [
      'memberload runs',
      'memberload runs cancel 20261122-050612-3fa9',
      'memberload runs prune --older-than 90d',
    ],
    load: async () => (await import('./runs.ts')).runRuns,
  },
  {
    name: 'resolve',
    arguments: ['<run>'],
    examples: [
      'memberload resolve 20261122-050612-3fa9',
      'memberload resolve 20261122-050612-3fa9 --row 12 --as applied',
      'memberload resolve 20261122-050612-3fa9 --row 12 --resend',
    ],
    load: async () => (await import('./resolve.ts')).runResolve,
  },
  {
    name: 'result',
    arguments: ['<run>'],
    examples: ['memberload result 20261122-050612-3fa9 -o result.csv'],
    load: async () => (await import('./result.ts')).runResult,
  },
  {
    name: 'worker',
    arguments: [],
    examples: [
      'memberload worker',
      'memberload worker --stores hk1,hk2 --runs 8',
      'memberload worker --run 20261122-050612-3fa9',
    ],
    load: async () => (await import('./workers/worker.ts')).runWorker,
  },
  {
    name: 'undo',
    arguments: ['<run>'],
    examples: [
      'memberload undo 20261122-050612-3fa9 --dry-run',
      'memberload undo 20261122-050612-3fa9',
      'memberload undo 20261122-050612-3fa9 --row 3,7',
    ],
    load: async () => (await import('./undo.ts')).runUndo,
  },
  {
    name: 'report',
    arguments: ['[run]'],
    examples: ['memberload report', 'memberload report 20261122-050612-3fa9 -o march.html'],
    load: async () => (await import('./report.ts')).runReport,
  },
  {
    name: 'doctor',
    arguments: [],
    examples: ['memberload doctor', 'memberload doctor --probe-repeat 8008010001'],
    load: async () => (await import('./doctor.ts')).runDoctor,
  },
  {
    name: 'ledger',
    arguments: ['<init|status|import>', '[role|folder]'],
    words: ['init', 'status', 'import'],
    examples: [
      'memberload ledger init memberload',
      'memberload ledger status',
      'memberload ledger status --accept-failover',
      'memberload ledger import ~/.local/state/memberload',
    ],
    load: async () => (await import('./ledger.ts')).runLedger,
  },
  {
    name: 'schedule',
    arguments: [],
    examples: ['memberload schedule --for cron'],
    load: async () => (await import('./schedule.ts')).runSchedule,
  },
  {
    name: 'sandbox',
    arguments: [],
    examples: ['memberload sandbox --set fault.cutAfter=5%'],
    load: async () => (await import('./sandbox.ts')).runSandbox,
  },
  {
    name: 'init',
    arguments: [],
    examples: ['memberload init', 'memberload init --store hk1'],
    load: async () => (await import('./start/init.ts')).runInit,
  },
  {
    name: 'template',
    arguments: ['<kind>'],
    words: ['members', 'topup', 'customers', 'lookups'],
    examples: ['memberload template members -o members.xlsx', 'memberload template topup'],
    load: async () => (await import('./start/template.ts')).runTemplate,
  },
  {
    name: 'completion',
    arguments: ['<shell>'],
    words: ['bash', 'zsh', 'fish', 'powershell'],
    examples: ['memberload completion bash'],
    load: async () => (await import('./start/completion.ts')).runCompletion,
  },
];

/** The command that sends a file of the kind, as it is typed. */
export const SENT_BY: Readonly<Record<FileKind, string>> = {
  members: 'import',
  topup: 'topup',
  customers: 'import --to wonder',
  lookups: 'export',
};
