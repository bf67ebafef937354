import type { COLUMN_HELP } from './cli/column-help.ts';
import type { COMMAND_HELP } from './cli/command-help.ts';
import type { COMMANDS_TEXTS } from './cli/commands.ts';
import type { DOCTOR } from './cli/doctor.ts';
import type { FLAGS } from './cli/flags.ts';
import type { HELP } from './cli/help.ts';
import type { PROGRESS } from './cli/progress.ts';
import type { QUESTIONS } from './cli/questions.ts';
import type { RESOLVE } from './cli/resolve.ts';
import type { SETTINGS_TEXTS } from './cli/settings.ts';
import type { WORKERS } from './cli/workers.ts';
import type { Language } from './language.ts';
import type { ANSWERS } from './runs/answers.ts';
import type { CALLS } from './runs/calls.ts';
import type { KYBIO_CODES } from './runs/kybio-codes.ts';
import type { LEDGER } from './runs/ledger.ts';
import type { PLAN } from './runs/plan.ts';
import type { RUN } from './runs/run.ts';
import type { SEND } from './runs/send.ts';
import type { SHARED_LEDGER } from './runs/shared-ledger.ts';
import type { STEPS } from './runs/steps.ts';
import type { SHARED } from './shared.ts';
import type { CELLS } from './tables/cells.ts';
import type { COLUMN_TEXTS } from './tables/columns.ts';
import type { FILES } from './tables/files.ts';
import type { HEADER } from './tables/header.ts';
import type { INTAKE } from './tables/intake.ts';
import type { RESULT } from './tables/result.ts';
import type { ROWS } from './tables/rows.ts';

/**
 * All texts that a shop person reads, by topic. The type of the English text is the type of every language, so that a
 * text that a language lacks fails the build.
 */
export type Catalogue = {
  readonly result: typeof RESULT;
  readonly ledger: typeof LEDGER;
  readonly send: typeof SEND;
  readonly kybioCodes: typeof KYBIO_CODES;
  readonly calls: typeof CALLS;
  readonly answers: typeof ANSWERS;
  readonly doctor: typeof DOCTOR;
  readonly resolve: typeof RESOLVE;
  readonly questions: typeof QUESTIONS;
  readonly commands: typeof COMMANDS_TEXTS;
  readonly progress: typeof PROGRESS;
  readonly columnHelp: typeof COLUMN_HELP;
  readonly commandHelp: typeof COMMAND_HELP;
  readonly help: typeof HELP;
  readonly flags: typeof FLAGS;
  readonly settings: typeof SETTINGS_TEXTS;
  readonly run: typeof RUN;
  readonly cells: typeof CELLS;
  readonly shared: typeof SHARED;
  readonly columns: typeof COLUMN_TEXTS;
  readonly rows: typeof ROWS;
  readonly steps: typeof STEPS;
  readonly header: typeof HEADER;
  readonly files: typeof FILES;
  readonly intake: typeof INTAKE;
  readonly plan: typeof PLAN;
  readonly workers: typeof WORKERS;
  readonly sharedLedger: typeof SHARED_LEDGER;
};

type Chosen = { readonly language: Language; readonly catalogue: Catalogue | undefined };

const ENGLISH: Chosen = { language: 'en', catalogue: undefined };

let current = ENGLISH;

/**
 * Chooses the language of every text from now on. The main command does so before it reads anything. English is
 * loaded topic by topic, by the module that needs the topic; another language is loaded here, as a whole.
 */
export async function chooseLanguage(language: Language): Promise<void> {
  if (language !== current.language) current = { language, catalogue: await catalogueOf(language) };
}

export function chosenLanguage(): Language {
  return current.language;
}

/**
 * The reader of one topic: gives its texts in the chosen language. Call the reader where a message is made, never when
 * a module is loaded: at that time the language is not chosen yet.
 */
export function topic<Name extends keyof Catalogue>(name: Name, english: Catalogue[Name]): () => Catalogue[Name] {
  return () => current.catalogue?.[name] ?? english;
}

/**
 * What `make` says in English, for what stays English in every language: the log. In English, `made` is the same already.
 */
export function inEnglish<T>(made: T, make: () => T): T {
  if (current.catalogue === undefined) return made;
  const chosen = current;
  current = ENGLISH;
  try {
    return make();
  } finally {
    current = chosen;
  }
}

async function catalogueOf(language: Language): Promise<Catalogue | undefined> {
  switch (language) {
    case 'en':
      return undefined;
    case 'zh-Hans':
      return (await import('./zh-hans/catalogue.ts')).CATALOGUE;
    case 'zh-Hant':
      return (await import('./zh-hant/catalogue.ts')).CATALOGUE;
  }
}
