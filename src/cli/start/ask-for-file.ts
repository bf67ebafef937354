import { readdirSync } from 'node:fs';
import { usageError } from '../../base/errors.ts';
import type { CommandName } from '../../settings/setting.ts';
import { questionTexts } from '../../texts/cli/questions.ts';
import type { Console } from '../terminal/console.ts';

const FILES_SHOWN_MAX = 6;

/**
 * The file of a command that was typed without one: asked for on a terminal.
 *
 * @throws OperatorError (exit 2) where nobody can answer
 */
export async function askForFile(command: CommandName, folder: string, console: Console): Promise<string> {
  const kind = command === 'topup' ? 'topup' : 'members';
  const texts = questionTexts();
  const hint = texts.needsFileHint(`memberload ${command} ${kind}.csv`, `memberload template ${kind} -o ${kind}.csv`);
  const missing = usageError('BAD_USAGE', texts.needsFile(command), hint);
  if (!console.canAsk || console.isQuiet) throw missing;
  const files = tablesIn(folder);
  const { whichFile } = texts;
  const question =
    command === 'import' || command === 'topup' || command === 'validate' ? whichFile[command] : whichFile.other;
  const found = files.length === 0 ? '' : texts.inThisFolder(files);
  const typed = await console.ask(`${question}${found}\n${texts.typeItsName}`);
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
