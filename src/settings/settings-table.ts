import { CONNECTION_SETTINGS } from './connection-settings.ts';
import {
  amount,
  anyText,
  count,
  duration,
  language,
  listOf,
  maxErrors,
  occasion,
  oneOf,
  pair,
  type Reader,
  rate,
  readValue,
  rowNumbers,
  timeOfDay,
  timeZone,
  toggle,
} from './readers.ts';
import { COMMAND_NAMES, type CommandName, type Setting } from './setting.ts';

/** Reader, commands, and what else is to be said of a setting; one function for each group of --help. */
const what = inGroup('what');
const where = inGroup('where');
const safety = inGroup('safety');
const speed = inGroup('speed');
const output = inGroup('output');

const RUNNING = ['import', 'topup', 'export'] as const;
const WITH_FILE = [...RUNNING, 'validate'] as const;
/** Those that read a file of rows, and `map`, which reads its header. */
const READING = [...WITH_FILE, 'map'] as const;
const CALLING = [...RUNNING, 'resume'] as const;
/** Those that call, and those that call a little. */
const ASKING = [...CALLING, 'resolve', 'undo', 'doctor'] as const;
/** Those that end with an HTML report. */
const RUNS_THAT_REPORT = [...CALLING, 'undo'] as const;
const NO_FLAG = [] as const;

const KEPT = { keptAs: 'run' } as const;
/** Says what a run does and to whom: the next run with its corrected result needs the same. */
const KEPT_AND_REPEATED = { keptAs: 'run', isRepeated: true } as const;
const CONTROL = { keptAs: 'control' } as const;

/**
 * Every setting there is, by its name in the config file; `kybio.` and `wonder.` are facts of a vendor that its
 * documents leave open. The parser of the command line, the reader of the config file, --help and the tables of
 * the manual are made from this table.
 */
