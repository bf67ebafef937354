import { CONNECTION_SETTINGS } from './connection-settings.ts';
import {
  amount,
  anyText,
  count,
  duration,
  listOf,
  maxErrors,
  oneOf,
  pair,
  type Reader,
  rate,
  timeOfDay,
  timeZone,
  toggle,
} from './readers.ts';
import { COMMAND_NAMES, type CommandName, type Setting } from './setting.ts';

const RUNNING = ['import', 'topup', 'export'] as const;
const WITH_FILE = [...RUNNING, 'validate'] as const;
const CALLING = [...RUNNING, 'resume'] as const;
/** Those that call, and those that call a little. */
const ASKING = [...CALLING, 'resolve', 'doctor'] as const;
const NOT_A_FLAG = [] as const;

const KEPT = { keptAs: 'run' } as const;
/** Says what a run does and to whom: the next run with its corrected result needs the same. */
const KEPT_AND_REPEATED = { keptAs: 'run', isRepeated: true } as const;
const CONTROL = { keptAs: 'control', group: 'speed' } as const;

/**
 * Every setting there is, by its name in the config file; `kybio.` and `wonder.` are facts of a vendor that its
 * documents leave open. The parser of the command line, the reader of the config file, --help and the tables of
 * the manual are made from this table.
 */
