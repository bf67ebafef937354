import { join } from 'node:path';
import { EXIT, type ExitCode, usageError } from '../base/errors.ts';
import { openSandbox } from '../sandbox/sandbox.ts';
import { parseSwitches } from '../sandbox/switches.ts';
import { Settings } from '../settings/settings.ts';
import { readCount } from '../settings/values.ts';
import type { CommandInput } from './run-command.ts';

/** `sandbox`: serves until it is interrupted. The settings go to stdout, ready for a shell. */
export async function runSandbox({ flags, surroundings, console }: CommandInput): Promise<{ exitCode: ExitCode }> {
  const settings = new Settings(flags, surroundings);
  const sandbox = await openSandbox({
    stateFolder: join(settings.homeFolder, 'sandbox'),
    port: readCount('--port', settings.text('port') ?? '0', 0, 65_535),
    switches: parseSwitches({ ...settings.config.sandbox, ...readPairs(settings.list('set')) }),
  });
  try {
    if (settings.isOn('json')) console.print(JSON.stringify({ baseUrl: sandbox.baseUrl, settings: sandbox.settings }));
    else for (const [name, value] of Object.entries(sandbox.settings)) console.print(`export ${name}='${value}'`);
    console.say(
      `The sandbox listens at ${sandbox.baseUrl}; its state is kept in ${join(settings.homeFolder, 'sandbox')}. Stop it with Ctrl-C.`,
    );
    await new Promise<void>((resolve) => {
      const stopListening = surroundings.onSignal(() => {
        stopListening();
        resolve();
      });
    });
  } finally {
    await sandbox.close();
  }
  return { exitCode: EXIT.ok };
}

function readPairs(texts: readonly string[]): Record<string, string> {
  const pairs: Record<string, string> = {};
  for (const text of texts) {
    const equals = text.indexOf('=');
    if (equals < 1)
      throw usageError(
        'BAD_VALUE',
        `--set: '${text}' is not name=value.`,
        'Write for example --set notFound=error2015',
      );
    pairs[text.slice(0, equals)] = text.slice(equals + 1);
  }
  return pairs;
}
