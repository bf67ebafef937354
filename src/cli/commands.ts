import type { ExitCode } from '../base/errors.ts';
import type { RunDocument } from '../result/run-document.ts';
import type { CommandName } from '../settings/flags.ts';
import { runDoctor } from './doctor.ts';
import { runResolve } from './resolve.ts';
import { runResume } from './resume.ts';
import type { CommandInput } from './run-command.ts';
import { runExport, runImport, runTopup } from './run-command.ts';
import { runRuns } from './runs.ts';
import { runSandbox } from './sandbox.ts';
import { runSchedule } from './schedule.ts';
import { runValidate } from './validate.ts';

/** A command either did something with rows, which ends in a document, or says its own exit code. */
export type CommandResult = { readonly document: RunDocument } | { readonly exitCode: ExitCode };

export type Command = {
  readonly name: CommandName;
  /** The positional argument as --help shows it; '' when there is none. */
  readonly argument: string;
  readonly about: string;
  readonly examples: readonly (readonly [command: string, about: string])[];
  readonly run: (input: CommandInput) => Promise<CommandResult>;
};

/** Every command there is: --help and the test of the README are made from this table. */
export const COMMANDS: readonly Command[] = [
  {
    name: 'import',
    argument: '<file>',
    about: 'create or update one member or customer per row (1 lookup and at most 1 write a row)',
    examples: [
      ['memberload import members.csv', 'create new members, update those that differ'],
      ['memberload import members.csv --mode create', 'only create: 1 call a row'],
      ['memberload import members.csv --to kybio,wonder --country HK', 'both at once'],
    ],
    run: runImport,
  },
  {
    name: 'topup',
    argument: '<file>',
    about: 'add points and balance to Kybio members, never twice (1 call a row with customerUid, else 2)',
    examples: [
      ['memberload topup quarter.csv --expect-rows 2000 --expect-points 150000', 'refuse any other file'],
      ['memberload topup quarter.csv --daily-quota 300 --wait', 'go on day after day'],
    ],
    run: runTopup,
  },
  {
    name: 'export',
    argument: '[file]',
    about: 'look up the rows of a file (1 call a row), or everybody with --all (1 call per 100 members)',
    examples: [
      ['memberload export lookups.csv --columns name,point,balance', 'add three fields to each row'],
      ['memberload export --all -o members.csv', 'everybody, ready to be imported again'],
    ],
    run: runExport,
  },
  {
    name: 'validate',
    argument: '<file>',
    about: 'check a file as a run would: no calls, no credentials',
    examples: [['memberload validate members.csv --as members', 'writes members.result.csv']],
    run: runValidate,
  },
  {
    name: 'resume',
    argument: '[run]',
    about: 'carry on an unfinished run (default: the latest) with its own settings',
    examples: [['memberload resume', 'the latest unfinished run']],
    run: runResume,
  },
  {
    name: 'runs',
    argument: '[run]',
    about: 'list runs, or show one: settings, counts, calls, rows in doubt (no calls)',
    examples: [
      ['memberload runs', 'the latest runs and the calls of each day'],
      ['memberload runs prune --older-than 90d', 'drop finished runs; same files are still refused'],
    ],
    run: runRuns,
  },
  {
    name: 'resolve',
    argument: '<run>',
    about: 'rows in doubt of a top-up: show the evidence, keep your decision (no calls), send again (2 calls a row)',
    examples: [
      ['memberload resolve 20261122-050612-3fa9', 'what is known of each row in doubt'],
      ['memberload resolve 20261122-050612-3fa9 --row 12 --as applied', 'it was credited: the row is done'],
      ['memberload resolve 20261122-050612-3fa9 --row 12 --resend', 'it was not: send it again'],
    ],
    run: runResolve,
  },
  {
    name: 'doctor',
    argument: '',
    about: 'check settings, ledger, signature, clock and quota (1 or 2 calls to Kybio, 1 to Wonder)',
    examples: [
      ['memberload doctor', 'each failed check says what to do'],
      [
        'memberload doctor --probe-repeat 8008010001',
        'learn whether a top-up without an answer can be sent again (4 or 6 calls more)',
      ],
    ],
    run: runDoctor,
  },
  {
    name: 'schedule',
    argument: '',
    about: 'print the lines for cron, systemd and Windows that carry unfinished runs on every day (no calls)',
    examples: [['memberload schedule --for cron', "daily, ten minutes after the day's calls are back"]],
    run: runSchedule,
  },
  {
    name: 'sandbox',
    argument: '',
    about: 'run a local Kybio and Wonder to try things on, and print the settings to paste',
    examples: [['memberload sandbox --set fault.cutAfter=5%', 'one in twenty calls is applied but not answered']],
    run: runSandbox,
  },
];