export const SETTINGS = {
  // What a run does
  to: {
    ...flag(listOf(oneOf('kybio', 'wonder'), 1), 'target', ['import'], 'what', 'kybio, wonder, or kybio,wonder'),
    ...KEPT_AND_REPEATED,
    standard: 'kybio',
  },
  from: {
    ...flag(oneOf('kybio', 'wonder'), 'vendor', ['export'], 'what', 'kybio or wonder'),
    ...KEPT_AND_REPEATED,
    standard: 'kybio',
  },
  as: {
    ...flag(
      oneOf('members', 'customers', 'topup', 'lookups'),
      'kind',
      ['validate'],
      'what',
      'members, customers, topup or lookups (default: by the header, where that is sure)',
    ),
    ...KEPT_AND_REPEATED,
    only: 'typed',
  },
  mode: {
    ...flag(
      oneOf('upsert', 'create', 'update'),
      'mode',
      ['import'],
      'what',
      'upsert, create (no lookups: half the calls) or update',
    ),
    ...KEPT_AND_REPEATED,
    standard: 'upsert',
  },
  all: {
    ...flip(
      ['export', 'resume'],
      'what',
      'export: everybody, without a file; resume: every unfinished run, oldest first',
    ),
  },
  columns: {
    ...flag(listOf(anyText, 1), 'a,b,c', ['export'], 'what', 'the fields to export, in this order (default: all)'),
    ...KEPT_AND_REPEATED,
  },
  changeCategory: {
    ...flip(['import'], 'what', 'change the category of existing members too, 100 members a call'),
    ...KEPT_AND_REPEATED,
  },
  campaign: {
    ...flag(anyText, 'name', ['topup'], 'what', 'credit each member once for this campaign, for ever'),
    ...KEPT_AND_REPEATED,
  },
  dryRun: {
    ...flip(RUNNING, 'what', 'read but never write; say what would be sent and what it costs'),
    alias: 'n',
  },
  row: {
    ...flag(
      listOf(count(1, 1e9), 1),
      'n',
      ['resolve'],
      'what',
      'the row in doubt, as result_row counts; several as 3,7',
    ),
    only: 'typed',
  },
  verdict: {
    ...flag(
      oneOf('applied', 'not-applied'),
      'verdict',
      ['resolve'],
      'what',
      'applied or not-applied: what you found out about the row; no calls',
    ),
    flag: 'as',
    only: 'typed',
  },
  resend: {
    ...flip(['resolve'], 'what', 'send the row again, or without --row all that were decided not-applied'),
    only: 'typed',
  },
  settle: {
    ...flip(['resolve'], 'what', 'look at the members of the rows in doubt once more (at most 2 calls a row)'),
    only: 'typed',
  },
  olderThan: {
    ...flag(duration('36500d'), 'time', ['runs'], 'what', 'with prune: drop runs that ended so long ago'),
    standard: '90d',
  },
  probeRepeat: {
    ...flag(
      anyText,
      'number',
      ['doctor'],
      'what',
      'send this member an increment of nothing twice: does the account refuse the second? (4 or 6 calls)',
    ),
    only: 'typed',
  },
  for: {
    ...flag(
      oneOf('cron', 'systemd', 'windows'),
      'scheduler',
      ['schedule'],
      'what',
      'cron, systemd or windows (default: all)',
    ),
  },
  at: {
    ...flag(timeOfDay, 'HH:mm', ['schedule'], 'what', "time of day in the quota's zone"),
    standard: '00:10',
  },
  port: {
    ...flag(count(0, 65_535), 'n', ['sandbox'], 'what', 'port on 127.0.0.1; 0: a free one'),
    standard: '0',
  },
  set: {
    ...flag(
      listOf(pair, 1),
      'name=value',
      ['sandbox'],
      'what',
      'turn a switch of the sandbox, e.g. notFound=error2015 fault.cutAfter=5%',
    ),
    only: 'typed',
  },

  // How the file is read
  encoding: {
    ...flag(
      anyText,
      'name',
      WITH_FILE,
      'what',
      'encoding of the file (default: by its byte order mark, else utf-8), e.g. gb18030, big5',
    ),
    ...KEPT,
  },
  delimiter: {
    ...flag(anyText, 'char', WITH_FILE, 'what', 'cell delimiter (default: by the header line): , ; | or tab'),
    ...KEPT_AND_REPEATED,
  },
  headerRow: {
    ...flag(count(1, 1000), 'n', WITH_FILE, 'what', 'the row that holds the header (default: the first)'),
    ...KEPT,
  },
  sheet: { ...flag(anyText, 'name', WITH_FILE, 'what', 'the sheet of a workbook'), ...KEPT },
  map: {
    ...flag(anyText, 'file', WITH_FILE, 'what', 'JSON file that renames headers: {"columns": {"Card #": "number"}}'),
    ...KEPT_AND_REPEATED,
  },
  dateFormat: {
    ...flag(
      anyText,
      'pattern',
      WITH_FILE,
      'what',
      'how dates are written, e.g. dd/MM/yyyy (default: yyyy-MM-dd or yyyy/MM/dd)',
    ),
    ...KEPT_AND_REPEATED,
  },
  country: {
    ...flag(anyText, 'code', WITH_FILE, 'what', 'country of phone numbers without a country code (Wonder), e.g. HK'),
    ...KEPT_AND_REPEATED,
  },
  timeZone: {
    ...flag(timeZone, 'zone', [...CALLING, 'doctor'], 'what', "the store's time zone"),
    ...KEPT_AND_REPEATED,
    standard: 'Asia/Shanghai',
  },
  trustRoundIds: {
    reader: toggle,
    standard: 'false',
    commands: NOT_A_FLAG,
    group: 'what',
    about: 'take ids that end in zeros for real ids',
    ...KEPT,
  },

  // Where
  sandbox: {
    ...flip([...CALLING, 'doctor'], 'where', 'use the embedded sandbox instead of the vendor; no settings needed'),
    isRepeated: true,
    only: 'typed',
  },
  store: {
    ...flag(anyText, 'name', ASKING, 'where', 'the settings of this store in the config file'),
    isRepeated: true,
  },
  config: {
    ...flag(anyText, 'file', COMMAND_NAMES, 'where', 'settings file (default: memberload.config.json in this folder)'),
    isRepeated: true,
    only: 'typed',
  },

  // Safety
  onDuplicate: {
    ...flag(oneOf('reject', 'allow'), 'what', WITH_FILE, 'safety', 'a member given twice in a file: reject or allow'),
    ...KEPT_AND_REPEATED,
    standard: 'reject',
    only: 'typed',
  },
  skipInvalid: {
    ...flip(['topup'], 'safety', 'top up the valid rows although others are invalid'),
    ...KEPT,
    only: 'typed',
  },
  skipCredited: {
    ...flip(['topup'], 'safety', 'skip rows that were credited before, instead of refusing the file'),
    ...KEPT,
    only: 'typed',
  },
  again: {
    ...flip(['topup', 'resolve'], 'safety', 'credit the same rows once more, whatever was credited before'),
    ...KEPT,
    only: 'typed',
  },
  repeatWindow: {
    ...flag(
      duration('3650d'),
      'time',
      ['topup'],
      'safety',
      'so long the same amounts for the same member are taken for the same credit',
    ),
    ...KEPT,
    standard: '35d',
    only: 'typed',
  },
  readBefore: {
    ...flip(
      ['topup'],
      'safety',
      'read each member before the credit, so that a lost answer leaves evidence (1 call a row more)',
    ),
    ...KEPT,
  },
  ignoreResults: {
    ...flip(WITH_FILE, 'safety', 'take the rows of a result file as plain input: its result_ columns are not read'),
    ...KEPT,
    only: 'typed',
  },
  expectRows: {
    ...flag(count(0, 1e9), 'n', ['topup'], 'safety', 'refuse the file unless it has n rows to credit (exit 3)'),
  },
  expectPoints: {
    ...flag(amount, 'x', ['topup'], 'safety', 'refuse the file unless its points add up to x (exit 3)'),
  },
  expectBalance: {
    ...flag(amount, 'x', ['topup'], 'safety', 'refuse the file unless its balances add up to x (exit 3)'),
  },
  maxErrors: {
    ...flag(maxErrors, 'n|n%', CALLING, 'safety', 'stop after so many rows went wrong (exit 5; default: never)'),
    keptAs: 'control',
  },
  acceptLedger: {
    ...flip(['doctor'], 'safety', 'take a ledger that was put back for the newest, after having looked'),
    only: 'typed',
  },
  yes: {
    ...flip([...WITH_FILE, 'resolve', 'doctor'], 'safety', 'do not ask; replaces nothing'),
    alias: 'y',
    only: 'typed',
  },
  quietWindow: {
    reader: duration('1h'),
    standard: '60s',
    commands: NOT_A_FLAG,
    group: 'safety',
    keptAs: 'control',
    about: 'so long after its deadline an unanswered top-up may still be applied: settling waits for it',
  },
  repeatAgeMax: {
    reader: duration('7d'),
    standard: '10m',
    commands: NOT_A_FLAG,
    group: 'safety',
    keptAs: 'control',
    about: 'an unanswered top-up that is older is not sent again without a read that decides',
  },

  // Speed
  rate: {
    ...flag(rate, 'calls', ASKING, 'speed', 'at most so many calls: 5/s, 100/m, unlimited'),
    ...CONTROL,
    standard: '5/s',
  },
  concurrency: {
    ...flag(count(1, 256), 'n', CALLING, 'speed', 'calls under way at a time'),
    ...CONTROL,
    standard: '4',
  },
  timeout: {
    ...flag(duration('10m'), 'time', ASKING, 'speed', 'how long a call may take: 30s, 500ms, 2m'),
    ...CONTROL,
    standard: '30s',
  },
  dailyQuota: {
    ...flag(
      count(0, 1e9),
      'n',
      ASKING,
      'speed',
      'calls that the appId may make a day, over all runs; then the run pauses (exit 6)',
    ),
    ...CONTROL,
  },
  reserve: {
    ...flag(count(0, 1e9), 'n', ASKING, 'speed', 'of these, calls to leave to others'),
    ...CONTROL,
    standard: '0',
  },
  wait: {
    ...flip(CALLING, 'speed', "at the end of the day's calls sleep until they are back, instead of pausing"),
    ...CONTROL,
  },
  lookup: {
    ...flag(
      oneOf('auto', 'pages', 'rows'),
      'way',
      RUNNING,
      'speed',
      'how existing records are found: auto, pages or rows',
    ),
    ...KEPT,
    standard: 'auto',
  },
  snapshotMaxAge: {
    ...flag(
      duration('7d'),
      'time',
      RUNNING,
      'speed',
      'let this command and the next share what was read by pages for so long, e.g. 12h (0s: not at all)',
    ),
    keptAs: 'control',
    standard: '0s',
  },

  // Output
  output: {
    ...flag(
      anyText,
      'file',
      [...WITH_FILE, 'resume'],
      'output',
      'the result file (default: <input>.result.csv beside the input; validate: <input>.checked.csv)',
    ),
    alias: 'o',
  },
  overwrite: { ...flip([...WITH_FILE, 'resume'], 'output', 'replace a result file that is there') },
  raw: {
    ...flip(WITH_FILE, 'output', 'write and read cells as they are, without guarding spreadsheets against formulas'),
    ...KEPT_AND_REPEATED,
  },
  excel: {
    ...flip(WITH_FILE, 'output', 'write the result so that a double click in Excel keeps every digit'),
    ...KEPT,
  },
  json: flip(COMMAND_NAMES, 'output', 'print one JSON document on stdout'),
  log: flag(anyText, 'file', ASKING, 'output', 'append a line of JSON for each call: what a support asks for'),
  logBodies: flip(
    ASKING,
    'output',
    'with --log: what was sent and answered too, with names, phones and the like masked',
  ),
  quiet: { ...flip(COMMAND_NAMES, 'output', 'no progress and no messages but errors'), alias: 'q' },
  noColor: flip(COMMAND_NAMES, 'output', 'no colours'),
  ...CONNECTION_SETTINGS,
} as const satisfies Readonly<Record<string, Setting>>;

