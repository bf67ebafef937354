import type { Catalogue } from '../texts.ts';
import { columnHelp } from '../zh-hant-cli/column-help.ts';
import { commandHelp } from '../zh-hant-cli/command-help.ts';
import { commands } from '../zh-hant-cli/commands.ts';
import { doctor } from '../zh-hant-cli/doctor.ts';
import { flags } from '../zh-hant-cli/flags.ts';
import { help } from '../zh-hant-cli/help.ts';
import { progress } from '../zh-hant-cli/progress.ts';
import { questions } from '../zh-hant-cli/questions.ts';
import { resolve } from '../zh-hant-cli/resolve.ts';
import { settings } from '../zh-hant-cli/settings.ts';
import { workers } from '../zh-hant-cli/workers.ts';
import { answers } from '../zh-hant-runs/answers.ts';
import { calls } from '../zh-hant-runs/calls.ts';
import { kybioCodes } from '../zh-hant-runs/kybio-codes.ts';
import { ledger } from '../zh-hant-runs/ledger.ts';
import { plan } from '../zh-hant-runs/plan.ts';
import { run } from '../zh-hant-runs/run.ts';
import { send } from '../zh-hant-runs/send.ts';
import { sharedLedger } from '../zh-hant-runs/shared-ledger.ts';
import { steps } from '../zh-hant-runs/steps.ts';
import { cells } from '../zh-hant-tables/cells.ts';
import { columns } from '../zh-hant-tables/columns.ts';
import { files } from '../zh-hant-tables/files.ts';
import { header } from '../zh-hant-tables/header.ts';
import { intake } from '../zh-hant-tables/intake.ts';
import { result } from '../zh-hant-tables/result.ts';
import { rows } from '../zh-hant-tables/rows.ts';
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
