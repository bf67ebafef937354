const WINDOWS = `
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { resolve, sep } from 'node:path';
const look = (path) => {
  const removed = resolve(String(path));
  for (const name of fs.readdirSync('/proc/self/fd')) {
    let open = '';
    // The descriptor of this reading itself is gone by now.
    try { open = fs.readlinkSync('/proc/self/fd/' + name); } catch {}
    if (open !== removed && !open.startsWith(removed + sep)) continue;
    throw Object.assign(new Error('EBUSY: resource busy or locked, rm ' + open), { code: 'EBUSY' });
  }
};
const { rmSync } = fs;
const { rm } = fs.promises;
fs.rmSync = (path, options) => { look(path); return rmSync(path, options); };
fs.promises.rm = async (path, options) => { look(path); return rm(path, options); };
syncBuiltinESMExports();`;

/** For `--import`, on Linux: like Windows, removes no file that is open in this process, and no folder with one in it. */
export const AS_ON_WINDOWS = `data:text/javascript,${encodeURIComponent(WINDOWS)}`;
