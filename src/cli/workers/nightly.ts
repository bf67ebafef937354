import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { makePrivateFolder } from '../../base/private-folder.ts';
import { zonedDateTime } from '../../base/zoned-time.ts';
import type { NightlyJob } from '../../ledger/slices.ts';
import { workerTexts } from '../../texts/cli/workers.ts';
import type { CommandInput } from '../commands.ts';

/** It was killed, or could not be started. */
const NO_EXIT = -1;
/** Exit codes after which the same command may do better: nobody has to change anything first. */
const PASSING_EXITS = [5, 70, 129, 130, 143, NO_EXIT];

/** The imports of the config file that begin by themselves: their rows are then left to workers, this one among them. */
export function nightlyJobs(input: CommandInput): readonly NightlyJob[] {
  const { config } = input.settings;
  const zone = input.settings.get('timeZone');
  return [...config.nightly].map(([name, { at, run }]) => ({
    name,
    isDue: (minuteMs) => zonedDateTime(minuteMs, zone).slice(11, 16) === at,
    run: () => begin(input, name, run),
  }));
}

/** The command is typed anew, in a home of its own, in the folder of the config file. */
async function begin({ settings, surroundings, console }: CommandInput, name: string, run: readonly string[]) {
  const { path: configPath = '' } = settings.config;
  const folder = join(settings.homeFolder, 'workers');
  makePrivateFolder(folder);
  const [program = '', ...script] = surroundings.program;
  const child = spawn(program, [...script, ...run, '--config', configPath, '--detach', '-y', '--quiet'], {
    cwd: dirname(configPath),
    env: { ...surroundings.environment, MEMBERLOAD_HOME: join(folder, `nightly-${name.replace(/[^\w-]/g, '_')}`) },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let runId = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    runId += text;
  });
  const exitCode = await new Promise<number>((resolve) => {
    child.once('error', () => resolve(NO_EXIT)).once('close', (code) => resolve(code ?? NO_EXIT));
  });
  console.say(workerTexts().nightlyEnded(name, exitCode, runId.trim()));
  if (PASSING_EXITS.includes(exitCode)) throw new Error(workerTexts().nightlyEnded(name, exitCode, ''));
}
