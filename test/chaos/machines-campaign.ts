import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { inDatabase } from '../support/postgres.ts';
import type { Build } from './build.ts';
import { trace } from './campaign.ts';
import { ALL_DEALS, faultSwitches, LATE_MS_MAX, noFaults } from './faults.ts';
import { judge, type Verdict } from './judge.ts';
import { allTogether, decideByTheBooks, openMachine, runsKnownTo, topupOf, writeSharedFiles } from './many-machines.ts';
import { type Patch, ROW_POINTS, SHARED_POINTS } from './points.ts';
import { type Seeded, seeded } from './seeded.ts';
import { documentOf, runTool, startTool, type ToolEnd, type ToolOptions } from './tool.ts';
import { type FileRow, inventAmounts, inventMembers, topupCsv } from './topup-file.ts';
import { startVendor, type Vendor } from './vendor.ts';

/** Homes with one ledger, as on so many machines. Their clocks are apart by as much. */
const CLOCK_JUMPS_MS = [0, 40_000, -40_000];
/** One file that everybody types, and one for each machine: every member is in all of them, with other amounts. */
const SHARED_FILE = 'everybody.csv';
/** The day's calls are few, and more come when they are used up: so that the quota is met again and again. */
const QUOTA_STEP = 40;
/** Processes for each blow, at most: one that finds nothing to do is not struck. */
const STARTS_PER_BLOW_MAX = 3;
const FINAL_TURNS_MAX = 40;

export type MachinesSettings = {
  readonly build: Build;
  readonly seed: number;
  /** Of a ledger that was made and is empty. */
  readonly url: string;
  readonly memberCount: number;
  /** Kills, pauses and cut connections, all machines together. */
  readonly blowCount: number;
  /** A negative control's patches. */
  readonly control?: readonly Patch[];
  /** Only these blows, such as those that a control needs. */
  readonly blows?: readonly Blow[];
};

export type MachinesFigures = {
  readonly seed: number;
  readonly rowCount: number;
  readonly startCount: number;
  readonly callCount: number;
  /** Calls that the shared ledger has counted. */
  readonly countedCount: number;
  readonly blows: ReadonlyMap<Blow, number>;
  readonly exits: ReadonlyMap<string, number>;
  readonly verdict: Verdict;
  readonly seconds: number;
};

/**
 * kill: SIGKILL at a named point. pause: stopped for longer than its lease, then woken. nap: stopped for less.
 * cut: the server ends its connections.
 */
export type Blow = 'kill' | 'pause' | 'nap' | 'cut';
const BLOWS: readonly Blow[] = ['kill', 'pause', 'nap', 'cut'];