export const SETTINGS = {
  // What a run does
  to: {
    about: '<target> kybio, wonder, or kybio,wonder',
    ...what(listOf(oneOf('kybio', 'wonder'), 1), ['import'], { ...KEPT_AND_REPEATED, standard: 'kybio' }),
  },
  from: {
    about: '<vendor> kybio or wonder',
    ...what(oneOf('kybio', 'wonder'), ['export'], { ...KEPT_AND_REPEATED, standard: 'kybio' }),
  },
  as: {
    about: '<kind> members, customers, topup or lookups (default: by the header, where that is sure)',
    ...what(oneOf('members', 'customers', 'topup', 'lookups'), ['validate', 'map'], {
      ...KEPT_AND_REPEATED,
      only: 'typed',
    }),
  },
  mode: {
    about: '<mode> upsert, create (no lookups: half the calls) or update',
    ...what(oneOf('upsert', 'create', 'update'), ['import'], { ...KEPT_AND_REPEATED, standard: 'upsert' }),
  },
  all: {
    about: 'export: everybody, without a file; resume: every unfinished run, oldest first',
    ...what(toggle, ['export', 'resume']),
  },
  columns: {
    about: '<a,b,c> the fields to export, in this order (default: all)',
    ...what(listOf(anyText, 1), ['export'], KEPT_AND_REPEATED),
  },
  changeCategory: {
    about: 'change the category of existing members too, 100 members a call',
    ...what(toggle, ['import'], KEPT_AND_REPEATED),
  },
  campaign: {
    about: '<name> credit each member once for this campaign, for ever',
    ...what(occasion, ['topup'], KEPT_AND_REPEATED),
  },
  dryRun: {
    about: 'read but never write; say what would be sent and what it costs',
    ...what(toggle, [...RUNNING, 'undo'], { alias: 'n' }),
  },
  row: {
    about: '<n> the row, as result_row counts; several as 3,7, or all (undo: all, if left out)',
    ...what(rowNumbers, ['resolve', 'undo'], { only: 'typed', isRepeated: true }),
  },
  verdict: {
    about: '<verdict> applied or not-applied: what you found out about the row; no calls',
    ...what(oneOf('applied', 'not-applied'), ['resolve'], { flag: 'as', only: 'typed' }),
  },
  resend: {
    about: 'send the row again, or without --row all that were decided not-applied',
    ...what(toggle, ['resolve'], { only: 'typed' }),
  },
  settle: {
    about: 'look at the members of the rows in doubt once more (at most 2 calls a row)',
    ...what(toggle, ['resolve'], { only: 'typed' }),
  },
  olderThan: {
    about: '<time> with prune: drop runs that ended so long ago',
    ...what(duration('36500d'), ['runs'], { standard: '90d' }),
  },
  probeRepeat: {
    about:
      '<number> send this member an increment of nothing twice: does the account refuse the second? (4 or 6 calls)',
    ...what(anyText, ['doctor'], { only: 'typed' }),
  },
  for: {
    about: '<scheduler> cron, systemd or windows (default: all)',
    ...what(oneOf('cron', 'systemd', 'windows'), ['schedule']),
  },
  at: {
    about: "<HH:mm> time of day in the quota's zone",
    ...what(timeOfDay, ['schedule'], { standard: '00:10' }),
  },
  port: {
    about: '<n> port on 127.0.0.1; 0: a free one',
    ...what(count(0, 65_535), ['sandbox'], { standard: '0' }),
  },
  set: {
    about: '<name=value> turn a switch of the sandbox, e.g. notFound=error2015 fault.cutAfter=5%',
    ...what(listOf(pair, 1), ['sandbox'], { only: 'typed' }),
  },

  // How the file is read
  encoding: {
    about: '<name> encoding of the file, e.g. gb18030, big5 (default: found, and said)',
    ...what(anyText, READING, KEPT),
  },
  delimiter: {
    about: '<char> cell delimiter (default: found by looking at the first rows): , ; | or tab',
    ...what(anyText, READING, KEPT_AND_REPEATED),
  },
  headerRow: {
    about: '<n> the row that holds the header (default: found; title rows above it are left out)',
    ...what(count(1, 1000), READING, KEPT),
  },
  sheet: {
    about: '<name> the sheet of a workbook (default: the first)',
    ...what(anyText, READING, KEPT),
  },
  map: {
    about: '<file> JSON file that renames headers: {"columns": {"Card #": "number"}}',
    ...what(anyText, WITH_FILE, KEPT_AND_REPEATED),
  },
  dateFormat: {
    about: '<pattern> how dates are written, e.g. dd/MM/yyyy (default: yyyy-MM-dd or yyyy/MM/dd)',
    ...what(anyText, WITH_FILE, KEPT_AND_REPEATED),
  },
  country: {
    about: '<code> country of phone numbers without a country code (Wonder), e.g. HK',
    ...what(anyText, WITH_FILE, KEPT_AND_REPEATED),
  },
  timeZone: {
    about: "<zone> the store's time zone",
    ...what(timeZone, [...RUNNING, 'doctor'], { ...KEPT_AND_REPEATED, standard: 'Asia/Shanghai' }),
  },
  trustRoundIds: {
    about: 'take ids that end in zeros for real ids',
    ...what(toggle, NO_FLAG, KEPT),
  },

  // Where
  sandbox: {
    about: 'use the embedded sandbox instead of the vendor; no settings needed',
    ...where(toggle, ASKING, { isRepeated: true, only: 'typed' }),
  },
  store: {
    about: '<name> the settings of this store in the config file',
    ...where(anyText, [...ASKING, 'init'], { isRepeated: true }),
  },
  config: {
    about: '<file> settings file (default: memberload.config.json in this folder)',
    ...where(anyText, COMMAND_NAMES, { isRepeated: true, only: 'typed' }),
  },

  // Safety
  onDuplicate: {
    about: '<what> a member given twice in a file: reject or allow',
    ...safety(oneOf('reject', 'allow'), WITH_FILE, { ...KEPT_AND_REPEATED, standard: 'reject', only: 'typed' }),
  },
  skipInvalid: {
    about: 'top up the valid rows although others are invalid',
    ...safety(toggle, ['topup'], { ...KEPT, only: 'typed' }),
  },
  skipCredited: {
    about: 'skip rows that were credited before, instead of refusing the file',
    ...safety(toggle, ['topup'], { ...KEPT, only: 'typed' }),
  },
  again: {
    about: 'credit the same rows once more, whatever was credited before',
    ...safety(toggle, ['topup', 'resolve'], { ...KEPT, only: 'typed' }),
  },
  repeatWindow: {
    about: '<time> so long the same amounts for the same member are taken for the same credit',
    ...safety(duration('3650d'), ['topup'], { ...KEPT, standard: '35d', only: 'typed' }),
  },
  readBefore: {
    about: 'read each member before the credit, so that a lost answer leaves evidence (1 call a row more)',
    ...safety(toggle, ['topup'], KEPT),
  },
  ignoreResults: {
    about: 'take the rows of a result file as plain input: its result_ columns are not read',
    ...safety(toggle, WITH_FILE, { ...KEPT, only: 'typed' }),
  },
  expectRows: {
    about: '<n> refuse the file unless it has n rows to credit (exit 3)',
    ...safety(count(0, 1e9), ['topup']),
  },
  expectPoints: {
    about: '<x> refuse the file unless its points add up to x (exit 3)',
    ...safety(amount, ['topup']),
  },
  expectBalance: {
    about: '<x> refuse the file unless its balances add up to x (exit 3)',
    ...safety(amount, ['topup']),
  },
  maxErrors: {
    about: '<n|n%> stop when more than so many rows went wrong (exit 5; default: never)',
    ...safety(maxErrors, [...CALLING, 'undo'], { keptAs: 'control' }),
  },
  acceptLedger: {
    about: 'take a ledger that was put back for the newest, after having looked',
    ...safety(toggle, ['doctor'], { only: 'typed' }),
  },
  acceptFailover: {
    about: 'with status: go on with the copy of the shared ledger that has taken over, after having looked',
    ...safety(toggle, ['ledger'], { only: 'typed' }),
  },
  yes: {
    about: 'do not ask; replaces nothing',
    ...safety(toggle, [...READING, 'resolve', 'undo', 'doctor', 'ledger'], { alias: 'y', only: 'typed' }),
  },
  quietWindow: {
    about: 'so long after its deadline an unanswered top-up may still be applied: settling waits for it',
    ...safety(duration('1h'), NO_FLAG, { keptAs: 'control', standard: '60s' }),
  },
  ledgerRequired: {
    about: 'refuse to work without a shared ledger (MEMBERLOAD_LEDGER_URL)',
    ...safety(toggle, NO_FLAG),
  },
  ledgerMayLoseCommits: {
    about: 'the server of the shared ledger may forget its newest commits, and a credit may then be given twice',
    ...safety(toggle, NO_FLAG),
  },
  repeatAgeMax: {
    about: 'an unanswered top-up that is older is not sent again without a read that decides',
    ...safety(duration('7d'), NO_FLAG, { keptAs: 'control', standard: '10m' }),
  },

  // Speed
  rate: {
    about: '<calls> at most so many calls: 5/s, 100/m, unlimited',
    ...speed(rate, ASKING, { ...CONTROL, standard: '5/s' }),
  },
  concurrency: {
    about: '<n> calls under way at a time',
    ...speed(count(1, 256), [...CALLING, 'undo'], { ...CONTROL, standard: '4' }),
  },
  timeout: {
    about: '<time> how long a call may take: 30s, 500ms, 2m',
    ...speed(duration('10m'), ASKING, { ...CONTROL, standard: '30s' }),
  },
  dailyQuota: {
    about: '<n> calls that the appId may make a day, over all runs; then the run pauses (exit 6)',
    ...speed(count(0, 1e9), ASKING, CONTROL),
  },
  reserve: {
    about: '<n> of these, calls to leave to others',
    ...speed(count(0, 1e9), ASKING, { ...CONTROL, standard: '0' }),
  },
  wait: {
    about: "at the end of the day's calls sleep until they are back, instead of pausing",
    ...speed(toggle, [...CALLING, 'undo'], CONTROL),
  },
  lookup: {
    about: '<way> how existing records are found: auto, pages or rows',
    ...speed(oneOf('auto', 'pages', 'rows'), RUNNING, { ...KEPT, standard: 'auto' }),
  },
  snapshotMaxAge: {
    about: '<time> let this command and the next share what was read by pages for so long, e.g. 12h (0s: not at all)',
    ...speed(duration('7d'), RUNNING, { keptAs: 'control', standard: '0s' }),
  },

  // Output
  output: {
    about:
      '<file> the result file; - for standard output, .xlsx for a workbook (default: beside the input, <input>.result.csv, of a workbook <input>.result.xlsx; validate: <input>.checked.csv; map: <input>.map.json; report: <input>.report.html; undo: undo-<run>.result.csv; export --all: <vendor>-export.csv)',
    ...output(anyText, [...READING, 'resume', 'undo', 'result', 'report', 'template'], { alias: 'o' }),
  },
  overwrite: {
    about: 'replace a result or mapping file that is there',
    ...output(toggle, [...READING, 'resume', 'undo', 'result']),
  },
  raw: {
    about: 'write and read cells as they are, without guarding spreadsheets against formulas',
    ...output(toggle, WITH_FILE, KEPT_AND_REPEATED),
  },
  excel: {
    about: 'write the result so that a double click in Excel keeps every digit',
    ...output(toggle, [...WITH_FILE, 'undo'], KEPT),
  },
  noReport: {
    about: 'write no HTML report beside the result',
    ...output(toggle, RUNS_THAT_REPORT, CONTROL),
  },
  showPersonal: {
    about: 'do not mask names, phones and the like in the HTML report',
    ...output(toggle, [...RUNS_THAT_REPORT, 'report']),
  },
  lang: {
    about: "<language> of the HTML report: en, zh-Hans or zh-Hant (default: the system's)",
    ...output(language, [...RUNS_THAT_REPORT, 'report']),
  },
  json: {
    about: 'print one JSON document on stdout',
    ...output(toggle, COMMAND_NAMES),
  },
  quiet: {
    about: 'no progress and no messages but errors',
    ...output(toggle, COMMAND_NAMES, { alias: 'q' }),
  },
  noColor: {
    about: 'no colours',
    ...output(toggle, COMMAND_NAMES),
  },
  log: {
    about: '<file> append a line of JSON for each call to the vendor: what its support asks for',
    ...output(anyText, ASKING),
  },
  logBodies: {
    about: 'with --log: what was sent and answered too; names, phones and the like are masked',
    ...output(toggle, ASKING),
  },
  ...CONNECTION_SETTINGS,
} as const satisfies Readonly<Record<string, Setting>>;

