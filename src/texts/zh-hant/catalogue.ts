import type { Catalogue } from '../texts.ts';
import { cells } from './cells.ts';
import { shared } from './shared.ts';

/** Every text of this language. */
export const CATALOGUE: Catalogue = {
  cells,
  shared,
};