export type SettingName = keyof typeof SETTINGS;
type ValueOf<R> = R extends Reader<infer T> ? T : never;
/** What the setting's reader gives; undefined only where the table has no standard. */
export type SettingValue<N extends SettingName> =
  | ValueOf<(typeof SETTINGS)[N]['reader']>
  | ((typeof SETTINGS)[N] extends { standard: string } ? never : undefined);

export const SETTING_NAMES = Object.keys(SETTINGS) as SettingName[];

export function isSettingName(name: string): name is SettingName {
  return Object.hasOwn(SETTINGS, name);
}

export function settingOf(name: SettingName): Setting {
  return SETTINGS[name];
}

/** `dailyQuota` → `daily-quota`: what is typed after the two dashes. */
export function flagName(name: SettingName): string {
  return settingOf(name).flag ?? name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** The settings that a command takes as flags; all flags without a command. */
export function flagsOf(command?: CommandName): readonly SettingName[] {
  return SETTING_NAMES.filter((name) => {
    const { commands } = settingOf(name);
    return command === undefined ? commands.length > 0 : commands.includes(command);
  });
}

function flag<T, const C extends readonly CommandName[], G extends Setting['group']>(
  reader: Reader<T>,
  value: string,
  commands: C,
  group: G,
  about: string,
) {
  return { reader, value, commands, group, about };
}

function flip<const C extends readonly CommandName[], G extends Setting['group']>(
  commands: C,
  group: G,
  about: string,
) {
  return { reader: toggle, standard: 'false', commands, group, about } as const;
}
