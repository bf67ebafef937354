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
