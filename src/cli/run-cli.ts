import { EXIT, type ExitCode, errorText, OperatorError } from '../base/errors.ts';
import { flagsOf } from '../settings/settings-table.ts';
import type { Surroundings } from '../settings/surroundings.ts';
import { commandTexts } from '../texts/cli/commands.ts';
import { systemLanguage, typedLanguage } from '../texts/language.ts';
import { chooseLanguage } from '../texts/texts.ts';
import { chooseCommand, parseCommandLine } from './command-line.ts';
import { COMMANDS } from './commands.ts';
import { openConsole } from './terminal/console.ts';

/**
 * Runs one command line. The one place that maps whatever happened to an exit code and prints errors. Loads the
 * modules of the command that was asked for, and no other's.
 */
export async function runCli(surroundings: Surroundings): Promise<ExitCode> {
  const { argv, stdout } = surroundings;
  // Until the settings are read, only what was typed can tell how to print.
  let isJson = argv.some((word) => word === '--json' || word === '--json=true');
  let console = openConsole(surroundings, { isQuiet: false, isColorless: argv.includes('--no-color') });
  let words: readonly string[] = [];
  try {
    await chooseLanguage(typedLanguage(argv) ?? systemLanguage(surroundings));
    const line = await parseCommandLine(argv);
    words = line.words;
    if (line.asks !== undefined) {
      if (line.asks === 'version') console.print(surroundings.version);
      else {
        const { helpText } = await import('./help.ts');
        console.printLines(console.asTyped(helpText(words[0], stdout.columnCount, line.asks)));
      }
      return EXIT.ok;
    }
    if (argv.length === 0) {
      console.printLines(console.asTyped((await import('./start/welcome.ts')).welcomeText()));
      return EXIT.ok;
    }
    const command = chooseCommand(line);
    const { Settings } = await import('../settings/settings.ts');
    const settings = new Settings(line.flags, surroundings, { isWritten: command.name === 'init' });
    isJson = settings.get('json');
    const language = settings.get('lang');
    if (language !== undefined) await chooseLanguage(language);
    settings.checkTyped(flagsOf(command.name));
    console = openConsole(surroundings, { isQuiet: settings.get('quiet'), isColorless: settings.get('noColor') });
    const run = await command.load();
    const given = words.slice(1);
    if (given.length === 0 && command.arguments[0] === '<file>') {
      const { askForFile } = await import('./start/ask-for-file.ts');
      given.push(await askForFile(command.name, surroundings.workingFolder, console));
    }
    const result = await run({
      command: command.name,
      settings,
      arguments: given,
      argument: given[0],
      surroundings,
      console,
    });
    if (!('document' in result)) return result.exitCode;
    const { printRun } = await import('./terminal/print-end.ts');
    printRun(result, { settings, console });
    return result.document.exitCode;
  } catch (error) {
    const told = error instanceof OperatorError ? error : bug(error);
    if (isJson) {
      const { errorDocument } = await import('./terminal/print-end.ts');
      const where = { argument: inputOf(words), place: console.place };
      console.print(JSON.stringify(errorDocument(told, words[0] ?? '', where)));
    }
    console.fail(told);
    return told.exitCode;
  }
}

/** The file that was named, of a command that reads one. */
function inputOf([name, argument]: readonly string[]): string | undefined {
  const command = COMMANDS.find((known) => known.name === name);
  return command?.arguments[0]?.includes('file') ? argument : undefined;
}

function bug(error: unknown): OperatorError {
  const trace = error instanceof Error ? (error.stack ?? error.message) : errorText(error);
  return new OperatorError({
    code: 'BUG',
    message: commandTexts().bug(trace),
    hint: commandTexts().bugHint,
    exitCode: EXIT.bug,
    cause: error,
  });
}
