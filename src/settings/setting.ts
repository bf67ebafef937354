import type { Reader } from './readers.ts';

export const COMMAND_NAMES = [
  'import',
  'topup',
  'export',
  'validate',
  'resume',
  'runs',
  'resolve',
  'undo',
  'report',
  'doctor',
  'ledger',
  'result',
  'worker',
  'schedule',
  'sandbox',
  'map',
  'init',
  'template',
  'completion',
] as const;
export type CommandName = (typeof COMMAND_NAMES)[number];

export const GROUPS = ['what', 'where', 'safety', 'speed', 'output'] as const;

export type Setting = {
  readonly reader: Reader<unknown>;
  /** Counts when nothing is set, written as the setting is typed. A switch is off. */
  readonly standard?: string;
  /** For the manual. Only of a fact of a vendor: what every other setting does stands in texts/cli/flags.ts. */
  readonly about?: string;
  readonly group: (typeof GROUPS)[number];
  /** The commands that take it as a flag; none: there is no flag. */
  readonly commands: readonly CommandName[];
  readonly alias?: string;
  /** The flag's name, where it is not the setting's own name with dashes. */
  readonly flag?: string;
  /**
   * `typed`: the setting can let money move twice, or answers a question, or belongs to one command line alone.
   * The config file cannot give it: switched on there once, it would be on in every later run, unseen.
   */
  readonly only?: 'typed' | 'environment';
  readonly environment?: string;
  /** Each store of the config file has its own. */
  readonly isOfStore?: true;
  /** Belongs on the command line of the next run with the corrected result file. */
  readonly isRepeated?: true;
};
