import { systemClock } from '../../base/clock.ts';
import { EXIT } from '../../base/errors.ts';
import { RunControl } from '../../calls/run-control.ts';
import { writeRunDocument } from '../../result/run-document.ts';
import type { StopSignal } from '../../settings/surroundings.ts';
import { commandTexts } from '../../texts/cli/commands.ts';
import type { CommandInput } from '../commands.ts';
import { emptyDocument } from './print-end.ts';

const EXIT_CODES = {
  SIGINT: EXIT.interrupted,
  SIGTERM: EXIT.terminated,
  SIGHUP: EXIT.hangup,
} as const satisfies Readonly<Record<StopSignal, number>>;

/** How long a second signal waits for rows to be written back. A person does not notice it. */
const LEAVE_MS_MAX = 300;

/**
 * Runs `work` with a control that the first signal stops gently. A second signal leaves at once: the ledger makes
 * that safe. `whatNext` is the last line then.
 */
export async function withStopSignals<T>(
  { command, settings, surroundings, console }: Omit<CommandInput, 'arguments' | 'argument'>,
  whatNext: string,
  work: (control: RunControl) => Promise<T>,
): Promise<T> {
  const control = new RunControl();
  let signalCount = 0;
  const stopListening = surroundings.onSignal((signal) => {
    signalCount += 1;
    if (signalCount > 1) {
      if (signalCount > 2) surroundings.exitNow(EXIT_CODES[signal]);
      if (signalCount === 2 && settings.get('json')) {
        const place = console.place ?? null;
        const ended = { ...emptyDocument(command), place, state: 'interrupted', exitCode: EXIT_CODES[signal] } as const;
        console.print(writeRunDocument(ended));
      }
      console.say(whatNext);
      // What has touched no socket is written back first, so that it does not look like money in doubt.
      void Promise.race([control.withdrawUnsent(), systemClock.sleep(LEAVE_MS_MAX)]).finally(() =>
        surroundings.exitNow(EXIT_CODES[signal]),
      );
      return;
    }
    console.say(commandTexts().stopping);
    control.stop({ kind: 'interrupted', signal });
  });
  try {
    return await work(control);
  } finally {
    stopListening();
  }
}
