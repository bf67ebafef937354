import { columnHelpTexts } from '../texts/cli/column-help.ts';
import type { FileKind } from './columns.ts';

/** What the column is, in the chosen language; '' for a column that nobody has described. Backticks mark code. */
export function aboutColumn(kind: FileKind, name: string): string {
  const texts: Readonly<Record<string, string>> = columnHelpTexts()[kind];
  return texts[name] ?? '';
}
