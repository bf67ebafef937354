import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';
import stripJsonComments from 'strip-json-comments';
import { usageError } from '../base/errors.ts';
import { settingsTexts } from '../texts/cli/settings.ts';

/** No settings, mapping or key file is nearly as large. */
const BYTES_MAX = 4 * 1024 * 1024;

type TextFile = { readonly bytes: Buffer; readonly mode: number };

/**
 * Reads a small file that a setting names. What the file holds is never told: a wrong path may lead to a key.
 *
 * @returns undefined when there is no such file
 * @throws OperatorError UNREADABLE_FILE (exit 2); `where` names the setting
 */
export function readTextFile(where: string, path: string): TextFile | undefined {
  const texts = settingsTexts();
  const unreadable = (why: string, cause?: unknown): Error =>
    usageError('UNREADABLE_FILE', texts.unreadable(where, path, why), texts.correct(where), cause);
  let file: number | undefined;
  try {
    // Without O_NONBLOCK the open of a pipe would wait for ever, deaf to Ctrl-C. Windows has no such flag.
    file = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    const stats = fstatSync(file);
    if (!stats.isFile()) throw unreadable(texts.isNoFile);
    if (stats.size > BYTES_MAX) throw unreadable(texts.isTooLarge);
    return { bytes: readFileSync(file), mode: stats.mode & 0o777 };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (code === 'ENOENT') return undefined;
    throw /^E[A-Z]+$/.test(code) ? unreadable(code === 'EACCES' ? texts.noPermission : code, error) : error;
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

/** Whether a JSON file says more than its values: who writes it anew would lose that. */
export function hasComments({ bytes }: TextFile): boolean {
  const text = bytes.toString('utf8');
  return stripJsonComments(text) !== text;
}

/**
 * The value of a JSON file, which may have comments and a comma behind its last entry. The text of V8's own error would
 * quote the file, so only the line is told.
 */
export function parseJsonFile(where: string, path: string, { bytes }: TextFile, hint: string): unknown {
  const text = bytes.toString('utf8').replace(/^\uFEFF/, '');
  try {
    // Comments become spaces: the places in the text stay.
    return JSON.parse(stripJsonComments(text, { trailingCommas: true }));
  } catch (error) {
    const position = /position ([0-9]+)/.exec(error instanceof Error ? error.message : '')?.[1];
    const line = position === undefined ? undefined : text.slice(0, Number(position)).split('\n').length;
    throw usageError('NOT_JSON', settingsTexts().notJson(where, path, line), hint);
  }
}
