import { systemClock } from '../base/clock.ts';
import { EXIT, usageError } from '../base/errors.ts';
import { quotedForUnix } from '../base/quoted.ts';
import { zonedDateTime } from '../base/zoned-time.ts';
import type { Settings } from '../settings/settings.ts';
import { commandTexts } from '../texts/cli/commands.ts';
import { sharedLedgerTexts } from '../texts/runs/shared-ledger.ts';
import type { CommandInput, CommandResult } from './commands.ts';
import { refuseEmptyAddress } from './open-ledger.ts';

const SCHEDULERS = ['cron', 'systemd', 'windows'] as const;

/** `schedule`: prints the lines that carry unfinished runs on every day, when the day's calls are back. */
export async function runSchedule({ settings, surroundings, console }: CommandInput): Promise<CommandResult> {
  const only = settings.get('for');
  const schedulers = only === undefined ? SCHEDULERS : [only];
  const plan: Schedule = {
    ...startTime(settings, surroundings.timeZone),
    localZone: surroundings.timeZone,
    program: surroundings.program,
    words: [
      'resume',
      '--all',
      '--quiet',
      ...(settings.isTyped('config') ? ['--config', settings.config.path ?? ''] : []),
    ],
    folder: surroundings.workingFolder,
    variables: [['MEMBERLOAD_HOME', settings.homeFolder], ...ledgerVariables(settings, surroundings)],
  };
  if (settings.get('json')) {
    console.print(JSON.stringify(Object.fromEntries(schedulers.map((name) => [name, RENDERERS[name](plan)]))));
  } else for (const line of schedulers.flatMap((name) => [...RENDERERS[name](plan), ''])) console.print(line);
  console.say(commandTexts().scheduleHint);
  return { exitCode: EXIT.ok };
}

/**
 * A line without them would carry on what the ledger of this computer knows, and not the runs of the shared one.
 *
 * @throws OperatorError BAD_LEDGER_URL (exit 2) for an address with a password: a scheduler's lines are no secret
 */
function ledgerVariables(settings: Settings, { environment }: CommandInput['surroundings']): [string, string][] {
  refuseEmptyAddress(settings);
  const url = settings.get('ledgerUrl');
  if (url !== undefined && (!URL.canParse(url) || new URL(url).password !== '')) {
    const { secretInSchedule, secretInScheduleHint } = sharedLedgerTexts();
    throw usageError('BAD_LEDGER_URL', secretInSchedule, secretInScheduleHint);
  }
  const pathOf = (file: string | undefined): string | undefined => (file ? settings.path(file) : undefined);
  const file = pathOf(settings.get('ledgerUrlFile'));
  const variables = {
    MEMBERLOAD_LEDGER_URL: url,
    MEMBERLOAD_LEDGER_URL_FILE: file,
    MEMBERLOAD_DATA_KEY_FILE: pathOf(settings.get('dataKeyFile')),
    PGPASSFILE: url === undefined && file === undefined ? undefined : pathOf(environment.PGPASSFILE),
  };
  return Object.entries(variables).filter((entry): entry is [string, string] => entry[1] !== undefined);
}

export type Schedule = {
  /** `HH:mm` in the quota's zone. */
  readonly quotaTime: string;
  /** The same moment on this machine's clock, the latest of the year: `HH:mm`. */
  readonly localTime: string;
  readonly quotaZone: string;
  readonly localZone: string;
  /** The command line that starts memberload: its path, or node and the script. */
  readonly program: readonly string[];
  readonly words: readonly string[];
  readonly folder: string;
  /** Name and value. None is a secret. */
  readonly variables: readonly (readonly [string, string])[];
};

/** By default ten minutes after midnight: a vendor's clock that is a little behind must count the calls for the new day. */
function startTime(settings: Settings, localZone: string): Pick<Schedule, 'quotaTime' | 'localTime' | 'quotaZone'> {
  const quotaZone = settings.get('kybio.quotaZone');
  const quotaTime = settings.get('at');
  return { quotaZone, quotaTime, localTime: latestLocalTime(quotaTime, quotaZone, localZone, systemClock.nowMs()) };
}

/** Summer time, and winter time where that is the exception, last longer than this. */
const SAMPLE_MS = 14 * 86_400_000;
const DAY_MINUTES = 1440;

/**
 * What this machine's clock shows at that time of the quota's zone: where summer time moves it, the latest of the
 * year. A job that starts an hour late finds the day's calls; a job that starts an hour early finds none.
 */
