import { randomBytes } from 'node:crypto';
import { readFileSync, renameSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { codeOf, type OperatorError, usageError } from '../base/errors.ts';
import { requireNoLink } from '../base/private-folder.ts';
import { syncFolderAtOnce } from '../base/sync-folder.ts';
import { sharedLedgerTexts } from '../texts/runs/shared-ledger.ts';
import { writePrivateFile } from './sqlite/private-files.ts';

/**
 * What a home remembers of shared ledgers. The file ledger of the home does not know what was credited with a shared
 * one: for those accounts it must send no increment.
 */
type SharedUse = {
  /** The shared ledger that each account was used with. */
  readonly accounts: Readonly<Record<string, string>>;
  /** Where the whole ledger of this home was moved to; '' when it was not. */
  readonly movedTo: string;
};

const FILE = 'ledger.shared.json';

/** @throws Error for a file that is none of ours, OperatorError for a link: the home is then not used */
export function readSharedUse(folder: string): SharedUse {
  const path = join(resolve(folder), FILE);
  requireNoLink(path);
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return { accounts: {}, movedTo: '' };
    throw error;
  }
  const use = parse(text);
  if (!isSharedUse(use)) throw new Error(`${FILE} does not hold what memberload writes there`);
  return use;
}

/** The message of JSON.parse would show what the file holds. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isSharedUse(use: unknown): use is SharedUse {
  if (typeof use !== 'object' || use === null || !('accounts' in use) || !('movedTo' in use)) return false;
  const { accounts, movedTo } = use;
  return typeof accounts === 'object' && accounts !== null && typeof movedTo === 'string';
}

/** Durable when it returns. */
export function writeSharedUse(folder: string, use: SharedUse): void {
  const path = join(resolve(folder), FILE);
  const temporary = `${path}.${randomBytes(6).toString('hex')}`;
  writePrivateFile(temporary, JSON.stringify(use), { isDurable: true });
  renameSync(temporary, path);
  syncFolderAtOnce(dirname(path));
}

/** Why the file ledger of this home must not credit that account; undefined: it may. */
export function refuseShared({ accounts, movedTo }: SharedUse, account: string): OperatorError | undefined {
  const place = movedTo === '' ? (Object.hasOwn(accounts, account) ? accounts[account] : undefined) : movedTo;
  if (place === undefined) return undefined;
  const { usedShared, wasMoved, nothingSent, useSharedHint } = sharedLedgerTexts();
  const message = movedTo === '' ? usedShared(place, account) : wasMoved(place);
  return usageError('LEDGER_SHARED', message, nothingSent(useSharedHint));
}
