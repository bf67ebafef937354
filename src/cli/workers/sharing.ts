import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { usageError } from '../../base/errors.ts';
import { makePrivateFolder, removePrivateFolder } from '../../base/private-folder.ts';
import type { JobCommand } from '../../job/job-settings.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import type { FileRun, WorkerProcess } from '../../run/run-parts.ts';
import type { Settings } from '../../settings/settings.ts';
import { workerTexts } from '../../texts/cli/workers.ts';
import type { CommandInput } from '../commands.ts';

/**
 * Who else is to carry the run on, as typed.
 *
 * @throws OperatorError (exit 2) where the ledger, or what else was typed, does not allow it
 */
export function sharingOf(input: CommandInput, command: JobCommand, ledger: Ledger): FileRun['sharing'] {
  const { settings } = input;
  const count = settings.get('workers');
  const isDetached = settings.get('detach');
  if ((count === 1 && !isDetached) || settings.get('dryRun')) return undefined;
  const texts = workerTexts();
  const flag = isDetached ? '--detach' : '--workers';
  if (isDetached && count > 1) throw usageError('BAD_USAGE', texts.notBoth, texts.notBothHint);
  if (!ledger.slices) throw usageError('NO_SHARED_LEDGER', texts.needsShared(flag), texts.needsSharedHint);
  if (!ledger.stages?.hasKey) throw usageError('NO_DATA_KEY', texts.needsKey(flag), texts.needsKeyHint);
  if (settings.get('sandbox')) throw usageError('BAD_USAGE', texts.notInSandbox(flag), texts.notInSandboxHint);
  if (!isDetached) return { kind: 'workers', count, start: (runId) => startWorkers(input, runId, count - 1) };
  if (command === 'import' && !settings.get('yes')) throw usageError('NEEDS_YES', texts.needsYes, texts.needsYesHint);
  return { kind: 'detached' };
}

/** Calls on the wire are awaited. */
const STOP_MS_MAX = 120_000;

/** Each process needs a home of its own: two of one home would share its stages. */
function startWorkers({ settings, surroundings }: CommandInput, runId: string, count: number): WorkerProcess[] {
  const [program = '', ...script] = surroundings.program;
  const words = [...script, 'worker', '--run', runId, '--quiet', ...placeFlags(settings)];
  return Array.from({ length: count }, (_, index) => {
    const home = join(settings.homeFolder, 'workers', String(index + 1));
    makePrivateFolder(join(settings.homeFolder, 'workers'));
    const child = spawn(program, words, {
      cwd: surroundings.workingFolder,
      env: { ...surroundings.environment, MEMBERLOAD_HOME: home },
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    return {
      stop() {
        child.kill('SIGTERM');
        // One that stands still would be waited for for ever.
        setTimeout(() => child.kill('SIGKILL'), STOP_MS_MAX).unref();
      },
      // One that could not be started is told by the system's message; the others do its rows.
      ended: new Promise<void>((resolve) => {
        child.once('close', () => resolve()).once('error', () => resolve());
        // Copies of rows that lie sealed in the shared ledger.
      }).finally(() => removePrivateFolder(join(home, 'runs'))),
    };
  });
}

function placeFlags(settings: Settings): readonly string[] {
  const store = settings.get('store');
  return [
    ...(settings.isTyped('config') ? ['--config', settings.config.path ?? ''] : []),
    // The keys of other stores are none of their business.
    ...(store === undefined ? [] : ['--stores', store]),
  ];
}