/** Three machines credit four files at once, and every process is struck; then the books. */
export async function runMachinesCampaign(settings: MachinesSettings): Promise<MachinesFigures> {
  const startedMs = performance.now();
  const { seed, build, url } = settings;
  const random = seeded(seed);
  const folder = mkdtempSync(join(tmpdir(), 'memberload-machines-'));
  const vendor = await startVendor(build, folder);
  try {
    await vendor.set({ seed, repeatRule: 'accept' });
    await vendor.seed(inventMembers(settings.memberCount, random));
    const members = await vendor.members();
    const files = new Map<string, FileRow[]>();
    for (const name of [SHARED_FILE, 'own-0.csv', 'own-1.csv', 'own-2.csv']) {
      const rows = members.map(
        ({ number }, index): FileRow => ({
          ...{ rowNumber: index + 1, memberNumber: number, isByUid: random.chance(0.15) },
          ...inventAmounts(random),
        }),
      );
      files.set(name, rows);
      const uidOf = new Map(members.map((member) => [member.number, member.customerUid]));
      writeFileSync(
        join(folder, name),
        topupCsv(rows, (number) => uidOf.get(number) ?? ''),
      );
    }
    const rowCount = settings.memberCount * files.size;
    writeSharedFiles(folder);
    const machines = CLOCK_JUMPS_MS.map((jumpMs, index) =>
      openMachine({ build, vendor, folder, url, jumpMs, patches: settings.control }, `home-${index}`),
    );
    const tally = { startCount: 0, blows: new Map<Blow, number>(), exits: new Map<string, number>() };
    let quota = QUOTA_STEP;
    const isOver = (): boolean =>
      [...tally.blows.values()].reduce((sum, count) => sum + count, 0) >= settings.blowCount ||
      tally.startCount >= settings.blowCount * STARTS_PER_BLOW_MAX;
    const strike = async (machine: ToolOptions, index: number): Promise<void> => {
      const own = seeded(seed * 31 + index);
      while (!isOver()) {
        await vendor.set(faultSwitches(own.pick(ALL_DEALS), own));
        const file = own.chance(0.5) ? SHARED_FILE : `own-${index}.csv`;
        const args = own.chance(0.5) ? topupOf(file, quota) : [...own.pick(RESUMES), '--daily-quota', String(quota)];
        const end = await runAndStrike(args, machine, own, { settings, vendor, blows: tally.blows });
        tally.startCount += 1;
        const exit = end.isKilled ? 'killed' : String(end.exitCode);
        tally.exits.set(exit, (tally.exits.get(exit) ?? 0) + 1);
        trace(() => ({ index, args: args[0], file, exit, stderr: end.stderr.slice(-300) }));
        if (end.exitCode === 70) throw new Error(`machine ${index}: ${end.stderr}`);
        if (end.exitCode !== 6 && !end.stderr.includes('used up')) continue;
        const { calls } = await vendor.books();
        if (calls.total > quota) throw new Error(`the quota is ${quota}, the vendor has had ${calls.total} calls`);
        quota = Math.max(quota, calls.total + QUOTA_STEP);
      }
    };
    await Promise.all(machines.map(strike));
    await vendor.set(noFaults());
    const results = await converge(machines, [...files.keys()], vendor);
    // Whatever the vendor has not applied by now, it never will.
    await sleep(LATE_MS_MAX + 100);
    const books = await vendor.books();
    const [counted] = await inDatabase(url, 'SELECT COALESCE(sum(used), 0)::int AS used FROM memberload.call_day');
    const all = allTogether([...files], results);
    const membersAfter = await vendor.members();
    const verdict = judge({ ...all, membersBefore: members, membersAfter, books, document: undefined });
    return {
      ...{ seed, rowCount, ...tally, callCount: books.calls.total, countedCount: Number(counted?.used) },
      verdict,
      seconds: (performance.now() - startedMs) / 1000,
    };
  } catch (error) {
    throw new Error(`machines campaign with seed ${seed}: ${String(error)}`, { cause: error });
  } finally {
    await vendor.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

const RESUMES: readonly (readonly string[])[] = [
  ['resume', '--json'],
  ['resume', '--all', '--quiet'],
];

type Struck = { settings: MachinesSettings; vendor: Vendor; blows: Map<Blow, number> };

async function runAndStrike(
  args: readonly string[],
  machine: ToolOptions,
  random: Seeded,
  { settings: { url, blows: given = BLOWS }, blows }: Struck,
): Promise<ToolEnd> {
  const blow = random.pick(given);
  const point = random.pick([...ROW_POINTS.filter((name) => !name.startsWith('commit.')), ...SHARED_POINTS]);
  const nth = random.whole(1, 12);
  const tool = startTool(args, { ...machine, kills: blow === 'kill' ? [{ point, nth }] : [] });
  let isOver = false;
  let passCount = 0;
  const struck = new Promise<void>((resolve, reject) => {
    tool.onPass((passed) => {
      if (blow === 'kill' || passed !== point) return;
      passCount += 1;
      if (passCount === nth) strike().then(resolve, reject);
    });
    tool.ended.then(() => resolve(), reject);
  });
  async function strike(): Promise<void> {
    blows.set(blow, (blows.get(blow) ?? 0) + 1);
    if (blow === 'cut') {
      const alive = "FROM pg_stat_activity WHERE application_name = 'memberload' AND datname = current_database()";
      await inDatabase(url, `SELECT pg_terminate_backend(pid) ${alive} ORDER BY random() LIMIT 1`);
      return;
    }
    tool.kill('SIGSTOP');
    // The lease of these machines is 8 s.
    await sleep(blow === 'pause' ? random.whole(8500, 11_000) : random.whole(300, 3000));
    if (!isOver) tool.kill('SIGCONT');
  }
  const end = await tool.ended;
  isOver = true;
  await struck;
  if (blow === 'kill' && end.isKilled) blows.set(blow, (blows.get(blow) ?? 0) + 1);
  return end;
}

/** Without faults or blows: every machine carries on until every file has a result that says nothing is left. */
async function converge(
  machines: readonly ToolOptions[],
  files: readonly string[],
  vendor: Vendor,
): Promise<Map<string, string>> {
  const results = new Map<string, string>();
  let last = '';
  for (let turn = 0; turn < FINAL_TURNS_MAX; turn += 1) {
    const machine = machines[turn % machines.length];
    if (machine === undefined) throw new Error('there is a machine');
    const all = await runTool(['resume', '--all', '--quiet', '--daily-quota', '100000'], machine);
    last = `resume --all: ${all.exitCode} ${all.stderr}`;
    for (const file of files) {
      const end = await runTool(topupOf(file, 100_000), machine);
      last = `${file}: ${end.exitCode} ${end.stdout} ${end.stderr}`;
      if (end.exitCode === 70) throw new Error(last);
      const document = documentOf(end);
      trace(() => ({ turn, file, exit: end.exitCode, rows: document?.rows, stderr: end.stderr.slice(-300) }));
    }
    const runs = await runsKnownTo(machine);
    let decidedCount = 0;
    for (const { run } of runs) decidedCount += await decideByTheBooks(run, machines, vendor);
    if (decidedCount > 0 || runs.some(({ state }) => state !== 'finished' && state !== 'cancelled')) continue;
    for (const file of files) {
      const of = runs.filter(({ input }) => input?.endsWith(file));
      // One run for each file credits it; any other was refused or given up before it sent.
      const run = of.at(-1);
      if (run === undefined) throw new Error(`nobody has begun ${file}: ${last}`);
      results.set(file, readFileSync(run.result, 'utf8'));
    }
    return results;
  }
  throw new Error(`the runs never end: ${last}`);
}
