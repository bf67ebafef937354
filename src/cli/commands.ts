import type { ExitCode } from '../base/errors.ts';
import type { FileKind } from '../job/columns.ts';
import type { RunDocument } from '../result/run-document.ts';
import type { NextCommand } from '../result/summary-text.ts';
import type { CommandName } from '../settings/setting.ts';
import type { Settings } from '../settings/settings.ts';
import type { Surroundings } from '../settings/surroundings.ts';
import type { Console } from './console.ts';

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

export type EndedRun = { readonly document: RunDocument; readonly next: NextCommand };

/** A command either did something with rows, which ends in a document, or says its own exit code. */
export type CommandResult = EndedRun | { readonly exitCode: ExitCode };

export type Command = {
  readonly name: CommandName;
  /** As --help shows them: `<needed>` and `[not needed]`. */
  readonly arguments: readonly string[];
  /** What the first argument may be, where it is one of a few words. */
  readonly words?: readonly string[];
  readonly about: string;
  readonly examples: readonly (readonly [command: string, about: string])[];
  /** Loads the command's own modules: a command pays for the start of no other. */
  readonly load: () => Promise<(input: CommandInput) => Promise<CommandResult>>;
};

/** Every command there is: --help and the manual are made from this table. */
export const COMMANDS: readonly Command[] = [
  {
    name: 'import',
    arguments: ['<file>'],
    about: 'create or update one member or customer per row (1 lookup and at most 1 write a row)',
    examples: [
      ['memberload import members.csv', 'create new members, update those that differ'],
      ['memberload import members.csv --mode create', 'only create: 1 call a row'],
      ['memberload import members.csv --to kybio,wonder --country HK', 'both at once'],
    ],
    load: async () => (await import('./run-command.ts')).runImport,
  },
  {
    name: 'topup',
    arguments: ['<file>'],
    about: 'add points and balance to Kybio members, never twice (1 call a row with customerUid, else 2)',
    examples: [
      ['memberload topup quarter.csv --campaign 2026-Q3', 'each member once for this campaign, for ever'],
      ['memberload topup quarter.csv --expect-rows 2000 --expect-points 150000', 'refuse any other file'],
      ['memberload topup quarter.csv --daily-quota 300 --wait', 'go on day after day'],
    ],
    load: async () => (await import('./run-command.ts')).runTopup,
  },
  {
    name: 'export',
    arguments: ['[file]'],
    about: 'look up the rows of a file (1 call a row), or everybody with --all (1 call per 100 members)',
    examples: [
      ['memberload export lookups.csv --columns name,point,balance', 'add three fields to each row'],
      ['memberload export --all -o members.csv', 'everybody, ready to be imported again'],
    ],
    load: async () => (await import('./run-command.ts')).runExport,
  },
  {
    name: 'validate',
    arguments: ['<file>'],
    about: 'check a file as a run would: no calls, no credentials',
    examples: [['memberload validate members.csv', 'writes members.checked.csv']],
    load: async () => (await import('./validate.ts')).runValidate,
  },
  {
    name: 'map',
    arguments: ['<file>'],
    about: 'propose which column is which, and write it as a mapping file for --map (no calls)',
    examples: [
      ['memberload map legacy.csv --as members', 'writes legacy.map.json; on a terminal it asks for what is not sure'],
    ],
    load: async () => (await import('./map.ts')).runMap,
  },
  {
    name: 'resume',
    arguments: ['[run]'],
    about: 'carry on an unfinished run (default: the latest) with its own settings',
    examples: [
      ['memberload resume', 'the latest unfinished run'],
      ['memberload resume --all', 'every unfinished run, oldest first'],
    ],
    load: async () => (await import('./resume.ts')).runResume,
  },
  {
    name: 'runs',
    arguments: ['[run|cancel|prune]', '[run]'],
    words: ['cancel', 'prune'],
    about: 'list runs, or show one: settings, counts, calls, rows in doubt (no calls)',
    examples: [
      ['memberload runs', 'the latest runs and the calls of each day'],
      ['memberload runs cancel 20261122-050612-3fa9', 'give the rest of a run up; rows in doubt stay'],
      ['memberload runs prune --older-than 90d', 'drop runs that ended; their credits stay known'],
    ],
    load: async () => (await import('./runs.ts')).runRuns,
  },
  {
    name: 'resolve',
    arguments: ['<run>'],
    about: 'rows in doubt of a top-up: show the evidence, keep your decision (no calls), send again (2 calls a row)',
    examples: [
      ['memberload resolve 20261122-050612-3fa9', 'what is known of each row in doubt'],
      ['memberload resolve 20261122-050612-3fa9 --row 12 --as applied', 'it was credited: the row is done'],
      ['memberload resolve 20261122-050612-3fa9 --row 12 --resend', 'it was not: send it again'],
    ],
    load: async () => (await import('./resolve.ts')).runResolve,
  },
  {
    name: 'result',
    arguments: ['<run>'],
    about: 'write the result file of an unfinished run once more, anywhere: what is done so far (no calls)',
    examples: [['memberload result 20261122-050612-3fa9 -o result.csv', 'also a run that another machine has begun']],
    load: async () => (await import('./result.ts')).runResult,
  },
  {
    name: 'undo',
    arguments: ['<run>'],
    about: 'take a top-up back, once: the opposite amounts for the rows it credited (2 calls a row)',
    examples: [
      ['memberload undo 20261122-050612-3fa9 --dry-run', 'whose values have changed since; sends nothing'],
      ['memberload undo 20261122-050612-3fa9', 'every row that the run credited'],
      ['memberload undo 20261122-050612-3fa9 --row 3,7', 'only these rows'],
    ],
    load: async () => (await import('./undo.ts')).runUndo,
  },
  {
    name: 'report',
    arguments: ['[run]'],
    about: 'write the HTML report of a run (default: the latest), also while it works or sleeps (no calls)',
    examples: [
      ['memberload report', 'the latest run: writes <input>.report.html beside its result'],
      ['memberload report 20261122-050612-3fa9 -o march.html', 'another run, to another file'],
    ],
    load: async () => (await import('./report.ts')).runReport,
  },
  {
    name: 'doctor',
    arguments: [],
    about:
      'check settings, network, home folder, ledger, signature, clock and quota (1 or 2 calls to Kybio, 1 to Wonder)',
    examples: [
      ['memberload doctor', 'each failed check says what to do'],
      [
        'memberload doctor --probe-repeat 8008010001',
        'may a top-up without an answer be sent again? (4 or 6 calls more)',
      ],
    ],
    load: async () => (await import('./doctor.ts')).runDoctor,
  },
  {
    name: 'ledger',
    arguments: ['<init|status|import>', '[role|folder]'],
    words: ['init', 'status', 'import'],
    about:
      'make or upgrade the ledger that several machines share (MEMBERLOAD_LEDGER_URL), and see who is at work (no calls)',
    examples: [
      ['memberload ledger init memberload', "as the schema's owner; the role memberload may then work with it"],
      ['memberload ledger status', 'version, what a commit survives, who is at work'],
      [
        'memberload ledger status --accept-failover',
        'after a failover or a restored backup: see what to look for, and go on',
      ],
      [
        'memberload ledger import ~/.local/state/memberload',
        "take a laptop's own ledger over; it then refuses top-ups",
      ],
    ],
    load: async () => (await import('./ledger.ts')).runLedger,
  },
  {
    name: 'schedule',
    arguments: [],
    about: 'print the lines for cron, systemd and Windows that carry unfinished runs on every day (no calls)',
    examples: [['memberload schedule --for cron', "daily, ten minutes after the day's calls are back"]],
    load: async () => (await import('./schedule.ts')).runSchedule,
  },
  {
    name: 'sandbox',
    arguments: [],
    about: 'run a local Kybio and Wonder to try things on, and print the settings to paste',
    examples: [['memberload sandbox --set fault.cutAfter=5%', 'one in twenty calls is applied but not answered']],
    load: async () => (await import('./sandbox.ts')).runSandbox,
  },
  {
    name: 'init',
    arguments: [],
    about: 'ask for the accounts, write the settings file and the key file, and try them (no calls unless you say yes)',
    examples: [
      ['memberload init', 'the account of this folder'],
      ['memberload init --store hk1', 'one of several stores'],
    ],
    load: async () => (await import('./start/init.ts')).runInit,
  },
  {
    name: 'template',
    arguments: ['<kind>'],
    words: ['members', 'topup', 'customers', 'lookups'],
    about: 'a file to begin with: the columns and one example row (no calls)',
    examples: [
      ['memberload template members -o members.xlsx', 'an Excel file; its sheet "columns" explains each column'],
      ['memberload template topup', 'prints the CSV'],
    ],
    load: async () => (await import('./start/template.ts')).runTemplate,
  },
  {
    name: 'completion',
    arguments: ['<shell>'],
    words: ['bash', 'zsh', 'fish', 'powershell'],
    about: 'print the script that completes commands and flags when you press Tab (no calls)',
    examples: [['memberload completion bash', 'the script, and how it is switched on']],
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
