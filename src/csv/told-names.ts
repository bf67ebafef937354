import { fileTexts } from '../texts/tables/files.ts';

/**
 * Column names as a message tells them. A file that turns out to be a key, or an address with a password, is one cell
 * to us: the only name of a file that nobody knows is never shown, and of several names none that may be a secret.
 *
 * @param names of a file in which no name is known
 */
export function toldNames(names: readonly string[]): string[] {
  const isOnly = names.filter((name) => name.trim() !== '').length === 1;
  return names.map((name) => (isOnly || mayBeSecret(name.trim()) ? fileTexts().nameNotShown([...name].length) : name));
}

/** One long word of many digits, or of letters and digits mixed; an address; a line of settings; a key in a frame. */
export function mayBeSecret(name: string): boolean {
  if (/^-----BEGIN |:\/\/|^[A-Za-z_]+ ?=/.test(name)) return true;
  if (!/^[!-~]{12,}$/.test(name)) return false;
  const turns = name.match(/[0-9](?=[A-Za-z])|[A-Za-z](?=[0-9])/g)?.length ?? 0;
  return /^[0-9]{15,}$/.test(name) || turns >= 3 || (name.length >= 20 && turns > 0);
}

/** A line of a file without its long words of ASCII: what is left shows which encoding is the right one. */
export function withoutWords(line: string): string {
  return line.replace(/[!-+\--:<-~]{12,}/g, '…');
}
