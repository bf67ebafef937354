/** The control calls of a sandbox in a process of its own: unsigned, uncounted, without faults. */
export type SandboxControl = {
  /** Everything as at the start. */
  reset(): Promise<void>;
  seed(members: unknown): Promise<void>;
  calls(): Promise<{ readonly total: number; readonly byEndpoint: Readonly<Record<string, number>> }>;
  /** Arrival times of the calls of this process, milliseconds since the epoch with a fraction. */
  arrivals(): Promise<number[]>;
  members(): Promise<{ readonly number: string; readonly customerUid: string }[]>;
};

export function sandboxControl(settings: Readonly<Record<string, string>>): SandboxControl {
  const ask = async (method: string, path: string, body?: unknown): Promise<unknown> => {
    const response = await fetch(`${settings.WONDER_BASE_URL}/sandbox/${path}`, {
      method,
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${text}`);
    return JSON.parse(text);
  };
  return {
    reset: async () => {
      await ask('DELETE', 'state');
    },
    seed: async (members) => {
      await ask('POST', 'members', members);
    },
    calls: async () =>
      ((await ask('GET', 'books')) as { calls: { total: number; byEndpoint: Record<string, number> } }).calls,
    arrivals: async () => ((await ask('GET', 'calls')) as { at: number }[]).map(({ at }) => at),
    members: async () => (await ask('GET', 'members')) as { number: string; customerUid: string }[],
  };
}
