/**
 * A word of a command line, as it is typed. Double quotes are what every shell takes, Windows' as well; where they
 * would change the word, single quotes.
 */
export function quoted(word: string): string {
  if (/^[\w./:,+-]+$/.test(word)) return word;
  return /[$`"!]/.test(word) ? `'${word.replaceAll("'", "'\\''")}'` : `"${word}"`;
}
