/**
 * A word of a command line, as it is typed. Double quotes are what every shell takes, Windows' as well; where they
 * would change the word, single quotes.
 */
export function quoted(word: string): string {
  if (/^[\w./:,+-]+$/.test(word)) return word;
  // A line end would be shown as a sign, and the word be another: bash and zsh read it so.
  if (/[\n\r\t]/.test(word)) return `$'${word.replace(/[\\'\n\r\t]/g, (sign) => ESCAPES[sign] ?? sign)}'`;
  return /[$`"!]/.test(word) ? quotedForUnix(word) : `"${word}"`;
}

const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', "'": "\\'", '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** A word for a Unix shell alone: nothing in it is read by the shell. */
export function quotedForUnix(word: string): string {
  return /^[A-Za-z0-9_./:@=+-]+$/.test(word) ? word : singleQuoted(word);
}

/** The same, always in quotes, as scripts expect that read the line themselves. */
export function singleQuoted(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}
