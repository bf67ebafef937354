import { BugError, usageError } from '../base/errors.ts';
import { nearestName } from '../base/nearest.ts';
import { quoted } from '../base/quoted.ts';
import type { CommandName } from '../settings/setting.ts';
import type { TypedFlags } from '../settings/settings.ts';
import { describeSetting, flagName, flagsOf, type SettingName, settingOf } from '../settings/settings-table.ts';
import { commandTexts } from '../texts/cli/commands.ts';
import { sharedTexts } from '../texts/shared.ts';
import { COMMANDS, type Command } from './commands.ts';

type CommandLine = {
  /** What is no flag: the command's name, and its arguments. */
  readonly words: readonly string[];
  readonly flags: TypedFlags;
  /** `flags`: with --help behind a command. */
  readonly asks: 'help' | 'flags' | 'version' | undefined;
  /** Flags that no command takes, as typed. */
  readonly unknown: readonly string[];
};

const HELP = ['--help', '-h'];
const VERSION = ['--version', '-v'];

/** @throws OperatorError (exit 2) for a flag without its value, or a switch with another value than true or false */
export async function parseCommandLine(argv: readonly string[]): Promise<CommandLine> {
  return parsePlain(argv) ?? (await parseWithYargs(argv));
}

/**
 * A command line in which nothing is to be decided: words, and known flags that are written out, each once and
 * followed by its value. Loading yargs takes longer than starting Node. Undefined: yargs has to read it.
 */
export function parsePlain(argv: readonly string[]): CommandLine | undefined {
  const words: string[] = [];
  const flags: Record<string, string | boolean> = {};
  let help = false;
  let version = false;
  for (let index = 0; index < argv.length; index += 1) {
    const word = argv[index] ?? '';
    if (HELP.includes(word)) help = true;
    else if (VERSION.includes(word)) version = true;
    // yargs would take `true` for the value of the switch before it.
    else if (word === '' || isTrueOrFalse(word)) return undefined;
    else if (!word.startsWith('-')) words.push(word);
    else {
      const [, flag = word, given] = /^(--[^=]+)=(.*)$/s.exec(word) ?? [];
      const name = flagsOf().find((known) => isTypedAs(flag, known));
      if (name === undefined || name === 'set' || flagName(name) in flags) return undefined;
      if (settingOf(name).reader.shape === 'switch') {
        if (given !== undefined) return undefined;
        flags[flagName(name)] = true;
      } else {
        if (given === undefined) index += 1;
        const value = given ?? argv[index];
        // A value that looks like a flag, or that has quotes, is read by rules of yargs.
        if (value === undefined || !/^[^-'"]/.test(value)) return undefined;
        flags[flagName(name)] = value;
      }
    }
  }
  return toCommandLine(words, flags, { help, version });
}

function isTypedAs(flag: string, name: SettingName): boolean {
  const { alias } = settingOf(name);
  return flag === `--${flagName(name)}` || (alias !== undefined && flag === `-${alias}`);
}

function isTrueOrFalse(word: string): boolean {
  return word === 'true' || word === 'false';
}

function toCommandLine(
  words: readonly string[],
  flags: TypedFlags,
  { help, version }: { readonly help: boolean; readonly version: boolean },
  unknown: readonly string[] = [],
): CommandLine {
  const isHelp = words[0] === 'help';
  const asks = isHelp ? 'help' : help ? 'flags' : version || words[0] === 'version' ? 'version' : undefined;
  return { words: isHelp ? words.slice(1) : words, flags, asks, unknown };
}

/** All flags of all commands are declared, so that the value of a flag is never taken for the command. */
export async function parseWithYargs(argv: readonly string[]): Promise<CommandLine> {
  const { default: yargs } = await import('yargs');
  const isSwitch = new Map(flagsOf().map((name) => [flagName(name), settingOf(name).reader.shape === 'switch']));
  let parser = yargs([...argv])
    // Its messages are never shown; the locale would only be looked up on disk.
    .locale('en')
    .help(false)
    .version(false)
    .exitProcess(false)
    // Every value stays the text that was typed: a number read here could lose digits.
    .parserConfiguration({
      'parse-numbers': false,
      'parse-positional-numbers': false,
      'boolean-negation': false,
      'duplicate-arguments-array': false,
      'greedy-arrays': false,
      'camel-case-expansion': false,
      'dot-notation': false,
      'strip-aliased': true,
    })
    .option('help', { type: 'boolean', alias: 'h' })
    .option('version', { type: 'boolean', alias: 'v' })
    .fail((message, error) => {
      throw new BugError(`yargs refused the command line: ${message}`, error);
    });
  for (const name of flagsOf()) {
    const { alias, reader } = settingOf(name);
    parser = parser.option(flagName(name), {
      type: reader.shape === 'switch' ? 'boolean' : 'string',
      ...(alias !== undefined && { alias }),
      ...(name === 'set' && { array: true }),
    });
  }
  checkWords(argv, isSwitch);
  const { _: words, $0: _program, help, version, ...given } = (await parser.parseAsync()) as ParsedLine;
  const flags: Record<string, string | boolean | readonly string[]> = {};
  const unknown: string[] = [];
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined) continue;
    if (!isSwitch.has(name)) unknown.push(name.length === 1 ? `-${name}` : `--${name}`);
    else flags[name] = typeof value === 'boolean' ? value : Array.isArray(value) ? value.map(String) : String(value);
  }
  const texts = words.map(String);
  // `--set a=1 b=2`: yargs leaves all but the first among the words.
  const isSwitchValue = (text: string): boolean => flags.set !== undefined && /^[A-Za-z.]+=/.test(text);
  if (Array.isArray(flags.set)) flags.set = [...flags.set, ...texts.filter(isSwitchValue)];
  const left = texts.filter((text) => !isSwitchValue(text));
  return toCommandLine(left, flags, { help: help === true, version: version === true }, unknown);
}

