/** Which commands take a flag. */
export type CommandName =
  | 'import'
  | 'topup'
  | 'export'
  | 'validate'
  | 'resume'
  | 'runs'
  | 'resolve'
  | 'doctor'
  | 'schedule'
  | 'sandbox';

export type Flag = {
  /** As typed, without dashes; the config file takes it in camelCase. */
  readonly name: string;
  readonly alias?: string;
  readonly type: 'text' | 'switch' | 'list';
  /** How the value is written, for --help. */
  readonly value?: string;
  readonly about: string;
  readonly commands: readonly CommandName[];
  /** Lets money move twice, or answers a question: counts only as typed, and is an error in the config file. */
  readonly isTypedOnly?: true;
};

const FILE_COMMANDS = ['import', 'topup', 'export', 'validate'] as const;
const CALLING_COMMANDS = ['import', 'topup', 'export', 'resume'] as const;
const RUNNING_COMMANDS = ['import', 'topup', 'export'] as const;
/** Those that call, and those that call a little. */
const ASKING_COMMANDS = [...CALLING_COMMANDS, 'resolve', 'doctor'] as const;
const ALL_COMMANDS = [...FILE_COMMANDS, 'resume', 'runs', 'resolve', 'doctor', 'schedule', 'sandbox'] as const;

/** Kept out of the config file: switched on there once, they would be on in every later run, unseen. */
const TYPED_ONLY = [
  'again',
  'yes',
  'skip-invalid',
  'on-duplicate',
  'accept-ledger',
  'row',
  'as',
  'resend',
  'settle',
  'probe-repeat',
];

