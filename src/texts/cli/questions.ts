import { topic } from '../texts.ts';

/** Questions, and commands that ask or begin something: init, map, template. A question ends in a colon. */
export const QUESTIONS = {
  // confirm.ts; `unread`: a sentence of its own, or ''
  typeSum: (
    place: string,
    sums: { readonly rowCount: number; readonly points: string; readonly balance: string },
    unread: string,
    of: 'points' | 'balance',
  ) =>
    `${place}: ${sums.rowCount} rows, ${sums.points} points and ${sums.balance} of balance in all.${unread}\nType the sum of the ${of} to send it: `,
  sumNotTyped: 'The sum was not typed.',
  notTheSum: (typed: string, of: 'points' | 'balance') => `'${typed}' is not the sum of the ${of}.`,
  nothingSent: 'Nothing was sent.',
  nothingWritten: 'Nothing was written.',
  willBe: {
    created: (count: number) => `${count} created`,
    updated: (count: number) => `${count} updated`,
    unchanged: (count: number) => `${count} unchanged`,
    upserted: (count: number) => `${count} created or updated`,
    unknown: (count: number) => `${count} created or updated, which a lookup of each will tell`,
  },
  willImport: (place: string, counts: readonly string[], columns: readonly string[], unread: string) =>
    `${place}: ${counts.join(', ')}. Columns: ${columns.join(', ')}.${unread}`,
  notRead: (columns: readonly string[]) =>
    `\nNot read, although they look like money or points: ${columns.join(', ')}.`,
  typeYes: (question: string) => `${question} Type yes: `,
  notConfirmed: 'It was not confirmed.',
  noTerminal: 'This has to be confirmed, and there is no terminal.',
  noTerminalHint: 'Add -y to mean it.',

  // start/ask-for-file.ts
  whichFile: {
    import: 'Which file is to be imported?',
    topup: 'Which file says who is credited what?',
    validate: 'Which file is to be checked?',
    other: 'Which file?',
  },
  inThisFolder: (files: readonly string[]) => ` In this folder: ${files.join(', ')}.`,
  typeItsName: 'Type its name, or drag the file into this window: ',
  needsFile: (command: string) => `memberload ${command} needs a file.`,
  needsFileHint: (command: string, template: string) =>
    `Type for example: ${command}\nA file to begin with: ${template}`,

  // start/template.ts
  templateWritten: (path: string) => `${path} has the columns and one example row. Replace that row by your own rows.`,
  templateColumns: (command: string) => `What each column may hold: ${command}`,
  templateNext: (command: string) => `Then type: ${command}`,
  noTemplate: (word: string) => `There is no template '${word}'.`,
  templateKinds: (kinds: readonly string[]) => `Kinds: ${kinds.join(', ')}.`,

  // start/dialogue.ts, start/init.ts
  notAnswered: 'The questions were not answered.',
  notAnsweredHint: 'Nothing was written. Type it on a terminal.',
  initBegins: 'memberload keeps the accounts in a settings file. Nothing is sent before you agree.',
  initEnter: 'Enter alone takes what stands in [brackets].',
  written: (path: string) => `Written: ${path}`,
  keyIsIn: (path: string) => `The key is in ${path}, which only you can read.`,
  tryNow: (targets: readonly ('kybio' | 'wonder')[]) =>
    `Try it now? That makes ${targets
      .map((target) => (target === 'kybio' ? '1 or 2 calls to Kybio' : '1 call to Wonder'))
      .join(' and ')}. [no] `,
  tryLater: (command: string) => `Try it later with: ${command}`,
  whichAccount: 'Which account: kybio, wonder, or both? [kybio] ',
  whichAccountHint: 'Write kybio, wonder or both.',
  kybioAddress: "Kybio's address, up to and including /openapi/v1: ",
  kybioAppId: 'The appId of the store: ',
  kybioKey: 'The key of the appId (it is not shown): ',
  keyNeeded: 'The key is needed.',
  callsPerDay: 'Calls that this appId may make a day [not known]: ',
  callsPerDayHint: 'Write a whole number such as 300, or nothing.',
  wonderAddress: (standard: string) => `Wonder's address [${standard}]: `,
  wonderAppId: 'The AppID of the business: ',
  wonderKeyFile: 'The file with the private key (PEM): ',
  correctIt: 'Correct it.',
  /** `others`: settings that the file has with another value. */
  replaces: (path: string, others: readonly string[], hasComments: boolean) => {
    const losses = [
      ...(others.length > 0 ? [`another ${others.join(', ')}`] : []),
      ...(hasComments ? ['comments, which are not kept'] : []),
    ];
    return `${path} has ${losses.join(', and ')}. Type yes to replace it: `;
  },
  secondStore: 'Nothing was written. A second store: memberload init --store <name>',
  keyFileIsThere: (path: string) => `${path} is there already, with another key. Nothing was written.`,
  keyFileIsThereHint: 'Move that file away, or name the store: memberload init --store <name>',
  noHomeForKey: 'There is no home folder to keep the key in.',
  noHomeForKeyHint: 'Set XDG_CONFIG_HOME to an absolute path.',
  variableWins: (variable: string) =>
    `Warning: ${variable} is set in this shell, and goes before the file. Unset it to use the file.`,

  // map.ts
  whatFor: (kinds: readonly string[]) => `What is the file for? ${kinds.join(', ')}: `,
  certainties: {
    known: '',
    guessed: 'guessed: please look',
    money: 'looks like money or points: say which',
    unknown: 'not known',
  },
  columnsOf: (kind: string | undefined) => `Columns of the file${kind === undefined ? '' : ` as ${kind}`}:`,
  notUsed: '(not used)',
  askColumns: (names: readonly string[]) =>
    `For each column that is not sure: its name, Enter as proposed, - for "not used". ${names.join(', ')}.`,
  askColumn: (header: string, values: readonly string[], proposed: string) =>
    `${header} (${values.join(', ')}) [${proposed}]: `,
  questionsLeft: 'The questions were left.',
  takenAlready: (column: string, header: string) => `${column} is '${header}' already. Take another, or -.`,
  noColumnOf: (typed: string, kind: string) => `'${typed}' is not a column of ${kind}.`,
  notComplete: (what: string) => `Not complete yet: ${what}`,
  mappingFile: (path: string) => `Mapping file: ${path}`,
  mappingNext: (command: string) => `Look at it, then use it: ${command}`,
  mapInHome: (path: string) =>
    `The mapping cannot be written to ${path}: it lies in MEMBERLOAD_HOME, where the ledger is.`,
  nameAnother: 'Name a file elsewhere with -o.',
  isNoMapping: (path: string) => `${path} is there already and is no mapping; it was left as it is.`,
  isNoMappingHint: 'Name another file with -o.',
  mappingIsThere: (path: string) => `The mapping ${path} is there already; it was left as it is.`,
  mappingIsThereHint: 'Name another with -o, or replace it with --overwrite.',
  mapComments: (name: string, kind: string, columns: readonly string[]) => [
    `What the columns of ${name} are, read as ${kind}.`,
    'On the left the header in the file, on the right the column. "" means: not used.',
    `Columns: ${columns.join(', ')}.`,
  ],
};

export const questionTexts = topic('questions', QUESTIONS);
