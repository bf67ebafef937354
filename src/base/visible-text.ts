/**
 * Control characters (C0, DEL, C1) but tab, bidirectional marks, and the line separators of Unicode: they move a
 * cursor, write the clipboard (OSC 52), or show another order of characters than there is. Characters that take no
 * place (soft hyphen, zero-width spaces, tags): with them two different texts look the same. The joiners between letters
 * and between parts of an emoji stay.
 */
const UNSEEN =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters to be found
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|\udb40[\udc00-\udc7f]|(?<![^ -~])[\u200c\u200d]|[\u200c\u200d](?![^ -~])/g;

/**
 * One line: unseen characters are written as `\u001b`, which in a JSON document is the same text. A line end is shown
 * as ⏎, so that a header or a file name cannot make a line that looks like ours.
 */
export function visibleText(text: string): string {
  return text
    .replace(/\r?\n/g, '⏎')
    .replace(UNSEEN, (found) =>
      found.replace(/./gs, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`),
    );
}

/** Several lines, for messages that have them: what follows the first is set in, and so is no line of its own. */
export function visibleLines(text: string): string {
  return text.split('\n').map(visibleText).join('\n  ');
}
