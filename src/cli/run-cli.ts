import yargs, { type Argv } from 'yargs';
import { EXIT, type ExitCode, errorText, OperatorError, usageError } from '../base/errors.ts';
import { nearestName } from '../base/nearest.ts';
import { type Flag, flagsOf } from '../settings/flags.ts';
import type { TypedFlags } from '../settings/settings.ts';
import type { Surroundings } from '../settings/surroundings.ts';
import { COMMANDS, type Command } from './commands.ts';
import { failWith, openConsole } from './console.ts';
import { errorDocument } from './error-document.ts';
import { printRun } from './run-command.ts';

/**
 * Runs one command line. The one place that maps whatever happened to an exit code and prints errors.
 */
export async function runCli(surroundings: Surroundings): Promise<ExitCode> {
  let chosen: { command: Command; flags: TypedFlags; argument: string | undefined } | undefined;
  const isJson = surroundings.argv.includes('--json');
  const console = openConsole(surroundings, {
    isQuiet: surroundings.argv.some((word) => word === '--quiet' || word === '-q'),
    isColorless: surroundings.argv.includes('--no-color'),
  });
  try {
    const parser = buildParser(surroundings, (command, flags, argument) => {
      chosen = { command, flags, argument };
    });
    let shown = '';
    await parser.parseAsync([...surroundings.argv], {}, (_error, _argv, output) => {
      shown = output;
    });
    if (shown !== '') console.print(shown);
    if (!chosen) return EXIT.ok;
    const { command, flags, argument } = chosen;
    const result = await command.run({ flags, argument, surroundings, console });
    if (!('document' in result)) return result.exitCode;
    printRun(result.document, console, flags);
    return result.document.exitCode;
  } catch (error) {
    const told = error instanceof OperatorError ? error : bug(error);
    if (isJson)
      console.print(JSON.stringify(errorDocument(told, chosen?.command.name ?? null, chosen?.argument ?? null)));
    failWith(console, told);
    return told.exitCode;
  }
}

function buildParser(
  surroundings: Surroundings,
  choose: (command: Command, flags: TypedFlags, argument: string | undefined) => void,
): Argv {
  let parser = yargs([])
    .scriptName('memberload')
    .usage(
      'memberload <command> [file] [flags]\n\nBulk import, top-up and export of Kybio members and Wonder customers.',
    )
    .version(surroundings.version)
    .help()
    .alias('help', 'h')
    // Every value stays the text that was typed: a number read here could lose digits.
    .parserConfiguration({
      'parse-numbers': false,
      'parse-positional-numbers': false,
      'boolean-negation': false,
      'duplicate-arguments-array': false,
      'greedy-arrays': false,
      'camel-case-expansion': false,
    })
    .strict()
    .demandCommand(1, 'Name a command.')
    .recommendCommands()
    .exitProcess(false)
    .wrap(Math.min(110, surroundings.stdout.columnCount))
    .epilogue(
      'Exit codes: 0 done, 1 rows invalid or failed, 2 usage, 3 file, 4 credentials, 5 stopped, 6 paused, 7 in doubt.',
    )
    .fail((message, error, self) => {
      // yargs throws its own errors for what was typed wrongly, such as a flag without its value.
      if (error && error.name !== 'YError') throw error;
      throw wrongUsage(error?.message ?? message, surroundings.argv, self);
    });
  for (const command of COMMANDS) {
    parser = parser.command(
      `${command.name} ${command.argument}`.trim(),
      command.about,
      (own) => {
        let configured = own.usage(`memberload ${command.name} ${command.argument} [flags]\n\n${command.about}`);
        if (command.argument !== '')
          configured = configured.positional(command.argument.slice(1, -1), { type: 'string' });
        for (const flag of flagsOf(command.name)) configured = configured.option(flag.name, optionOf(flag));
        for (const [example, about] of command.examples) configured = configured.example(example, about);
        return configured;
      },
      (argv) => {
        const values = argv as Record<string, unknown>;
        const positional = command.argument === '' ? undefined : values[command.argument.slice(1, -1)];
        // yargs takes a lone '-' for a flag without a name, and gives '' for it.
        const argument = positional === '' && surroundings.argv.includes('-') ? '-' : positional;
        const flags: Record<string, string | boolean | string[]> = {};
        for (const flag of flagsOf(command.name)) {
          const value = values[flag.name];
          if (value !== undefined) flags[flag.name] = readTyped(flag, value);
        }
        choose(command, flags, argument === undefined ? undefined : String(argument));
      },
    );
  }
  return parser;
}

function optionOf(flag: Flag): {
  type: 'string' | 'boolean';
  describe: string;
  alias?: string;
  array?: boolean;
  requiresArg?: boolean;
} {
  return {
    type: flag.type === 'switch' ? 'boolean' : 'string',
    describe: flag.value === undefined ? flag.about : `<${flag.value}> ${flag.about}`,
    ...(flag.alias !== undefined && { alias: flag.alias }),
    ...(flag.type === 'list' && { array: true }),
    ...(flag.type !== 'switch' && { requiresArg: true }),
  };
}

function readTyped(flag: Flag, value: unknown): string | boolean | string[] {
  if (flag.type === 'switch') return value === true;
  if (flag.type === 'list') return (Array.isArray(value) ? value : [value]).map(String);
  return String(value);
}

function wrongUsage(message: string, argv: readonly string[], _self: Argv): OperatorError {
  const unknown = /^Unknown arguments?: ([^,\s]+)/.exec(message)?.[1];
  const command = COMMANDS.find(({ name }) => argv.includes(name));
  if (unknown === undefined)
    return usageError('BAD_USAGE', message, `See: memberload ${command?.name ?? ''} --help`.replace('  ', ' '));
  const nearest = command
    ? nearestName(
        unknown,
        flagsOf(command.name).map(({ name }) => name),
      )
    : nearestName(
        unknown,
        COMMANDS.map(({ name }) => name),
      );
  return usageError(
    'UNKNOWN_FLAG',
    command ? `memberload ${command.name} does not take '${unknown}'.` : `memberload has no command '${unknown}'.`,
    nearest ? `Did you mean ${command ? '--' : ''}${nearest}?` : `See: memberload ${command?.name ?? ''} --help`,
  );
}

function bug(error: unknown): OperatorError {
  const trace = error instanceof Error ? (error.stack ?? error.message) : errorText(error);
  return new OperatorError({
    code: 'BUG',
    message: `A bug of memberload: ${trace}`,
    hint: 'What was sent is in the ledger; memberload resume is safe. Please report this with the text above.',
    exitCode: EXIT.bug,
    cause: error,
  });
}
