import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

export type LeastMember = { readonly customerUid: string; readonly number: string; readonly name: string };

export type LeastServerState = {
  /** By the path below the vendor's base, such as `customerOpenApi/add`. */
  readonly calls: Readonly<Record<string, number>>;
  readonly socketCount: number;
  /** Milliseconds since the epoch, with a fraction; 0: no call has come. */
  readonly firstMs: number;
  readonly lastMs: number;
  /** Of the first 100,000 calls. */
  readonly arrivals: readonly number[];
};

/** The process of least-server.mjs. */
export type LeastServer = {
  readonly origin: string;
  /** Forgets all calls, and knows these members. */
  reset(members?: readonly LeastMember[]): Promise<void>;
  state(): Promise<LeastServerState>;
  close(): Promise<void>;
};

export const BENCH_APP_ID = 'BENCH';
export const BENCH_APP_KEY = 'bench-key';

export async function startLeastServer(): Promise<LeastServer> {
  const path = new URL('./least-server.mjs', import.meta.url).pathname;
  const child = spawn(process.execPath, [path], { stdio: ['pipe', 'pipe', 'inherit'] });
  const [port] = await once(createInterface({ input: child.stdout }), 'line');
  const origin = `http://127.0.0.1:${port}`;
  return {
    origin,
    async reset(members = []) {
      await fetch(`${origin}/bench/members`, { method: 'POST', body: JSON.stringify(members) });
    },
    state: async () => (await (await fetch(`${origin}/bench/state`)).json()) as LeastServerState,
    async close() {
      const closed = once(child, 'close');
      child.stdin.end();
      await closed;
    },
  };
}

/** The environment that points the tool to the server; `keyFile`: Wonder's private key. */
export function leastSettings(server: LeastServer, keyFile: string): Readonly<Record<string, string>> {
  return {
    KYBIO_BASE_URL: `${server.origin}/openapi/v1`,
    KYBIO_APP_ID: BENCH_APP_ID,
    KYBIO_APP_KEY: BENCH_APP_KEY,
    WONDER_BASE_URL: server.origin,
    WONDER_APP_ID: BENCH_APP_ID,
    WONDER_PRIVATE_KEY_FILE: keyFile,
  };
}