export function latestLocalTime(quotaTime: string, quotaZone: string, localZone: string, nowMs: number): string {
  const moments = Array.from({ length: 27 }, (_, sample) => {
    const atMs = nowMs + sample * SAMPLE_MS;
    return minutesOf(quotaTime) + minutesAt(atMs, localZone) - minutesAt(atMs, quotaZone);
  });
  const [first = 0] = moments;
  // Within half a day of the first: 23:40 is earlier than 00:40 of the next day.
  const shifts = moments.map((moment) => ((moment - first + 3.5 * DAY_MINUTES) % DAY_MINUTES) - DAY_MINUTES / 2);
  const latest = (first + Math.max(...shifts) + 2 * DAY_MINUTES) % DAY_MINUTES;
  const twoDigits = (count: number): string => String(count).padStart(2, '0');
  return `${twoDigits(Math.floor(latest / 60))}:${twoDigits(latest % 60)}`;
}

function minutesAt(atMs: number, zone: string): number {
  return minutesOf(zonedDateTime(atMs, zone).slice(11, 16));
}

function minutesOf(time: string): number {
  return Number(time.slice(0, 2)) * 60 + Number(time.slice(3, 5));
}

const RENDERERS: Readonly<Record<(typeof SCHEDULERS)[number], (plan: Schedule) => string[]>> = {
  cron: renderCron,
  systemd: renderSystemd,
  windows: renderWindows,
};

export function renderCron(plan: Schedule): string[] {
  const [hour, minute] = plan.localTime.split(':');
  const command = [...plan.program, ...plan.words].map(quotedForUnix).join(' ');
  const variables = plan.variables.map(([name, value]) => `${name}=${quotedForUnix(value)}`).join(' ');
  return [
    commandTexts().scheduleLines.cron(aboutTime(plan)),
    // A percent sign ends a cron command.
    `${Number(minute)} ${Number(hour)} * * * cd ${quotedForUnix(plan.folder)} && ${variables} ${command}`.replaceAll(
      '%',
      '\\%',
    ),
  ];
}

export function renderSystemd(plan: Schedule): string[] {
  const texts = commandTexts().scheduleLines;
  return [
    '# systemd: ~/.config/systemd/user/memberload.service',
    '[Service]',
    'Type=oneshot',
    `WorkingDirectory=${plan.folder.replaceAll('%', '%%')}`,
    ...plan.variables.map(([name, value]) => `Environment=${quoteSystemd(`${name}=${value}`)}`),
    ...texts.environment,
    'EnvironmentFile=-%h/.config/memberload.env',
    `ExecStart=${[...plan.program, ...plan.words].map(quoteSystemd).join(' ')}`,
    texts.paused,
    'SuccessExitStatus=6',
    '',
    texts.timer,
    texts.linger,
    '[Timer]',
    `OnCalendar=*-*-* ${plan.quotaTime}:00 ${plan.quotaZone}`,
    'Persistent=true',
    '',
    '[Install]',
    'WantedBy=timers.target',
  ];
}

/** schtasks takes up to 261 characters in /TR. */
const TASK_LENGTH_MAX = 260;

/** A file of its own: a task has no start folder, no variables and no room for them. */
export function renderWindows(plan: Schedule): string[] {
  const texts = commandTexts().scheduleLines;
  const script = `${plan.folder.replace(/\\+$/, '')}\\memberload-resume.cmd`;
  const task = `\\"${script}\\"`;
  const create =
    task.length > TASK_LENGTH_MAX
      ? texts.tooLong(script)
      : `schtasks /Create /TN memberload /SC DAILY /ST ${plan.localTime} /TR "${task}"`;
  return [
    texts.windows(aboutTime(plan)),
    texts.save(script),
    '@echo off',
    'chcp 65001 >nul',
    `cd /d "${inBatch(plan.folder)}"`,
    ...plan.variables.map(([name, value]) => `set "${name}=${inBatch(value)}"`),
    [...plan.program, ...plan.words].map((word) => `"${inBatch(word)}"`).join(' '),
    texts.thenType,
    create,
    texts.keys,
  ];
}

function aboutTime({ quotaTime, quotaZone, localTime, localZone }: Schedule): string {
  return commandTexts().scheduleTime(localTime, localZone, quotaTime, quotaZone);
}

/** A percent sign begins a variable in a batch file. */
function inBatch(text: string): string {
  return text.replaceAll('%', '%%');
}

function quoteSystemd(word: string): string {
  const escaped = word.replaceAll('%', '%%');
  return /^[A-Za-z0-9_./:@=+%-]+$/.test(word)
    ? escaped
    : `"${escaped.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}
