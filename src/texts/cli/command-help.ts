import { topic } from '../texts.ts';

/** What a command does, and what each of its examples does, in the order of the table of commands. */
function command<const E extends readonly string[]>(
  about: string,
  ...examples: E
): { readonly about: string; readonly examples: TextsOf<E> } {
  return { about, examples: examples as TextsOf<E> };
}

/** As many texts: a language that lacks one fails the build. */
type TextsOf<E extends readonly string[]> = { readonly [Index in keyof E]: string };

export const COMMAND_HELP = {
  import: command(
    'create or update one member or customer per row (1 lookup and at most 1 write a row)',
    'create new members, update those that differ',
    'only create: 1 call a row',
    'both at once',
  ),
  topup: command(
    'add points and balance to Kybio members, never twice (1 call a row with customerUid, else 2)',
    'each member once for this campaign, for ever',
    'refuse any other file',
    'go on day after day',
  ),
  export: command(
    'look up the rows of a file (1 call a row), or everybody with --all (1 call per 100 members)',
    'add three fields to each row',
    'everybody, ready to be imported again',
  ),
  validate: command('check a file as a run would: no calls, no credentials', 'writes members.checked.csv'),
  map: command(
    'propose which column is which, and write it as a mapping file for --map (no calls)',
    'writes legacy.map.json; on a terminal it asks for what is not sure',
  ),
  resume: command(
    'carry on an unfinished run (default: the latest) with its own settings',
    'the latest unfinished run',
    'every unfinished run, oldest first',
  ),
  worker: command(
    'take rows that others have left to workers with --detach, from the shared ledger, until it is told to stop',
    'for every store of the config file',
    'for these stores, eight runs at once',
    'help with one run, and end with it',
  ),
  runs: command(
    'list runs, or show one: settings, counts, calls, rows in doubt (no calls)',
    'the latest runs and the calls of each day',
    'give the rest of a run up; rows in doubt stay',
    'drop runs that ended; their credits stay known',
  ),
  resolve: command(
    'rows in doubt of a top-up: show the evidence, keep your decision (no calls), send again (2 calls a row)',
    'what is known of each row in doubt',
    'it was credited: the row is done',
    'it was not: send it again',
  ),
  undo: command(
    'take a top-up back, once: the opposite amounts for the rows it credited (2 calls a row)',
    'whose values have changed since; sends nothing',
    'every row that the run credited',
    'only these rows',
  ),
  report: command(
    'write the HTML report of a run (default: the latest), also while it works or sleeps (no calls)',
    'the latest run: writes <input>.report.html beside its result',
    'another run, to another file',
  ),
  doctor: command(
    'check settings, network, home folder, ledger, signature, clock and quota (1 or 2 calls to Kybio, 1 to Wonder)',
    'each failed check says what to do',
    'may a top-up without an answer be sent again? (4 or 6 calls more)',
  ),
  result: command(
    'write the result file of a run, from any machine: of one that workers have ended, or what is done so far (no calls)',
    'also a run that another machine has begun',
  ),
  ledger: command(
    'make or upgrade the ledger that several machines share (MEMBERLOAD_LEDGER_URL), and see who is at work (no calls)',
    "as the schema's owner; the role memberload may then work with it",
    'version, what a commit survives, who is at work',
    'after a failover or a restored backup: see what to look for, and go on',
    "take a laptop's own ledger over; it then refuses top-ups",
  ),
  schedule: command(
    'print the lines for cron, systemd and Windows that carry unfinished runs on every day (no calls)',
    "daily, ten minutes after the day's calls are back",
  ),
  sandbox: command(
    'run a local Kybio and Wonder to try things on, and print the settings to paste',
    'one in twenty calls is applied but not answered',
  ),
  init: command(
    'ask for the accounts, write the settings file and the key file, and try them (no calls unless you say yes)',
    'the account of this folder',
    'one of several stores',
  ),
  template: command(
    'a file to begin with: the columns and one example row (no calls)',
    'an Excel file; its sheet "columns" explains each column',
    'prints the CSV',
  ),
  completion: command(
    'print the script that completes commands and flags when you press Tab (no calls)',
    'the script, and how it is switched on',
  ),
};

export const commandHelpTexts = topic('commandHelp', COMMAND_HELP);
