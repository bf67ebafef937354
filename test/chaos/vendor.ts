import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { SwitchName } from '../../src/sandbox/switches.ts';
import type { Build } from './build.ts';

/** A change of amounts as the vendor's own books have it. */
export type BookedIncrement = {
  readonly customerUid: string;
  readonly number: string;
  readonly pointIncrement: string;
  readonly balanceIncrement: string;
  readonly dataChangeTime: string;
};

export type Books = {
  readonly increments: readonly BookedIncrement[];
  readonly adjustments: readonly BookedIncrement[];
  readonly calls: { readonly total: number; readonly byEndpoint: Readonly<Record<string, number>> };
};

export type StoredMember = {
  readonly number: string;
  readonly customerUid: string;
  readonly point: string;
  readonly balance: string;
};

export type Switches = Partial<Record<SwitchName, string | number | boolean>>;

/** The stand-in vendor: a process of its own, with its own books. */
export type Vendor = {
  /** The environment that points the tool here. */
  readonly settings: Readonly<Record<string, string>>;
  set(switches: Switches): Promise<void>;
  seed(members: readonly Pick<StoredMember, 'number' | 'point' | 'balance'>[]): Promise<void>;
  members(): Promise<StoredMember[]>;
  books(): Promise<Books>;
  /** When each call came, in milliseconds. */
  callTimes(): Promise<number[]>;
  /** A sale at the till. */
  adjust(sale: { number: string; pointIncrement?: string; balanceIncrement?: string }): Promise<void>;
  close(): Promise<void>;
};

export async function startVendor(build: Build, home: string): Promise<Vendor> {
  const child = spawn(process.execPath, [build.binary, 'sandbox', '--port', '0', '--json', '--set', 'empty=true'], {
    env: { PATH: process.env.PATH ?? '', HOME: home, MEMBERLOAD_HOME: home },
    cwd: home,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let complaint = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaint += text;
  });
  const endWithUs = (): void => {
    child.kill('SIGKILL');
  };
  process.once('exit', endWithUs);
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const firstLine = new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout }).once('line', resolve);
    child.once('close', () => reject(new Error(`the sandbox ended: ${complaint}`)));
  });
  const { baseUrl, settings } = JSON.parse(await firstLine) as { baseUrl: string; settings: Record<string, string> };

  const ask = async (method: string, path: string, body?: unknown): Promise<string> => {
    const response = await fetch(`${baseUrl}/sandbox/${path}`, {
      method,
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${text}`);
    return text;
  };
  return {
    settings,
    set: async (switches) => {
      await ask('PUT', 'switches', switches);
    },
    seed: async (members) => {
      await ask('POST', 'members', members);
    },
    members: async () => JSON.parse(await ask('GET', 'members')) as StoredMember[],
    books: async () => JSON.parse(await ask('GET', 'books')) as Books,
    callTimes: async () => (JSON.parse(await ask('GET', 'calls')) as { at: number }[]).map(({ at }) => at),
    adjust: async (sale) => {
      await ask('POST', 'adjust', sale);
    },
    close: async () => {
      process.off('exit', endWithUs);
      child.kill('SIGKILL');
      await ended;
    },
  };
}
