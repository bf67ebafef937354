import type { Catalogue } from '../texts.ts';
import { answers } from './answers.ts';
import { calls } from './calls.ts';
import { cells } from './cells.ts';
import { columnHelp } from './column-help.ts';
import { columns } from './columns.ts';
import { commandHelp } from './command-help.ts';
import { commands } from './commands.ts';
import { doctor } from './doctor.ts';
import { files } from './files.ts';
import { flags } from './flags.ts';
import { header } from './header.ts';
import { help } from './help.ts';
import { intake } from './intake.ts';
import { kybioCodes } from './kybio-codes.ts';
import { ledger } from './ledger.ts';
import { plan } from './plan.ts';
import { progress } from './progress.ts';
import { questions } from './questions.ts';
import { resolve } from './resolve.ts';
import { result } from './result.ts';
import { rows } from './rows.ts';
import { run } from './run.ts';
import { send } from './send.ts';
import { settings } from './settings.ts';
import { shared } from './shared.ts';
import { sharedLedger } from './shared-ledger.ts';
import { steps } from './steps.ts';
import { workers } from './workers.ts';

/** Every text of this language. */
export const CATALOGUE: Catalogue = {
  doctor,
  resolve,
  questions,
  commands,
  progress,
  columnHelp,
  commandHelp,
  help,
  flags,
  settings,
  run,
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
  workers,
  sharedLedger,
};
