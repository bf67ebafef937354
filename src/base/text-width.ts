import stringWidth from 'string-width';

/**
 * Columns that the text takes on a terminal: East Asian signs take two. Signs whose width depends on the terminal
 * (`…`, `→`, `·` are wide in many Chinese ones) are counted wide, so that a line that is cut to fit never wraps.
 */
export function textWidth(text: string): number {
  if (/^[\x20-\x7e]*$/.test(text)) return text.length;
  return stringWidth(text, { ambiguousIsNarrow: false });
}

export function padToWidth(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - textWidth(text)));
}

/** The beginning of the text that fits into so many columns. */
export function cutToWidth(text: string, width: number): string {
  let cut = '';
  let used = 0;
  for (const { segment } of SEGMENTER.segment(text)) {
    used += textWidth(segment);
    if (used > width) return cut;
    cut += segment;
  }
  return cut;
}

const SEGMENTER = new Intl.Segmenter();

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
const UNBROKEN = /[（「《]*(?:\p{sc=Han}|[^\s\p{sc=Han}（「《，。：；！？、）」》]+|)[，。：；！？、）」》]*\s*/gu;
