import { systemClock } from '../base/clock.ts';
import { EXIT } from '../base/errors.ts';
import { nextMidnightMs, zonedDateTime } from '../base/zoned-time.ts';
import type { Settings } from '../settings/settings.ts';
import type { CommandInput, CommandResult } from './commands.ts';

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
    homeFolder: settings.homeFolder,
  };
  if (settings.get('json')) {
    console.print(JSON.stringify(Object.fromEntries(schedulers.map((name) => [name, RENDERERS[name](plan)]))));
  } else for (const line of schedulers.flatMap((name) => [...RENDERERS[name](plan), ''])) console.print(line);
  console.say(
    'resume does nothing when no run is unfinished, and needs the same settings as the run: put the environment variables where the scheduler finds them, never on its command line.',
  );
  return { exitCode: EXIT.ok };
}

export type Schedule = {
  /** `HH:mm` in the quota's zone, and the same moment on this machine's clock. */
  readonly quotaTime: string;
  readonly localTime: string;
  readonly quotaZone: string;
  readonly localZone: string;
  /** The command line that starts memberload: its path, or node and the script. */
  readonly program: readonly string[];
  readonly words: readonly string[];
  readonly folder: string;
  readonly homeFolder: string;
};

/** By default ten minutes after midnight: a vendor's clock that is a little behind must count the calls for the new day. */
function startTime(settings: Settings, localZone: string): Pick<Schedule, 'quotaTime' | 'localTime' | 'quotaZone'> {
  const zone = settings.get('kybio.quotaZone');
  const [hours = '', minutes = ''] = settings.get('at').split(':');
  const startMs = nextMidnightMs(systemClock.nowMs(), zone) + (Number(hours) * 60 + Number(minutes)) * 60_000;
  return {
    quotaZone: zone,
    quotaTime: zonedDateTime(startMs, zone).slice(11, 16),
    localTime: zonedDateTime(startMs, localZone).slice(11, 16),
  };
}

const RENDERERS: Readonly<Record<(typeof SCHEDULERS)[number], (plan: Schedule) => string[]>> = {
  cron: renderCron,
  systemd: renderSystemd,
  windows: renderWindows,
};

export function renderCron(plan: Schedule): string[] {
  const [hour, minute] = plan.localTime.split(':');
  const command = [...plan.program, ...plan.words].map(quoteShell).join(' ');
  return [
    `# cron: crontab -e. ${plan.quotaTime} in ${plan.quotaZone} is ${plan.localTime} here (${plan.localZone}).`,
    // A percent sign ends a cron command.
    `${Number(minute)} ${Number(hour)} * * * cd ${quoteShell(plan.folder)} && MEMBERLOAD_HOME=${quoteShell(plan.homeFolder)} ${command}`.replaceAll(
      '%',
      '\\%',
    ),
  ];
}

export function renderSystemd(plan: Schedule): string[] {
  return [
    '# systemd: ~/.config/systemd/user/memberload.service',
    '[Service]',
    'Type=oneshot',
    `WorkingDirectory=${plan.folder.replaceAll('%', '%%')}`,
    `Environment=${quoteSystemd(`MEMBERLOAD_HOME=${plan.homeFolder}`)}`,
    '# KYBIO_BASE_URL, KYBIO_APP_ID, KYBIO_APP_KEY_FILE and the like, one a line, in a file with mode 0600:',
    'EnvironmentFile=%h/.config/memberload.env',
    `ExecStart=${[...plan.program, ...plan.words].map(quoteSystemd).join(' ')}`,
    '# 6: paused until tomorrow, as planned',
    'SuccessExitStatus=6',
    '',
    '# ~/.config/systemd/user/memberload.timer, then: systemctl --user enable --now memberload.timer',
    '[Timer]',
    `OnCalendar=*-*-* ${plan.quotaTime}:00 ${plan.quotaZone}`,
    'Persistent=true',
    '',
    '[Install]',
    'WantedBy=timers.target',
  ];
}

export function renderWindows(plan: Schedule): string[] {
  const quoted = [...plan.program, ...plan.words].map((word) => `\\"${word}\\"`).join(' ');
  return [
    `:: Windows Task Scheduler: ${plan.quotaTime} in ${plan.quotaZone} is ${plan.localTime} here (${plan.localZone}). Set the variables with setx first.`,
    `setx MEMBERLOAD_HOME "${plan.homeFolder}"`,
    `schtasks /Create /TN memberload /SC DAILY /ST ${plan.localTime} /TR "${quoted}"`,
  ];
}

function quoteShell(word: string): string {
  return /^[A-Za-z0-9_./:@=+-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

function quoteSystemd(word: string): string {
  const escaped = word.replaceAll('%', '%%');
  return /^[A-Za-z0-9_./:@=+%-]+$/.test(word)
    ? escaped
    : `"${escaped.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}
