import { afterAll, beforeAll, beforeEach } from 'vitest';
import { openSandbox, type Sandbox, type SandboxSettings } from '../../src/sandbox/sandbox.ts';
import { DEFAULT_SWITCHES } from '../../src/sandbox/switches.ts';
import { type Books, books, control, setSwitches } from '../sandbox/signed-calls.ts';

export type StoredMember = Readonly<Record<string, string | number>>;

/** A local Kybio and Wonder in this process, and what it really did. */
export type VendorSandbox = {
  readonly settings: SandboxSettings;
  set(switches: Record<string, unknown>): Promise<void>;
  books(): Promise<Books>;
  /** Calls since the state was made, by endpoint. */
  calls(): Promise<Record<string, number>>;
  callCount(): Promise<number>;
  /** The faults that struck, call by call. */
  faults(): Promise<string[]>;
  /** Undefined: no such member. */
  member(number: string): Promise<StoredMember | undefined>;
  members(): Promise<StoredMember[]>;
  /** The amounts as they are stored, digit for digit. */
  customers(): Promise<Record<string, string>[]>;
  customer(reference: string): Promise<Record<string, string> | undefined>;
  seed(members: unknown): Promise<void>;
  /**
   * Points that the tills give a member meanwhile (negative: take). With a dataChangeTime: an increment of
   * another client of the API, which takes that time.
   */
  sell(number: string, pointIncrement: string, dataChangeTime?: string): Promise<void>;
  /** Everything as at the start, with these switches. */
  reset(switches?: Record<string, unknown>): Promise<void>;
};

/** One sandbox for a test file; every test begins with its demo members and without faults. */
export function useVendorSandbox(): VendorSandbox {
  let sandbox: Sandbox | undefined;
  beforeAll(async () => {
    sandbox = await openSandbox({ stateFolder: ':memory:' });
  });
  afterAll(() => sandbox?.close());
  const vendor = vendorSandbox(() => {
    if (sandbox === undefined) throw new Error('the sandbox is not open yet');
    return sandbox;
  });
  beforeEach(() => vendor.reset());
  return vendor;
}

export function vendorSandbox(open: () => Sandbox): VendorSandbox {
  const get = async <T>(path: string): Promise<T | undefined> => {
    const answer = await control(open(), 'GET', path);
    return answer.httpStatus === 404 ? undefined : (JSON.parse(answer.text) as T);
  };
  const vendor: VendorSandbox = {
    get settings() {
      return open().settings;
    },
    set: (switches) => setSwitches(open(), switches),
    books: () => books(open()),
    calls: async () => (await vendor.books()).calls.byEndpoint,
    callCount: async () => (await vendor.books()).calls.total,
    faults: async () => {
      const calls = (await get<{ fault: string | null }[]>('calls')) ?? [];
      return calls.flatMap(({ fault }) => fault ?? []);
    },
    member: (number) => get(`members?number=${encodeURIComponent(number)}`),
    members: async () => (await get<StoredMember[]>('members')) ?? [],
    customers: async () => (await get<Record<string, string>[]>('customers')) ?? [],
    customer: (reference) => get(`customers?reference_number=${encodeURIComponent(reference)}`),
    async seed(members) {
      const answer = await control(open(), 'POST', 'members', members);
      if (answer.httpStatus !== 200) throw new Error(answer.text);
    },
    async sell(number, pointIncrement, dataChangeTime) {
      const answer = await control(open(), 'POST', 'adjust', { number, pointIncrement, dataChangeTime });
      if (answer.httpStatus !== 200) throw new Error(answer.text);
    },
    async reset(switches = {}) {
      await vendor.set({ ...DEFAULT_SWITCHES, ...switches });
      await control(open(), 'DELETE', 'state');
    },
  };
  return vendor;
}
