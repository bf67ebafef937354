import type { Catalogue } from '../texts.ts';
import { columnHelp } from '../zh-hans-cli/column-help.ts';
import { commandHelp } from '../zh-hans-cli/command-help.ts';
import { commands } from '../zh-hans-cli/commands.ts';
import { doctor } from '../zh-hans-cli/doctor.ts';
import { flags } from '../zh-hans-cli/flags.ts';
import { help } from '../zh-hans-cli/help.ts';
import { progress } from '../zh-hans-cli/progress.ts';
import { questions } from '../zh-hans-cli/questions.ts';
import { resolve } from '../zh-hans-cli/resolve.ts';
import { settings } from '../zh-hans-cli/settings.ts';
import { workers } from '../zh-hans-cli/workers.ts';
import { answers } from '../zh-hans-runs/answers.ts';
import { calls } from '../zh-hans-runs/calls.ts';
import { kybioCodes } from '../zh-hans-runs/kybio-codes.ts';
import { ledger } from '../zh-hans-runs/ledger.ts';
import { plan } from '../zh-hans-runs/plan.ts';
import { run } from '../zh-hans-runs/run.ts';
import { send } from '../zh-hans-runs/send.ts';
import { sharedLedger } from '../zh-hans-runs/shared-ledger.ts';
import { steps } from '../zh-hans-runs/steps.ts';
import { cells } from '../zh-hans-tables/cells.ts';
import { columns } from '../zh-hans-tables/columns.ts';
import { files } from '../zh-hans-tables/files.ts';
import { header } from '../zh-hans-tables/header.ts';
import { intake } from '../zh-hans-tables/intake.ts';
import { result } from '../zh-hans-tables/result.ts';
import { rows } from '../zh-hans-tables/rows.ts';
import { shared } from './shared.ts';

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
