import { statSync } from 'node:fs';

/**
 * Size and time of a result file as a run wrote it, kept with the run: a file that looks otherwise was
 * corrected by a person, and is not replaced without being asked.
 */
export function renderResultStamp(path: string): string {
  return JSON.stringify({ resultStamp: stampOf(path) ?? '' });
}

/** Whether the file at `path` is another than the run wrote last. A run that wrote none is asked nothing. */
export function isChangedResult(path: string, progressJson: string): boolean {
  const { resultStamp = '' } = JSON.parse(progressJson) as { resultStamp?: string };
  const now = stampOf(path);
  return resultStamp !== '' && now !== undefined && now !== resultStamp;
}

function stampOf(path: string): string | undefined {
  const found = statSync(path, { throwIfNoEntry: false });
  return found && `${found.size} ${found.mtimeMs}`;
}
