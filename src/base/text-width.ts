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

/**
 * The text in lines of at most so many columns. A line ends at a space, or between East Asian signs, which have no
 * spaces; a word that is wider than a line stands alone.
 */
export function wrapToWidth(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const piece of text.split(LINE_MAY_END)) {
    if (line.trimEnd() !== '' && textWidth((line + piece).trimEnd()) > width) {
      lines.push(line.trimEnd());
      line = piece;
    } else line += piece;
  }
  return [...lines, line.trimEnd()];
}

/** After a space or an East Asian sign, but not before a sign that ends something, nor after one that opens it. */
const LINE_MAY_END = /(?<= )|(?<=[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef])(?<![（「])(?![，。、；：！？）」%>])/u;

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