type ParsedLine = { readonly _: readonly unknown[]; readonly $0: string } & Readonly<Record<string, unknown>>;

/** yargs takes every other value of a switch than true for false, without a word. */
function checkWords(argv: readonly string[], isSwitch: ReadonlyMap<string, boolean>): void {
  const texts = commandTexts();
  const end = argv.indexOf('--');
  for (const word of end < 0 ? argv : argv.slice(0, end)) {
    const [, name = '', value] = /^--([^=]+)(?:=(.*))?$/s.exec(word) ?? [];
    // yargs looks names up in objects, and stumbles over those that every object has.
    if (name in Object.prototype) {
      throw usageError('UNKNOWN_FLAG', texts.notTaken(`--${name}`), texts.seeHelp);
    }
    if (isSwitch.get(name) !== true || value === undefined || isTrueOrFalse(value)) continue;
    throw usageError('BAD_VALUE', texts.notTrueOrFalse(name, value), texts.switchHint(name));
  }
}

/** The command that was named. @throws OperatorError (exit 2) for whatever the command does not take */
export function chooseCommand({ words, flags, unknown }: CommandLine): Command {
  const command = commandNamed(words[0]);
  const own = flagsOf(command.name);
  const ownNames = own.map(flagName);
  const foreign = Object.keys(flags).find((name) => !ownNames.includes(name));
  const wrong = unknown[0] ?? (foreign === undefined ? undefined : `--${foreign}`);
  if (wrong !== undefined) throw notTaken(command.name, wrong, ownNames);
  for (const name of own) {
    const { reader } = settingOf(name);
    const given = flags[flagName(name)];
    if (given === undefined || typeof given === 'boolean') continue;
    if (given.length > 0 && !(Array.isArray(given) && given.includes(''))) continue;
    throw usageError(
      'BAD_USAGE',
      commandTexts().needsValue(flagName(name), describeSetting(name).value),
      commandTexts().needsValueHint(flagName(name), reader.example),
    );
  }
  checkArguments(command, words.slice(1));
  return command;
}

function commandNamed(word: string | undefined): Command {
  const texts = commandTexts();
  if (word === undefined) throw usageError('BAD_USAGE', texts.nameACommand, texts.seeHelp);
  const command = COMMANDS.find(({ name }) => name === word);
  if (command !== undefined) return command;
  if (/\.(csv|tsv|txt|xlsx)$/i.test(word)) {
    throw usageError('UNKNOWN_COMMAND', texts.isAFile(word), texts.isAFileHint(quoted(word)));
  }
  const nearest = nearestName(
    word,
    COMMANDS.map(({ name }) => name),
  );
  throw usageError(
    'UNKNOWN_COMMAND',
    texts.noCommand(word),
    nearest ? sharedTexts().didYouMean(nearest) : texts.seeHelp,
  );
}

function notTaken(command: CommandName, wrong: string, own: readonly string[]): Error {
  const name = wrong.replace(/^-+/, '');
  const others = flagsOf().filter((setting) => flagName(setting) === name);
  const takers = others.flatMap((setting) => settingOf(setting).commands);
  const nearest = others.length > 0 ? undefined : nearestName(name, own);
  const texts = commandTexts();
  const help = texts.seeHelpOf(command);
  return usageError(
    'UNKNOWN_FLAG',
    texts.notTakenBy(command, wrong),
    nearest ? sharedTexts().didYouMean(`--${nearest}`) : takers.length > 0 ? texts.belongsTo(takers, help) : help,
  );
}

function checkArguments(command: Command, given: readonly string[]): void {
  const texts = commandTexts();
  const usage = ['memberload', command.name, ...command.arguments].join(' ');
  // A file that is missing is asked for, where somebody can answer.
  const missing = command.arguments.find(
    (name, index) => name.startsWith('<') && name !== '<file>' && given[index] === undefined,
  );
  if (missing !== undefined) {
    const hint = texts.needsWordHint(usage, missing, command.words);
    throw usageError('BAD_USAGE', texts.needsWord(command.name, missing), hint);
  }
  const surplus = given[command.arguments.length];
  if (surplus === undefined) return;
  throw usageError('BAD_USAGE', texts.notTakenAsWell(command.name, surplus), texts.typeIt(usage));
}
