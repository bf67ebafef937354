import { mkdirSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { syncFolderAtOnce } from './sync-folder.ts';

/** Makes the folder and its parents (mode 0700) when they are missing, and brings their names to the disk. */
export function makePrivateFolder(folder: string): void {
  const first = mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (first === undefined) return;
  const above = dirname(resolve(first));
  for (let made = resolve(folder); made !== above; made = dirname(made)) syncFolderAtOnce(dirname(made));
}
