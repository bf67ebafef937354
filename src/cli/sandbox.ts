import { join } from 'node:path';
import { EXIT } from '../base/errors.ts';
import { singleQuoted } from '../base/quoted.ts';
import { openSandbox } from '../sandbox/sandbox.ts';
import { parseSwitches } from '../sandbox/switches.ts';
import { commandTexts } from '../texts/cli/commands.ts';
import type { CommandInput, CommandResult } from './commands.ts';

/** `sandbox`: serves until it is interrupted. The settings go to stdout, ready for a shell. */
export async function runSandbox({ settings, surroundings, console }: CommandInput): Promise<CommandResult> {
  const stateFolder = join(settings.homeFolder, 'sandbox');
  const sandbox = await openSandbox({
    stateFolder,
    port: settings.get('port'),
    switches: parseSwitches(Object.fromEntries([...settings.config.sandbox, ...(settings.get('set') ?? [])])),
  });
  try {
    if (settings.get('json')) console.print(JSON.stringify({ baseUrl: sandbox.baseUrl, settings: sandbox.settings }));
    else
      for (const [name, value] of Object.entries(sandbox.settings))
        console.print(`export ${name}=${singleQuoted(value)}`);
    console.say(commandTexts().sandboxListens(sandbox.baseUrl, stateFolder));
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
