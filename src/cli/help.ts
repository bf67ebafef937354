import { readdirSync, readFileSync } from 'node:fs';
import { usageError } from '../base/errors.ts';
import { nearestName } from '../base/nearest.ts';
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

function generalHelp(width: number): string {
  const topics = listTopics();
  const common = COMMANDS.map(({ name }) => flagsOf(name)).reduce((all, own) =>
    all.filter((name) => own.includes(name)),
  );
  return [
    'memberload <command> [file] [flags]',
    '',
    'Bulk import, top-up and export of Kybio members and Wonder customers.',
    '',
    'Commands:',
    ...table(
      COMMANDS.map(({ name, arguments: words, about }) => [[name, ...words].join(' '), about]),
      width,
    ),
    '',
    'Every command takes:',
    ...table([...common.map(flagRow), ['-h, --help', 'help on the command'], ['-v, --version', 'the version']], width),
    '',
    `The flags of a command: memberload help <command>.${topics.length > 0 ? ` Topics: ${topics.join(', ')}.` : ''}`,
    'Exit codes: 0 done, 1 rows invalid or failed, 2 usage, 3 file, 4 credentials, 5 stopped, 6 paused, 7 in doubt.',
  ].join('\n');
}

function commandHelp({ name, arguments: words, about, examples }: Command, width: number): string {
  const own = flagsOf(name);
  const groups = GROUPS.map((group) => ({ group, flags: own.filter((flag) => settingOf(flag).group === group) }));
  return [
    `${['memberload', name, ...words].join(' ')} [flags]`,
    '',
    ...wrap(about, width),
    ...groups
      .filter(({ flags }) => flags.length > 0)
      .flatMap(({ group, flags }) => ['', `${TITLES[group]}:`, ...table(flags.map(flagRow), width)]),
    '',
    'Examples:',
    ...examples.flatMap(([example, what]) => [`  ${example}`, `      ${what}`]),
  ].join('\n');
}

const TITLES = {
  what: 'What is done',
  where: 'Where',
  safety: 'Safety',
  speed: 'Calls',
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
