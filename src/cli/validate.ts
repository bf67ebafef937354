import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { systemClock } from '../base/clock.ts';
import type { RunDocument } from '../result/run-document.ts';
import { validateFile } from '../run/validate-file.ts';
import { readJobSettings, resultPathOf } from '../settings/job-settings.ts';
import { Settings } from '../settings/settings.ts';
import { openProgress } from './progress.ts';
import type { CommandInput } from './run-command.ts';

/** `validate`: opens neither the ledger nor a connection. */
export async function runValidate({
  flags,
  argument = '-',
  surroundings,
  console,
}: CommandInput): Promise<{ document: RunDocument }> {
  const settings = new Settings(flags, surroundings);
  const job = readJobSettings(settings, 'validate');
  const folder = argument === '-' ? await mkdtemp(join(tmpdir(), 'memberload-')) : undefined;
  try {
    const inputPath = folder === undefined ? settings.path(argument) : join(folder, 'stdin.csv');
    if (folder !== undefined) await pipeline(surroundings.stdin, createWriteStream(inputPath, { mode: 0o600 }));
    const document = await validateFile(
      {
        settings: job,
        inputPath,
        resultPath: resultPathOf(settings, argument),
        mayReplaceResult: settings.isTyped('output') || settings.isOn('yes'),
      },
      { reporter: openProgress(console, surroundings.stderr, systemClock), nowMs: systemClock.nowMs },
    );
    return { document };
  } finally {
    if (folder !== undefined) await rm(folder, { recursive: true, force: true });
  }
}