/** Every flag there is: --help, the config file's keys and the test of the README are made from this table. */
export const FLAGS: readonly Flag[] = [
  text('to', 'target', 'kybio (default), wonder, or kybio,wonder', ['import']),
  text('from', 'vendor', 'kybio (default) or wonder', ['export']),
  text('as', 'kind', 'members, customers, topup or lookups', ['validate']),
  text('mode', 'mode', 'upsert (default), create (no lookups: half the calls) or update', ['import']),
  toggle('all', 'export everybody instead of looking rows up', ['export']),
  text('columns', 'a,b,c', 'the fields to export, in this order (default: all)', ['export']),
  text(
    'output',
    'file',
    'the result file (default: <input>.result.csv beside the input); may replace a file',
    FILE_COMMANDS,
    'o',
  ),
  toggle('dry-run', 'read but never write; say what would be sent and what it costs', RUNNING_COMMANDS, 'n'),
  toggle('sandbox', 'use the embedded sandbox instead of the vendor; no settings needed', [
    ...CALLING_COMMANDS,
    'doctor',
  ]),
  text('store', 'name', 'the settings of this store in the config file', ASKING_COMMANDS),
  text('rate', 'calls', 'at most so many calls: 5/s (default), 100/m, unlimited', ASKING_COMMANDS),
  text('concurrency', 'n', 'calls under way at a time (default 4)', CALLING_COMMANDS),
  text('timeout', 'time', 'how long a call may take: 30s (default), 500ms, 2m', ASKING_COMMANDS),
  text(
    'daily-quota',
    'n',
    'calls that the appId may make a day, over all runs; then the run pauses (exit 6)',
    ASKING_COMMANDS,
  ),
  text('reserve', 'n', 'of these, calls to leave to others', ASKING_COMMANDS),
  toggle('wait', "at the end of the day's calls sleep until they are back, instead of pausing", CALLING_COMMANDS),
  text('lookup', 'way', 'how existing records are found: auto (default), pages or rows', RUNNING_COMMANDS),
  text(
    'snapshot-max-age',
    'time',
    'let this command and the next share what was read by pages for so long, e.g. 12h (default: not at all)',
    RUNNING_COMMANDS,
  ),
  toggle('change-category', 'change the category of existing members too, 100 members a call', ['import']),
  text('max-errors', 'n|n%', 'stop after so many rows went wrong (exit 5; default: never)', CALLING_COMMANDS),
  text('on-duplicate', 'what', 'a member given twice in a file: reject (default) or allow', FILE_COMMANDS),
  toggle('skip-invalid', 'top up the valid rows although others are invalid', ['topup']),
  text(
    'encoding',
    'name',
    'encoding of the file (default: by its byte order mark, else utf-8), e.g. gb18030, big5',
    FILE_COMMANDS,
  ),
  text('delimiter', 'char', 'cell delimiter (default: by the header line): , ; | or tab', FILE_COMMANDS),
  text('map', 'file', 'JSON file that renames headers: {"columns": {"Card #": "number"}}', FILE_COMMANDS),
  text(
    'date-format',
    'pattern',
    'how dates are written, e.g. dd/MM/yyyy (default: yyyy-MM-dd or yyyy/MM/dd)',
    FILE_COMMANDS,
  ),
  text('country', 'code', 'country of phone numbers without a country code (Wonder), e.g. HK', FILE_COMMANDS),
  text('time-zone', 'zone', "the store's time zone (default Asia/Shanghai)", [...CALLING_COMMANDS, 'doctor']),
  toggle('raw', 'write and read cells as they are, without guarding spreadsheets against formulas', FILE_COMMANDS),
  text('expect-rows', 'n', 'refuse the file unless it has n rows to credit (exit 3)', ['topup']),
  text('expect-points', 'x', 'refuse the file unless its points add up to x (exit 3)', ['topup']),
  text('expect-balance', 'x', 'refuse the file unless its balances add up to x (exit 3)', ['topup']),
  toggle('again', 'credit the same rows once more', ['topup', 'resolve']),
  text('row', 'n', 'the row in doubt, as result_row counts; several as 3,7', ['resolve']),
  text('as', 'verdict', 'applied or not-applied: what you found out about the row; no calls', ['resolve']),
  toggle('resend', 'send the row again, or without --row all that were decided not-applied', ['resolve']),
  toggle('settle', 'look at the members of the rows in doubt once more (at most 2 calls a row)', ['resolve']),
  text('older-than', 'time', 'with prune: drop runs that finished so long ago (default 90d)', ['runs']),
  text(
    'probe-repeat',
    'number',
    'send this member an increment of nothing twice: does the account refuse the second? (4 or 6 calls)',
    ['doctor'],
  ),
  toggle('accept-ledger', 'take a ledger that was put back for the newest, after having looked', ['doctor']),
  text('for', 'scheduler', 'cron, systemd or windows (default: all three)', ['schedule']),
  text('at', 'HH:mm', "time of day in the quota's zone (default 00:10)", ['schedule']),
  text('port', 'n', 'port on 127.0.0.1 (default: a free one)', ['sandbox']),
  {
    name: 'set',
    type: 'list',
    value: 'name=value',
    about: 'turn a switch of the sandbox, e.g. notFound=error2015 fault.cutAfter=5%',
    commands: ['sandbox'],
  },
  toggle('json', 'print one JSON document on stdout', ALL_COMMANDS),
  toggle('quiet', 'no progress and no messages but errors', ALL_COMMANDS, 'q'),
  toggle('no-color', 'no colours', ALL_COMMANDS),
  toggle('yes', 'do not ask; replace an existing result file', [...FILE_COMMANDS, 'resolve', 'doctor'], 'y'),
  text('config', 'file', 'settings file (default: memberload.config.json in this folder)', ALL_COMMANDS),
];

function text(name: string, value: string, about: string, commands: readonly CommandName[], alias?: string): Flag {
  return { name, type: 'text', value, about, commands, ...(alias && { alias }), ...typedOnly(name) };
}

function toggle(name: string, about: string, commands: readonly CommandName[], alias?: string): Flag {
  return { name, type: 'switch', about, commands, ...(alias && { alias }), ...typedOnly(name) };
}

function typedOnly(name: string): Pick<Flag, 'isTypedOnly'> {
  return TYPED_ONLY.includes(name) ? { isTypedOnly: true } : {};
}

export function flagsOf(command: CommandName): readonly Flag[] {
  return FLAGS.filter((flag) => flag.commands.includes(command));
}

/** `daily-quota` → `dailyQuota`: the flag's name in the config file. */
export function configKey(flagName: string): string {
  return flagName.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
