import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Settings, type TypedFlags } from '../../src/settings/settings.ts';
import { temporaryFolder } from './workspace.ts';

export type Made = {
  readonly flags?: TypedFlags;
  /** Content of memberload.config.json; an object is written as JSON. */
  readonly config?: string | object;
  readonly environment?: Readonly<Record<string, string>>;
  readonly files?: Readonly<Record<string, string | Uint8Array>>;
  readonly platform?: string;
  readonly userFolder?: string;
};

/** Settings as a command would read them, in a folder of their own. */
export function makeSettings({ flags = {}, config, environment = {}, files = {}, ...rest }: Made = {}): Settings {
  const folder = temporaryFolder();
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content, { mode: 0o600 });
  if (config !== undefined) {
    const text = typeof config === 'string' ? config : JSON.stringify(config);
    writeFileSync(join(folder, 'memberload.config.json'), text);
  }
  return new Settings(flags, {
    argv: [],
    environment,
    workingFolder: folder,
    userFolder: rest.userFolder ?? folder,
    platform: rest.platform ?? 'linux',
    timeZone: 'Asia/Shanghai',
    locale: 'en-US',
    program: ['node', 'main.js'],
    pid: 1,
    version: '0.0.0',
    stdin: process.stdin,
    stdout: NOWHERE,
    stderr: NOWHERE,
    onSignal: () => () => undefined,
    exitNow: (code) => {
      throw new Error(`left with ${code}`);
    },
  });
}

const NOWHERE = { write: () => undefined, isTerminal: false, columnCount: 80, rowCount: 24, stream: process.stderr };
