import { readdirSync, readFileSync } from 'node:fs';
import { usageError } from '../base/errors.ts';
import { nearestName } from '../base/nearest.ts';
import { foldLine, padToWidth, textWidth } from '../base/text-width.ts';
import { aboutColumn } from '../job/column-about.ts';
import { COLUMNS, type FileKind } from '../job/columns.ts';
import { GROUPS } from '../settings/setting.ts';
import { describeSetting, flagName, flagsOf, type SettingName, settingOf } from '../settings/settings-table.ts';
import { commandHelpTexts } from '../texts/cli/command-help.ts';
import { helpTexts } from '../texts/cli/help.ts';
import { COMMANDS, type Command } from './commands.ts';

/** The manual lies beside the program, one page a topic. */
const MANUAL = new URL('../../samples/manual/', import.meta.url);

/**
 * The text of `memberload --help`, `memberload help <command>` or `memberload help <topic>`. Where a command and a page
 * of the manual have one name, `help` shows the page below the flags.
 *
 * @throws OperatorError (exit 2) for what is neither a command nor a topic
 */
export function helpText(subject: string | undefined, columnCount: number, asked: 'help' | 'flags'): string {
  const width = Math.max(60, Math.min(110, columnCount));
  if (subject === undefined) return generalHelp(width);
  const command = COMMANDS.find(({ name }) => name === subject);
  const topics = listTopics();
  const texts = helpTexts();
  const page = topics.includes(subject) ? readPage(subject) : undefined;
  if (command !== undefined) {
    const flags = commandHelp(command, width);
    if (page === undefined) return flags;
    return asked === 'help' ? `${flags}\n\n${page}` : `${flags}\n\n${texts.pageOf(subject)}`;
  }
  if (page !== undefined) return page;
  const nearest = nearestName(subject, [...COMMANDS.map(({ name }) => name), ...topics]);
  throw usageError(
    'UNKNOWN_COMMAND',
    texts.noHelp(subject),
    nearest ? texts.noHelpNearest(nearest) : texts.noHelpHint(topics),
  );
}

function readPage(topic: string): string {
  const page = readFileSync(new URL(`${topic}.md`, MANUAL), 'utf8').trimEnd();
  const { manualLanguage } = helpTexts();
  return manualLanguage === '' ? page : `${manualLanguage}\n\n${page}`;
}

/** The commands by what a person wants; a command that stands nowhere here comes last. */
const COMMAND_GROUPS: readonly (readonly [
  title: keyof ReturnType<typeof helpTexts>['groups'],
  names: readonly string[],
])[] = [
  ['members', ['import', 'topup', 'export', 'validate', 'map']],
  ['runs', ['resume', 'runs', 'resolve', 'undo', 'report', 'result', 'schedule']],
  ['start', ['init', 'template', 'doctor', 'sandbox', 'ledger', 'completion']],
];

function generalHelp(width: number): string {
  const topics = listTopics();
  const texts = helpTexts();
  const common = COMMANDS.map(({ name }) => flagsOf(name)).reduce((all, own) =>
    all.filter((name) => own.includes(name)),
  );
  const grouped = COMMAND_GROUPS.flatMap(([, names]) => names);
  const others = COMMANDS.map(({ name }) => name).filter((name) => !grouped.includes(name));
  const groups = others.length === 0 ? COMMAND_GROUPS : [...COMMAND_GROUPS, ['others', others] as const];
  return [
    texts.usage,
    '',
    texts.purpose,
    '',
    texts.examples,
    `  ${'memberload validate members.csv'.padEnd(46)}${texts.exampleAbouts.validate}`,
    `  ${'memberload import members.csv --sandbox'.padEnd(46)}${texts.exampleAbouts.import}`,
    '  memberload topup topup.csv --campaign 2026-Q3',
    ...groups.flatMap(([title, names]) => [
      '',
      texts.groups[title],
      ...table(
        names
          .flatMap((wanted) => COMMANDS.filter(({ name }) => name === wanted))
          .map(({ name, arguments: words }) => [
            [name, ...words.map(shownWord)].join(' '),
            commandHelpTexts()[name].about,
          ]),
        width,
      ),
    ]),
    '',
    texts.groups.everyCommand,
    ...table([...common.map(flagRow), ['-h, --help', texts.helpFlag], ['-v, --version', texts.versionFlag]], width),
    '',
    texts.flagsOfCommand,
    ...(topics.length > 0 ? foldLine(texts.topics(topics), width) : []),
    ...foldLine(texts.exitCodes, width),
  ].join('\n');
}

/** The kinds of file that a command reads. */
const FILE_KINDS: Readonly<Partial<Record<Command['name'], readonly FileKind[]>>> = {
  import: ['members', 'customers'],
  topup: ['topup'],
  export: ['lookups'],
};

function commandHelp({ name, arguments: words, examples, words: choices }: Command, width: number): string {
  const texts = helpTexts();
  const { about, examples: abouts } = commandHelpTexts()[name];
  const own = flagsOf(name);
  const groups = GROUPS.map((group) => ({ group, flags: own.filter((flag) => settingOf(flag).group === group) }));
  return [
    ['memberload', name, ...words.map(shownWord), texts.flags].join(' '),
    '',
    ...foldLine(about, width),
    ...(words.length === 1 && choices !== undefined ? ['', texts.oneOf(shownWord(words[0] ?? ''), choices)] : []),
    '',
    texts.examples,
    ...examples.flatMap((example, index) => [`  ${example}`, `      ${abouts[index] ?? ''}`]),
    ...(FILE_KINDS[name] ?? []).flatMap((kind) => columnsHelp(kind, width)),
    ...groups
      .filter(({ flags }) => flags.length > 0)
      .flatMap(({ group, flags }) => ['', texts.flagGroups[group], ...table(flags.map(flagRow), width)]),
  ].join('\n');
}

function columnsHelp(kind: FileKind, width: number): string[] {
  const texts = helpTexts();
  const title = kind === 'customers' ? texts.columnsOfCustomers : texts.columns;
  return [
    '',
    title,
    ...table(
      COLUMNS[kind].map(({ name }) => [name, aboutColumn(kind, name).replaceAll('`', '')]),
      width,
    ),
    ...(kind === 'customers' ? [] : foldLine(texts.headersKnown, width)),
  ];
}

/** `<file>` → `<文件>`. */
function shownWord(word: string): string {
  const { words } = helpTexts();
  return word.replace(/\b(?:file|run|kind|shell)\b/, (name) => words[name as keyof typeof words]);
}

function flagRow(name: SettingName): [flag: string, about: string] {
  const { alias, standard } = settingOf(name);
  const { value, about } = describeSetting(name);
  const flag = `${alias === undefined ? '' : `-${alias}, `}--${flagName(name)}${value === '' ? '' : ` <${value}>`}`;
  return [flag, standard === undefined ? about : helpTexts().withDefault(about, standard)];
}

const LEFT_MAX = 30;

/** Two columns; what is too long for the left one has a line of its own. */
function table(rows: readonly (readonly [left: string, right: string])[], width: number): string[] {
  const leftWidth = Math.min(LEFT_MAX, Math.max(...rows.map(([left]) => textWidth(left))));
  return rows.flatMap(([left, right]) => {
    const [first = '', ...rest] = foldLine(right, width - leftWidth - 4);
    const indent = ' '.repeat(leftWidth + 4);
    const more = rest.map((line) => indent + line);
    if (textWidth(left) > leftWidth) return [`  ${left}`, indent + first, ...more];
    return [`  ${padToWidth(left, leftWidth)}  ${first}`, ...more];
  });
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
