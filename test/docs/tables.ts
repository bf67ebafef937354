import { COMMANDS } from '../../src/cli/commands.ts';
import { aboutColumn } from '../../src/job/column-about.ts';
import { COLUMNS, type FileKind } from '../../src/job/columns.ts';
import { FETCHED_FIELDS } from '../../src/job/fetched-fields.ts';
import { SWITCHES } from '../../src/sandbox/switches.ts';
import { COMMAND_NAMES } from '../../src/settings/setting.ts';
import {
  describeSetting,
  flagName,
  SETTING_NAMES,
  type SettingName,
  settingOf,
} from '../../src/settings/settings-table.ts';
import { COMMAND_HELP } from '../../src/texts/cli/command-help.ts';

/** A flag that more commands than this take stands once, in the table of shared flags. */
const OWN_COMMANDS_MAX = 3;

type Part = (argument: string) => readonly string[];

/** The generated parts of README and manual, by the name in their mark: `<!-- generated: flags topup -->`. */
const PARTS: Readonly<Record<string, Part>> = {
  commands: () =>
    table(
      ['Command', 'Does'],
      COMMANDS.map(({ name, arguments: words }) => [
        code(['memberload', name, ...words].join(' ')),
        plain(COMMAND_HELP[name].about),
      ]),
    ),
  flags: (command) => (command === 'shared' ? sharedFlags() : ownFlags(command)),
  columns: (kind) =>
    table(
      ['Column', 'What it is', 'Also recognised as'],
      COLUMNS[kind as FileKind].map(({ name, synonyms }) => [
        code(name),
        cell(aboutColumn(kind as FileKind, name)),
        cell(synonyms.join(', ')),
      ]),
    ),
  fields: () =>
    table(
      ['Vendor', 'Fields'],
      Object.entries(FETCHED_FIELDS).map(([vendor, fields]) => [vendor, fields.map(code).join(', ')]),
    ),
  environment: () =>
    table(
      ['Variable', 'Meaning', 'In the config file'],
      named(({ environment }) => environment !== undefined).map((name) => {
        const { environment = '', only } = settingOf(name);
        const { about } = describeSetting(name);
        return [code(environment), plain(about), only === 'environment' ? 'no' : code(name)];
      }),
    ),
  'config-keys': () =>
    table(
      ['Key', 'Meaning', 'Default'],
      named(({ commands, environment }, name) => isEmpty(commands) && environment === undefined && !isFact(name)).map(
        (name) => [code(name), plain(describeSetting(name).about), standardOf(name)],
      ),
    ),
  'typed-only': () => [
    `${[...new Set(named(({ only, commands }) => only === 'typed' && !isEmpty(commands)).map(flagName))]
      .map((name) => code(`--${name}`))
      .join(', ')}.`,
  ],
  facts: (vendor) =>
    table(
      ['Key', 'Meaning', 'Values', 'Default'],
      named((_, name) => name.startsWith(`${vendor}.`)).map((name) => {
        const { reader } = settingOf(name);
        const { about } = describeSetting(name);
        const values = reader.choices ? reader.choices.map(code).join(', ') : plain(reader.expects());
        return [code(name), plain(about), values, standardOf(name)];
      }),
    ),
  switches: () =>
    table(
      ['Switch', 'Values', 'Default', 'What'],
      SWITCHES.map(({ name, values, default: standard, about }) => [
        code(name),
        cell(values),
        code(standard),
        plain(about),
      ]),
    ),
};

/**
 * The page with each of its generated parts made anew.
 *
 * @throws Error for a mark that names no part
 */
export function withGeneratedParts(page: string): string {
  return page.replace(MARKED, (_, mark: string) => {
    const [name = '', argument = ''] = mark.split(' ');
    const part = PARTS[name];
    if (part === undefined) throw new Error(`<!-- generated: ${mark} -->: there is no part of that name.`);
    return [`<!-- generated: ${mark} -->`, ...part(argument), '<!-- end -->'].join('\n');
  });
}

/** What the page's marks name, such as `flags topup`. */
export function generatedMarks(page: string): string[] {
  return [...page.matchAll(MARKED)].map(([, mark = '']) => mark);
}

/** The marks that README and manual must have, so that nothing of the code is left undescribed. */
export function requiredMarks(): string[] {
  return [
    ...['commands', 'fields', 'environment', 'config-keys', 'typed-only', 'switches', 'flags shared'],
    ...['facts kybio', 'facts wonder'],
    ...Object.keys(COLUMNS).map((kind) => `columns ${kind}`),
    ...COMMAND_NAMES.filter((command) => !isEmpty(ownFlagNames(command))).map((command) => `flags ${command}`),
  ];
}

const MARKED = /^<!-- generated: (.+?) -->\n[\s\S]*?^<!-- end -->$/gm;

function named(isMeant: (setting: ReturnType<typeof settingOf>, name: SettingName) => boolean): SettingName[] {
  return SETTING_NAMES.filter((name) => isMeant(settingOf(name), name));
}

function ownFlagNames(command: string): SettingName[] {
  return named(({ commands }) => commands.length <= OWN_COMMANDS_MAX && commands.some((name) => name === command));
}

function ownFlags(command: string): readonly string[] {
  const names = ownFlagNames(command);
  if (isEmpty(names)) return ['No flags of its own.'];
  return table(
    ['Flag', 'Meaning', 'Default'],
    names.map((name) => [flagCell(name), plain(describeSetting(name).about), standardOf(name)]),
  );
}

function sharedFlags(): readonly string[] {
  return table(
    ['Flag', 'Meaning', 'Default', 'Commands'],
    named(({ commands }) => commands.length > OWN_COMMANDS_MAX).map((name) => {
      const { commands } = settingOf(name);
      const { about } = describeSetting(name);
      const isForAll = commands.length === COMMAND_NAMES.length;
      return [flagCell(name), plain(about), standardOf(name), isForAll ? 'all' : commands.join(', ')];
    }),
  );
}

function flagCell(name: SettingName): string {
  const { alias } = settingOf(name);
  const { value } = describeSetting(name);
  const flag = code(`--${flagName(name)}${value === '' ? '' : ` <${value}>`}`);
  return alias === undefined ? flag : `${flag}, ${code(`-${alias}`)}`;
}

function standardOf(name: SettingName): string {
  const { standard } = settingOf(name);
  if (standard === undefined || standard === '') return 'none';
  return standard === 'false' ? 'off' : code(standard);
}

function isFact(name: string): boolean {
  return name.includes('.');
}

function isEmpty(list: readonly unknown[]): boolean {
  return list.length === 0;
}

function table(header: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`.replaceAll('|  |', '| |');
  return [line(header), `|${'---|'.repeat(header.length)}`, ...rows.map(line)];
}

function code(text: string): string {
  return `\`${cell(text)}\``;
}

/** `<input>.result.csv` outside of code would be taken for HTML. */
function plain(text: string): string {
  return cell(text.includes('`') ? text : text.replace(/<[^>]+>\S*?(?=[\s,;:)]|$)/g, '`$&`'));
}

/** A `|` would end the cell. */
function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}