export type SettingName = keyof typeof SETTINGS;
type ValueOf<R> = R extends Reader<infer T> ? T : never;
/** What the setting's reader gives; undefined only where the table has no standard. */
export type SettingValue<N extends SettingName> =
  | ValueOf<(typeof SETTINGS)[N]['reader']>
  | ((typeof SETTINGS)[N] extends { standard: string } | { reader: Reader<boolean> } ? never : undefined);

export const SETTING_NAMES = Object.keys(SETTINGS) as SettingName[];

export function isSettingName(name: string): name is SettingName {
  return Object.hasOwn(SETTINGS, name);
}

/** What counts when nothing is set; undefined only where the table has none. */
export function standardOf<N extends SettingName>(name: N): SettingValue<N> {
  const { reader, standard = reader.shape === 'switch' ? 'false' : undefined } = settingOf(name);
  // The table gives both the reader and the type of its values.
  return (standard === undefined ? undefined : readValue(reader, name, standard)) as SettingValue<N>;
}

export function settingOf(name: SettingName): Setting {
  return SETTINGS[name];
}

/** `<n> calls under way` → how the flag's value is written, and the rest. */
export function describeSetting(name: SettingName): { readonly value: string; readonly about: string } {
  const [, value = '', about = ''] = /^(?:<(.+?)> )?(.*)$/s.exec(settingOf(name).about) ?? [];
  return { value, about };
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

function inGroup<const G extends Setting['group']>(group: G) {
  // A tuple, since TypeScript would take the type of an object that is left out from where the result goes.
  return <T, const C extends readonly CommandName[], const M extends readonly [] | readonly [object]>(
    reader: Reader<T>,
    commands: C,
    ...[more]: M
  ) =>
    ({ reader, commands, group, ...more }) as { reader: Reader<T>; commands: C; group: G } & (M extends readonly [
      infer O,
    ]
      ? O
      : unknown);
}
