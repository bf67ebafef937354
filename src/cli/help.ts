import { readdirSync, readFileSync } from 'node:fs';
import { usageError } from '../base/errors.ts';
import { nearestName } from '../base/nearest.ts';
import { COLUMNS, type FileKind } from '../job/columns.ts';
import { GROUPS } from '../settings/setting.ts';
import { describeSetting, flagName, flagsOf, type SettingName, settingOf } from '../settings/settings-table.ts';
import { COMMANDS, type Command } from './commands.ts';

/** The manual lies beside the program, one page a topic. */
const MANUAL = new URL('../../samples/manual/', import.meta.url);

/**
 * The text of `memberload --help`, `memberload help <command>` or `memberload help <topic>`.
 *
 * @throws OperatorError (exit 2) for what is neither a command nor a topic
 */
export function helpText(subject: string | undefined, columnCount: number): string {
  const width = Math.max(60, Math.min(110, columnCount));
  if (subject === undefined) return generalHelp(width);
  const command = COMMANDS.find(({ name }) => name === subject);
  if (command !== undefined) return commandHelp(command, width);
  const topics = listTopics();
  if (topics.includes(subject)) return readFileSync(new URL(`${subject}.md`, MANUAL), 'utf8').trimEnd();
  const nearest = nearestName(subject, [...COMMANDS.map(({ name }) => name), ...topics]);
  throw usageError(
    'UNKNOWN_COMMAND',
    `There is no help on '${subject}'.`,
    nearest ? `Did you mean: memberload help ${nearest}` : `Topics: ${topics.join(', ')}. See: memberload --help`,
  );
}

/** The commands by what a person wants; a command that stands nowhere here comes last. */
const COMMAND_GROUPS: readonly (readonly [title: string, names: readonly string[]])[] = [
  ['Members and customers', ['import', 'topup', 'export', 'validate']],
  ['Runs', ['resume', 'runs', 'resolve', 'undo', 'report', 'schedule']],
  ['To begin with', ['init', 'template', 'doctor', 'sandbox', 'completion']],
];

function generalHelp(width: number): string {
  const topics = listTopics();
  const common = COMMANDS.map(({ name }) => flagsOf(name)).reduce((all, own) =>
    all.filter((name) => own.includes(name)),
  );
  const grouped = COMMAND_GROUPS.flatMap(([, names]) => names);
  const others = COMMANDS.map(({ name }) => name).filter((name) => !grouped.includes(name));
  const groups = others.length === 0 ? COMMAND_GROUPS : [...COMMAND_GROUPS, ['Others', others] as const];
  return [
    'memberload <command> [file] [flags]',
    '',
    'Bulk import, top-up and export of Kybio members and Wonder customers.',
    '',
    'Examples:',
    '  memberload validate members.csv               checks the file; sends nothing',
    '  memberload import members.csv --sandbox       tries it out, without an account',
    '  memberload topup topup.csv --campaign 2026-Q3',
    ...groups.flatMap(([title, names]) => [
      '',
      `${title}:`,
      ...table(
        names
          .flatMap((wanted) => COMMANDS.filter(({ name }) => name === wanted))
          .map(({ name, arguments: words, about }) => [[name, ...words].join(' '), about]),
        width,
      ),
    ]),
    '',
    'Every command takes:',
    ...table([...common.map(flagRow), ['-h, --help', 'help on the command'], ['-v, --version', 'the version']], width),
    '',
    'The flags of a command: memberload help <command>.',
    ...(topics.length > 0
      ? wrap(`Pages of the manual: memberload help <topic>. Topics: ${topics.join(', ')}.`, width)
      : []),
    ...wrap(
      'Exit codes: 0 done, 1 rows invalid or failed, 2 usage, 3 file, 4 credentials, 5 stopped, 6 paused, 7 in doubt.',
      width,
    ),
  ].join('\n');
}

/** The kinds of file that a command reads. */
const FILE_KINDS: Readonly<Partial<Record<Command['name'], readonly FileKind[]>>> = {
  import: ['members', 'customers'],
  topup: ['topup'],
  export: ['lookups'],
};

function commandHelp({ name, arguments: words, about, examples, words: choices }: Command, width: number): string {
  const own = flagsOf(name);
  const groups = GROUPS.map((group) => ({ group, flags: own.filter((flag) => settingOf(flag).group === group) }));
  return [
    `${['memberload', name, ...words].join(' ')} [flags]`,
    '',
    ...wrap(about, width),
    ...(words.length === 1 && choices !== undefined ? ['', `${words[0]}: ${choices.join(', ')}`] : []),
    '',
    'Examples:',
    ...examples.flatMap(([example, what]) => [`  ${example}`, `      ${what}`]),
    ...(FILE_KINDS[name] ?? []).flatMap((kind) => columnsHelp(kind, width)),
    ...groups
      .filter(({ flags }) => flags.length > 0)
      .flatMap(({ group, flags }) => ['', `${TITLES[group]}:`, ...table(flags.map(flagRow), width)]),
  ].join('\n');
}

function columnsHelp(kind: FileKind, width: number): string[] {
  const title = kind === 'customers' ? 'Columns of the file with --to wonder:' : 'Columns of the file:';
  return [
    '',
    title,
    ...table(
      COLUMNS[kind].map(({ name, about }) => [name, about.replaceAll('`', '')]),
      width,
    ),
    ...(kind === 'customers' ? [] : wrap('  Chinese headers are known too: memberload help columns.', width)),
  ];
}

const TITLES = {
  what: 'What is done',
  where: 'Where',
  safety: 'Safety',
  speed: 'Speed and calls',
  output: 'Output',
} as const satisfies Readonly<Record<(typeof GROUPS)[number], string>>;

function flagRow(name: SettingName): [flag: string, about: string] {
  const { alias, standard } = settingOf(name);
  const { value, about } = describeSetting(name);
  const flag = `${alias === undefined ? '' : `-${alias}, `}--${flagName(name)}${value === '' ? '' : ` <${value}>`}`;
  return [flag, standard === undefined ? about : `${about} (default ${standard})`];
}

const LEFT_MAX = 30;

/** Two columns; what is too long for the left one has a line of its own. */
function table(rows: readonly (readonly [left: string, right: string])[], width: number): string[] {
  const leftWidth = Math.min(LEFT_MAX, Math.max(...rows.map(([left]) => left.length)));
  return rows.flatMap(([left, right]) => {
    const [first = '', ...rest] = wrap(right, width - leftWidth - 4);
    const indent = ' '.repeat(leftWidth + 4);
    const more = rest.map((line) => indent + line);
    if (left.length > leftWidth) return [`  ${left}`, indent + first, ...more];
    return [`  ${left.padEnd(leftWidth)}  ${first}`, ...more];
  });
}

function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}

function listTopics(): string[] {
  try {
    return readdirSync(MANUAL)
      .filter((name) => name.endsWith('.md'))
      .map((name) => name.slice(0, -'.md'.length))
      .sort();
  } catch {
    // A package without the manual still has its commands.
    return [];
  }
}
