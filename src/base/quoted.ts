/**
 * A word of a command line, as it is typed. Double quotes are what every shell takes, Windows' as well; where they
 * would change the word, single quotes.
 */
export function quoted(word: string): string {
  if (/^[\w./:,+-]+$/.test(word)) return word;
  return /[$`"!]/.test(word) ? quotedForUnix(word) : `"${word}"`;
}

/** A word for a Unix shell alone: nothing in it is read by the shell. */
export function quotedForUnix(word: string): string {
  return /^[A-Za-z0-9_./:@=+-]+$/.test(word) ? word : singleQuoted(word);
}

/** The same, always in quotes, as scripts expect that read the line themselves. */
export function singleQuoted(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}
