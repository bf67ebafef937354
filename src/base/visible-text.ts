/**
 * Control characters (C0, DEL, C1) but newline and tab, bidirectional marks, and the line separators of Unicode: they
 * move a cursor, write the clipboard (OSC 52), or show another order of characters than there is.
 */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters to be found
const UNSEEN = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/** The text with its unseen characters written as `\u001b`: in a JSON document this is the same text. */
export function visibleText(text: string): string {
  return text.replace(UNSEEN, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
