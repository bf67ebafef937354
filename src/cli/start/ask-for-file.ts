import { readdirSync } from 'node:fs';
import { usageError } from '../../base/errors.ts';
import type { CommandName } from '../../settings/setting.ts';
import type { Console } from '../console.ts';

const FILES_SHOWN_MAX = 6;

const QUESTIONS: Readonly<Partial<Record<CommandName, string>>> = {
  import: 'Which file is to be imported?',
  topup: 'Which file says who is credited what?',
  validate: 'Which file is to be checked?',
};

/**
 * The file of a command that was typed without one: asked for on a terminal.
 *
 * @throws OperatorError (exit 2) where nobody can answer
 */
export async function askForFile(command: CommandName, folder: string, console: Console): Promise<string> {
  const kind = command === 'topup' ? 'topup' : 'members';
  const missing = usageError(
    'BAD_USAGE',
    `memberload ${command} needs a file.`,
    `Type for example: memberload ${command} ${kind}.csv\nA file to begin with: memberload template ${kind} -o ${kind}.csv`,
  );
  if (!console.canAsk || console.isQuiet) throw missing;
  const files = tablesIn(folder);
  const found = files.length === 0 ? '' : ` In this folder: ${files.join(', ')}.`;
  const typed = await console.ask(
    `${QUESTIONS[command] ?? 'Which file?'}${found}\nType its name, or drag the file into this window: `,
  );
  const file = unquoted(typed ?? '');
  if (file === '') throw missing;
  return file;
}

/** CSV files and workbooks, without what memberload has written. */
function tablesIn(folder: string): string[] {
  const names = readdirSync(folder).filter(
    (name) => /\.(csv|tsv|xlsx)$/i.test(name) && !/\.(result|checked)\.[a-z]+$/i.test(name) && !name.startsWith('.'),
  );
  return names.length > FILES_SHOWN_MAX ? [...names.slice(0, FILES_SHOWN_MAX), '…'] : names;
}

/** A file that is dragged into a terminal comes in quotes, or with a backslash before each space. */
function unquoted(typed: string): string {
  const inQuotes = /^(['"])(.*)\1$/.exec(typed)?.[2];
  return inQuotes ?? typed.replace(/\\ /g, ' ');
}
