import type { Catalogue } from '../texts.ts';
import { answers } from './answers.ts';
import { calls } from './calls.ts';
import { cells } from './cells.ts';
import { columns } from './columns.ts';
import { files } from './files.ts';
import { header } from './header.ts';
import { intake } from './intake.ts';
import { kybioCodes } from './kybio-codes.ts';
import { ledger } from './ledger.ts';
import { plan } from './plan.ts';
import { result } from './result.ts';
import { rows } from './rows.ts';
import { send } from './send.ts';
import { shared } from './shared.ts';
import { steps } from './steps.ts';

/** Every text of this language. */
export const CATALOGUE: Catalogue = {
  cells,
  shared,
  columns,
  rows,
  steps,
  header,
  files,
  intake,
  plan,
  answers,
  calls,
  kybioCodes,
  send,
  ledger,
  result,
};
