import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Whether `place` is that folder or lies in it. By device and inode: a link or another spelling is no way round. */
export async function isInsideFolder(place: string, folder: string): Promise<boolean> {
  const outer = await statOf(folder);
  if (outer === undefined) return false;
  for (let inner = place; ; inner = dirname(inner)) {
    const found = await statOf(inner);
    if (found !== undefined && found.dev === outer.dev && found.ino === outer.ino) return true;
    if (dirname(inner) === inner) return false;
  }
}

/** Undefined where it cannot be looked at. */
export function statOf(path: string) {
  // Inode numbers of some file systems are larger than a double holds.
  return stat(path, { bigint: true }).catch(() => undefined);
}
