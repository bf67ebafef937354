import { topic } from '../texts.ts';

/** --help around its tables, and what `memberload` alone prints. Commands that are typed stand in the code. */
export const HELP = {
  usage: 'memberload <command> [file] [flags]',
  purpose: 'Bulk import, top-up and export of Kybio members and Wonder customers.',
  examples: 'Examples:',
  exampleAbouts: { validate: 'checks the file; sends nothing', import: 'tries it out, without an account' },
  groups: {
    members: 'Members and customers:',
    runs: 'Runs:',
    start: 'To begin with:',
    others: 'Others:',
    everyCommand: 'Every command takes:',
  },
  helpFlag: 'help on the command',
  versionFlag: 'the version',
  flagsOfCommand: 'The flags of a command: memberload help <command>.',
  topics: (topics: readonly string[]) => `Pages of the manual: memberload help <topic>. Topics: ${topics.join(', ')}.`,
  exitCodes:
    'Exit codes: 0 done, 1 rows invalid or failed, 2 usage, 3 file, 4 credentials, 5 stopped, 6 paused, 7 in doubt.',
  pageOf: (command: string) => `Its page of the manual: memberload help ${command}`,
  /** Stands above a page of the manual; '' in its own language. */
  manualLanguage: '',
  noHelp: (subject: string) => `There is no help on '${subject}'.`,
  noHelpNearest: (nearest: string) => `Did you mean: memberload help ${nearest}`,
  noHelpHint: (topics: readonly string[]) => `Topics: ${topics.join(', ')}. See: memberload --help`,

  flags: '[flags]',
  /** A word that a command takes, as it stands in its usage. */
  words: { file: 'file', run: 'run', kind: 'kind', shell: 'shell' },
  oneOf: (word: string, choices: readonly string[]) => `${word}: ${choices.join(', ')}`,
  withDefault: (about: string, standard: string) => `${about} (default ${standard})`,
  flagGroups: {
    what: 'What is done:',
    where: 'Where:',
    safety: 'Safety:',
    speed: 'Speed and calls:',
    output: 'Output:',
  },
  columns: 'Columns of the file:',
  columnsOfCustomers: 'Columns of the file with --to wonder:',
  headersKnown: 'Chinese headers are known too: memberload help columns.',

  // start/completion.ts
  helpCommand: 'help on a command or a topic',
  noCompletion: (shell: string) => `There is no completion for '${shell}'.`,
  shells: (shells: readonly string[]) => `Shells: ${shells.join(', ')}.`,
  switchOn: (command: string) => `Switch it on with: ${command}`,
  afterCompinit: '(after compinit)',

  // start/welcome.ts
  welcome: 'memberload reads member lists (CSV, Excel) and writes them to Kybio and to Wonder.',
  threeCommands: 'Three commands to begin with. None of them needs an account:',
  threeAbouts: {
    template: 'a file with the columns and one example row',
    validate: 'checks your file; sends nothing',
    import: 'tries it out on your own computer',
  },
  withAccount: 'With an account: memberload init asks for it. All commands: memberload --help',
};

export const helpTexts = topic('help', HELP);
