import { flagTexts } from '../texts/cli/flags.ts';
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
/** Those that several processes can carry on. */
const SHAREABLE = ['import', 'topup'] as const;
/** Those that end with an HTML report. */
const RUNS_THAT_REPORT = [...CALLING, 'undo'] as const;
const NO_FLAG = [] as const;

/** Says what a run does and to whom: the next run with its corrected result needs the same. */
const REPEATED = { isRepeated: true } as const;

/**
 * Every setting there is, by its name in the config file; `kybio.` and `wonder.` are facts of a vendor that its
 * documents leave open. The parser of the command line, the reader of the config file, --help and the tables of
 * the manual are made from this table.
 */
export const SETTINGS = {
  // What a run does
  to: what(listOf(oneOf('kybio', 'wonder'), 1), ['import'], { ...REPEATED, standard: 'kybio' }),
  from: what(oneOf('kybio', 'wonder'), ['export'], { ...REPEATED, standard: 'kybio' }),
  as: what(oneOf('members', 'customers', 'topup', 'lookups'), ['validate', 'map'], { ...REPEATED, only: 'typed' }),
  mode: what(oneOf('upsert', 'create', 'update'), ['import'], { ...REPEATED, standard: 'upsert' }),
  all: what(toggle, ['export', 'resume']),
  columns: what(listOf(anyText, 1), ['export'], REPEATED),
  changeCategory: what(toggle, ['import'], REPEATED),
  campaign: what(occasion, ['topup'], REPEATED),
  dryRun: what(toggle, [...RUNNING, 'undo'], { alias: 'n' }),
  detach: what(toggle, SHAREABLE, { only: 'typed' }),
  workOn: what(anyText, ['worker'], { flag: 'run', only: 'typed' }),
  row: what(rowNumbers, ['resolve', 'undo'], { only: 'typed', isRepeated: true }),
  verdict: what(oneOf('applied', 'not-applied'), ['resolve'], { flag: 'as', only: 'typed' }),
  resend: what(toggle, ['resolve'], { only: 'typed' }),
  settle: what(toggle, ['resolve'], { only: 'typed' }),
  olderThan: what(duration('36500d', 0, '90d'), ['runs'], { standard: '90d' }),
  probeRepeat: what(anyText, ['doctor'], { only: 'typed' }),
  for: what(oneOf('cron', 'systemd', 'windows'), ['schedule']),
  at: what(timeOfDay, ['schedule'], { standard: '00:10' }),
  port: what(count(0, 65_535), ['sandbox'], { standard: '0' }),
  set: what(listOf(pair, 1), ['sandbox'], { only: 'typed' }),

  // How the file is read
  encoding: what(anyText, READING),
  delimiter: what(anyText, READING, REPEATED),
  headerRow: what(count(1, 1000), READING),
  sheet: what(anyText, READING),
  map: what(anyText, WITH_FILE, REPEATED),
  dateFormat: what(anyText, WITH_FILE, REPEATED),
  country: what(anyText, WITH_FILE, REPEATED),
  timeZone: what(timeZone, [...RUNNING, 'doctor', 'worker'], { ...REPEATED, standard: 'Asia/Shanghai' }),
  trustRoundIds: what(toggle, NO_FLAG),

  // Where
  sandbox: where(toggle, ASKING, { isRepeated: true, only: 'typed' }),
  store: where(anyText, [...ASKING, 'init'], { isRepeated: true }),
  stores: where(listOf(anyText, 1), ['worker']),
  config: where(anyText, COMMAND_NAMES, { isRepeated: true, only: 'typed' }),

  // Safety
  onDuplicate: safety(oneOf('reject', 'allow'), WITH_FILE, { ...REPEATED, standard: 'reject', only: 'typed' }),
  skipInvalid: safety(toggle, ['topup'], { only: 'typed' }),
  skipCredited: safety(toggle, ['topup'], { only: 'typed' }),
  again: safety(toggle, ['topup', 'resolve'], { only: 'typed' }),
  repeatWindow: safety(duration('3650d', 0, '35d'), ['topup'], { standard: '35d', only: 'typed' }),
  readBefore: safety(toggle, ['topup']),
  ignoreResults: safety(toggle, WITH_FILE, { only: 'typed' }),
  expectRows: safety(count(0, 1e9), ['topup']),
  expectPoints: safety(amount, ['topup']),
  expectBalance: safety(amount, ['topup']),
  maxErrors: safety(maxErrors, [...CALLING, 'undo']),
  acceptLedger: safety(toggle, ['doctor'], { only: 'typed' }),
  acceptFailover: safety(toggle, ['ledger'], { only: 'typed' }),
  yes: safety(toggle, [...READING, 'resolve', 'undo', 'doctor', 'ledger'], { alias: 'y', only: 'typed' }),
  quietWindow: safety(duration('1h'), NO_FLAG, { standard: '60s' }),
  ledgerRequired: safety(toggle, NO_FLAG),
  ledgerMayLoseCommits: safety(toggle, NO_FLAG),
  repeatAgeMax: safety(duration('7d'), NO_FLAG, { standard: '10m' }),

  // Speed
  rate: speed(rate, ASKING, { standard: '5/s' }),
  workers: speed(count(1, 64), SHAREABLE, { standard: '1', only: 'typed' }),
  runsAtOnce: speed(count(1, 64), ['worker'], { flag: 'runs', standard: '4' }),
  concurrency: speed(count(1, 256), [...CALLING, 'undo'], { standard: '4' }),
  timeout: speed(duration('10m', 1), ASKING, { standard: '30s' }),
  dailyQuota: speed(count(0, 1e9), ASKING),
  reserve: speed(count(0, 1e9), ASKING, { standard: '0' }),
  wait: speed(toggle, [...CALLING, 'undo']),
  lookup: speed(oneOf('auto', 'pages', 'rows'), RUNNING, { standard: 'auto' }),
  snapshotMaxAge: speed(duration('7d'), RUNNING, { standard: '0s' }),

  // Output
  output: output(anyText, [...READING, 'resume', 'undo', 'result', 'report', 'template'], { alias: 'o' }),
  overwrite: output(toggle, [...READING, 'resume', 'undo', 'result']),
  raw: output(toggle, WITH_FILE, REPEATED),
  excel: output(toggle, [...WITH_FILE, 'undo']),
  noReport: output(toggle, RUNS_THAT_REPORT),
  showPersonal: output(toggle, [...RUNS_THAT_REPORT, 'report']),
  lang: output(language, COMMAND_NAMES),
  json: output(toggle, COMMAND_NAMES),
  quiet: output(toggle, COMMAND_NAMES, { alias: 'q' }),
  noColor: output(toggle, COMMAND_NAMES),
  log: output(anyText, [...ASKING, 'worker']),
  logBodies: output(toggle, [...ASKING, 'worker']),
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

/** What the setting does, in the chosen language: `<n> calls under way` → how the flag's value is written, and the rest. */
export function describeSetting(name: SettingName): { readonly value: string; readonly about: string } {
  const [, value = '', about = ''] = /^(?:<(.+?)> )?(.*)$/s.exec(aboutOf(name)) ?? [];
  return { value, about };
}

function aboutOf(name: SettingName): string {
  const texts = flagTexts();
  return isDescribed(name, texts) ? texts[name] : (settingOf(name).about ?? '');
}

function isDescribed(name: string, texts: ReturnType<typeof flagTexts>): name is keyof typeof texts {
  return Object.hasOwn(texts, name);
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
