import { eastAsianWidth } from 'get-east-asian-width';

/**
 * Columns that the text takes on a terminal: East Asian signs take two. Signs whose width depends on the terminal
 * (`…`, `→`, `·` are wide in many Chinese ones) are counted wide, so that a line that is cut to fit never wraps. A sign
 * of several code points, such as an emoji, is as wide as its first.
 */
export function textWidth(text: string): number {
  if (/^[\x20-\x7e]*$/.test(text)) return text.length;
  let width = 0;
  for (const { segment } of signsOf(text)) width += signWidth(segment);
  return width;
}

function signWidth(sign: string): number {
  const code = sign.codePointAt(0) ?? 0;
  // A mark without a letter before it, and what is not shown at all.
  if (/^[\p{M}\p{Cc}\p{Cf}]/u.test(sign)) return 0;
  return eastAsianWidth(code, { ambiguousAsWide: true });
}

export function padToWidth(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - textWidth(text)));
}

/** The beginning of the text that fits into so many columns. */
export function cutToWidth(text: string, width: number): string {
  let cut = '';
  let used = 0;
  for (const { segment } of signsOf(text)) {
    used += textWidth(segment);
    if (used > width) return cut;
    cut += segment;
  }
  return cut;
}

/** Made when it is used for the first time: it takes a part of the start. */
let segmenter: Intl.Segmenter | undefined;

function signsOf(text: string): Iterable<{ readonly segment: string }> {
  segmenter ??= new Intl.Segmenter();
  return segmenter.segment(text);
}

/**
 * The line in pieces that fit into so many columns, broken between words, or between two Chinese characters; a piece
 * begins under the first word. What does not fit whole, such as a path, stands alone and is left to the terminal.
 */
export function foldLine(line: string, width: number): string[] {
  if (textWidth(line) <= width) return [line];
  const indent = /^ */.exec(line)?.[0] ?? '';
  const pieces: string[] = [];
  let piece = indent;
  for (const part of line.slice(indent.length).match(UNBROKEN) ?? []) {
    const isFirst = piece.trim() === '';
    if (!isFirst && textWidth((piece + part).trimEnd()) > width) {
      pieces.push(piece.trimEnd());
      piece = indent;
    }
    piece += part;
  }
  return [...pieces, piece.trimEnd()];
}

/** A word or a Chinese character with the blanks after it; signs that may not begin or end a line stay with it. */
const UNBROKEN = /[（「《]*(?:\p{sc=Han}|[^\s\p{sc=Han}（「《，。：；！？、）」》]+|)[，。：；！？、）」》>]*\s*/gu;
