/** Long enough for an address and a cause; short enough for a cell and a log line. */
const LENGTH_MAX = 200;

/** Text from outside as one printable line of at most `lengthMax` characters. */
export function oneLine(text: string, lengthMax: number = LENGTH_MAX): string {
  // \p{C}: control and format characters could move a terminal's cursor or break a line; lone surrogates too.
  const line = text.replace(/[\p{C}\s]+/gu, ' ').trim();
  if (line.length <= lengthMax) return line;
  // A cut through a surrogate pair leaves no half behind.
  return `${line.slice(0, lengthMax - 1).replace(/[\ud800-\udbff]$/, '')}…`;
}
