import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { mostInAnySecond } from '../bench/figures/limiter.ts';
import { inDatabase } from '../support/postgres.ts';
import type { Build } from './build.ts';
import { trace } from './campaign.ts';
import { ALL_DEALS, type Deal, faultSwitches, LATE_MS_MAX, noFaults } from './faults.ts';
import { judge } from './judge.ts';
import { allTogether, decideByTheBooks, openMachine, runsKnownTo, topupOf, writeSharedFiles } from './many-machines.ts';
import type { Patch, PointName } from './points.ts';
import { type Seeded, seeded } from './seeded.ts';
import { runTool, startTool, type ToolEnd, type ToolOptions } from './tool.ts';
import { type FileRow, inventAmounts, inventMembers, topupCsv } from './topup-file.ts';
import { startVendor, type Vendor } from './vendor.ts';
import { BLOWS, type Blow, type PlannedBlow, POINTS, planBlow, planParentKill } from './worker-blows.ts';
import { RATE, type WorkersFigures } from './workers-figures.ts';

/** How far the clock of each worker's machine is from the right time: minutes. */
const WORKER_CLOCKS_MS = [0, 190_000, -150_000];
const HOME_CLOCKS_MS = [0, -70_000];
const PEOPLE_COUNT = 2;
const ROWS_A_FILE = 100;
/** When fewer rows than this are left for workers, more are handed in. */
const ROWS_LEFT_MIN = 150;
/** Small, so that all workers have parts of each file. */
const SMALL_SLICES: Patch = {
  file: 'run/prepare-run.js',
  anchor: 'SLICE_ROWS_MAX = 500',
  replacement: 'SLICE_ROWS_MAX = 12',
};
const FAULTS_MS = 8000;
const FINAL_TURNS_MAX = 40;
const AMPLE = 1_000_000;
/** So long without a call, near the quota: it is used up, or as good as. */
const STILL_MS = 30_000;
const NEAR_QUOTA = 0.85;

export type WorkersSettings = {
  readonly build: Build;
  readonly seed: number;
  /** Of a ledger that was made and is empty; its role may make roles. */
  readonly url: string;
  readonly memberCount: number;
  /** Calls of the day. When they are used up, the blows end. */
  readonly quota: number;
  readonly minutesMax: number;
  /** A negative control's patches, and the blows and the points that it needs. */
  readonly control?: readonly Patch[];
  readonly blows?: readonly Blow[];
  readonly points?: readonly PointName[];
};

/** Mostly what leaves rows without an answer; now and then what stops a run, and then a person carries it on. */
const USUAL_FAULTS = /cutBefore|cutAfter|lateApply|serverError|truncated|slow|empty/;
const USUAL_DEALS = ALL_DEALS.filter(({ fault, share }) => share < 0.5 && USUAL_FAULTS.test(fault));

/** Three workers that never rest, two homes that leave files to them, two people who decide what is in doubt. */
export async function runWorkersCampaign(settings: WorkersSettings): Promise<WorkersFigures> {
  const folder = mkdtempSync(join(tmpdir(), 'memberload-workers-'));
  const vendor = await startVendor(settings.build, folder);
  try {
    return await new Campaign(settings, folder, vendor).run();
  } catch (error) {
    throw new Error(`workers campaign with seed ${settings.seed}: ${String(error)}`, { cause: error });
  } finally {
    await vendor.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

class Campaign {
  readonly #settings: WorkersSettings;
  readonly #folder: string;
  readonly #vendor: Vendor;
  readonly #files = new Map<string, FileRow[]>();
  readonly #used = new Set<string>();
  readonly #blows = new Map<Blow, number>();
  readonly #exits = new Map<string, number>();
  #startCount = 0;
  #idleBlowCount = 0;
  #parentKillCount = 0;
  #decidedCount = 0;
  #atWork = { samples: 0, sum: 0 };
  #isOver = false;

  constructor(settings: WorkersSettings, folder: string, vendor: Vendor) {
    this.#settings = settings;
    this.#folder = folder;
    this.#vendor = vendor;
  }

  async run(): Promise<WorkersFigures> {
    const startedMs = performance.now();
    const { seed, url, quota } = this.#settings;
    const vendor = this.#vendor;
    await vendor.set({ seed, repeatRule: 'accept' });
    await vendor.seed(inventMembers(this.#settings.memberCount, seeded(seed)));
    const members = await vendor.members();
    writeSharedFiles(this.#folder);
    const workers = await Promise.all(
      WORKER_CLOCKS_MS.map((jumpMs, index) => this.#machine(`worker_${index}`, jumpMs)),
    );
    const homes = await Promise.all(HOME_CLOCKS_MS.map((jumpMs, index) => this.#machine(`home_${index}`, jumpMs)));
    const people = await Promise.all(
      Array.from({ length: PEOPLE_COUNT }, (_, index) => this.#machine(`person_${index}`, 0)),
    );
    await Promise.all([
      ...workers.map((machine, index) => this.#struckAgainAndAgain(machine, index)),
      ...homes.map((machine, index) => this.#handIn(machine, index)),
      this.#decide(people),
      this.#changeFaults(),
      this.#watch(startedMs),
    ]);
    const endedAtMs = Date.now();
    const { calls } = await vendor.books();
    if (calls.total > quota) throw new Error(`the quota is ${quota}, the vendor has had ${calls.total} calls`);
    await vendor.set(noFaults());
    const results = await this.#converge(people);
    // Whatever the vendor has not applied by now, it never will.
    await sleep(LATE_MS_MAX + 100);
    const books = await vendor.books();
    const [counted] = await inDatabase(url, 'SELECT COALESCE(sum(used), 0)::int AS used FROM memberload.call_day');
    const [runs] = await inDatabase(url, 'SELECT count(*)::int AS count FROM memberload.run');
    const all = allTogether([...this.#files], results);
    const membersAfter = await vendor.members();
    const verdict = judge({ ...all, membersBefore: members, membersAfter, books, document: undefined });
    await this.#tellUnexplained([...verdict.doubles, ...verdict.unexplained]);
    return {
      ...{ seed, quota, rowCount: all.rows.length, runCount: Number(runs?.count), startCount: this.#startCount },
      ...{ blows: this.#blows, idleBlowCount: this.#idleBlowCount, parentKillCount: this.#parentKillCount },
      ...{ decidedCount: this.#decidedCount, exits: this.#exits, atWork: this.#atWork.sum / this.#atWork.samples },
      ...{ quotaCallCount: calls.total, callCount: books.calls.total, countedCount: Number(counted?.used) },
      ...(await this.#fullestSeconds(endedAtMs)),
      verdict,
      seconds: (performance.now() - startedMs) / 1000,
    };
  }

  /** What the ledger says of the members that the verdict names. The folder and the database go away. */
  async #tellUnexplained(told: readonly string[]): Promise<void> {
    const uids = [...new Set(told.flatMap((line) => line.match(/[0-9]{18,19}/g) ?? []))];
    if (uids.length === 0) return;
    const of = `customer_uid IN (${uids.map((uid) => `'${uid}'`).join()})`;
    const rows = await inDatabase(this.#settings.url, `SELECT * FROM memberload.run_row WHERE ${of}`);
    const evidence = await inDatabase(
      this.#settings.url,
      `SELECT e.* FROM memberload.evidence AS e JOIN memberload.run_row USING (run_id, row_number) WHERE ${of}`,
    );
    for (const found of [...rows, ...evidence]) process.stderr.write(`${JSON.stringify(found)}\n`);
  }

  async #fullestSeconds(endedAtMs: number): Promise<Pick<WorkersFigures, 'fullestSecond' | 'fullestSecondAfter'>> {
    const times = await this.#vendor.callTimes();
    trace(() => ({ endedAtMs, times }));
    return {
      fullestSecond: mostInAnySecond(times.filter((at) => at < endedAtMs)),
      fullestSecondAfter: mostInAnySecond(times.filter((at) => at >= endedAtMs)),
    };
  }

  /** With a role of its own, so that its connections are known. */
  async #machine(name: string, jumpMs: number): Promise<ToolOptions> {
    const { build, url, control = [] } = this.#settings;
    const role = `${name}_${new URL(url).pathname.slice(1)}`;
    await inDatabase(url, `DROP ROLE IF EXISTS ${role}`, `CREATE ROLE ${role} LOGIN SUPERUSER`);
    const own = new URL(url);
    own.username = role;
    return openMachine(
      {
        ...{ build, vendor: this.#vendor, folder: this.#folder, url: own.href, jumpMs },
        patches: [SMALL_SLICES, ...control],
      },
      name,
    );
  }

  #note(end: ToolEnd, what: string): void {
    this.#startCount += 1;
    const exit = `${what} ${end.isKilled ? 'killed' : String(end.exitCode)}`;
    this.#exits.set(exit, (this.#exits.get(exit) ?? 0) + 1);
    trace(() => ({ exit, stderr: end.stderr.slice(-400) }));
    if (end.exitCode === 70) throw new Error(`${what}: ${end.stderr}`);
  }

  /** A service: whatever ends it, it is started again. */
  async #struckAgainAndAgain(machine: ToolOptions, index: number): Promise<void> {
    for (let life = 0; !this.#isOver; life += 1) {
      const random = seeded(this.#settings.seed * 31 + index * 1009 + life);
      const end = await this.#live(machine, random);
      this.#note(end, 'worker');
      // Told to end before it could listen.
      const isEndedAtStart = this.#isOver && end.exitCode === null;
      if (!end.isKilled && !isEndedAtStart && end.exitCode !== 0 && end.exitCode !== 5) {
        throw new Error(`a worker: ${end.stderr}`);
      }
    }
  }

  async #live(machine: ToolOptions, random: Seeded): Promise<ToolEnd> {
    const { blows: kinds = BLOWS, points = POINTS } = this.#settings;
    const blows = Array.from({ length: 6 }, () => planBlow(random.pick(kinds), random.pick(points), random));
    const tool = startTool(['worker', '--runs', '1'], { ...machine, blows });
    const following: Promise<void>[] = [];
    let isEnded = false;
    tool.onPass((line) => {
      if (!line.startsWith('struck ')) return;
      const blow = blows[following.length];
      if (blow) following.push(this.#follow(blow, tool.pid, machine, () => !isEnded && tool.kill('SIGCONT')));
    });
    const stop = setInterval(() => {
      if (!this.#isOver) return;
      tool.kill('SIGTERM');
      clearInterval(stop);
    }, 200);
    const end = await tool.ended;
    isEnded = true;
    clearInterval(stop);
    await Promise.all(following);
    return end;
  }

  /** What belongs to a blow that a process has dealt itself. */
  async #follow({ kind, stopMs }: PlannedBlow, pid: number, machine: ToolOptions, wake: () => void): Promise<void> {
    const { url } = this.#settings;
    if (kind === 'cut') {
      const user = new URL(machine.environment.MEMBERLOAD_LEDGER_URL ?? '').username;
      const its = `FROM pg_stat_activity WHERE usename = '${user}' ORDER BY random() LIMIT 1`;
      await inDatabase(url, `SELECT pg_terminate_backend(pid) ${its}`);
    }
    const had = await inDatabase(
      url,
      `SELECT FROM memberload.slice JOIN memberload.worker AS w USING (worker_id)
       WHERE NOT is_done AND w.who LIKE '%process ${pid}'`,
    );
    if (had.length > 0) this.#blows.set(kind, (this.#blows.get(kind) ?? 0) + 1);
    else this.#idleBlowCount += 1;
    trace(() => ({ kind, pid, hadSlice: had.length > 0, stopMs }));
    if (stopMs === 0) return;
    await sleep(stopMs);
    wake();
  }

  /** Leaves files to workers, as long as few rows are left. */
  async #handIn(machine: ToolOptions, index: number): Promise<void> {
    const random = seeded(this.#settings.seed * 37 + index);
    for (let count = 0; !this.#isOver; count += 1) {
      const name = await this.#inventFile(`home-${index}-${count}.csv`, random);
      const flags = [...topupOf(name, this.#settings.quota), '--rate', `${RATE}/s`];
      // Sometimes the command stays, with one process more; most of these are killed, and the child is left alone.
      const isShared = random.chance(0.2);
      const kills = isShared && random.chance(0.7) ? [planParentKill(random)] : [];
      let isOvertaken = true;
      while (isOvertaken && !this.#isOver) {
        await sleep(500);
        if ((await this.#rowsLeft()) > ROWS_LEFT_MIN) continue;
        const end = await runTool([...flags, ...(isShared ? ['--workers', '2'] : ['--detach'])], { ...machine, kills });
        this.#note(end, isShared ? '--workers' : '--detach');
        if (isShared && end.isKilled) this.#parentKillCount += 1;
        isOvertaken = end.exitCode === 3;
      }
      // Nobody has handed it in.
      if (isOvertaken) this.#files.delete(name);
    }
  }

  async #rowsLeft(): Promise<number> {
    const [row] = await inDatabase(
      this.#settings.url,
      `SELECT COALESCE(sum(last_row - first_row + 1), 0)::int AS rows FROM memberload.slice AS s JOIN memberload.run AS r USING (run_id)
       WHERE r.is_handed_out AND r.state = 'running' AND r.stop_json = '' AND NOT s.is_done AND s.slice > 0`,
    );
    return Number(row?.rows);
  }

  /** Some of the members, each once. Nobody is given the same amounts twice over all files. */
  async #inventFile(name: string, random: Seeded): Promise<string> {
    const members = random.shuffled(await this.#vendor.members()).slice(0, ROWS_A_FILE);
    const rows = members.map(({ number }, index): FileRow => {
      for (;;) {
        const amounts = inventAmounts(random);
        const key = `${number} ${amounts.pointIncrement} ${amounts.balanceIncrement}`;
        if (this.#used.has(key)) continue;
        this.#used.add(key);
        return { rowNumber: index + 1, memberNumber: number, isByUid: random.chance(0.15), ...amounts };
      }
    });
    this.#files.set(name, rows);
    const uidOf = new Map(members.map((member) => [member.number, member.customerUid]));
    writeFileSync(
      join(this.#folder, name),
      topupCsv(rows, (number) => uidOf.get(number) ?? ''),
    );
    return name;
  }

  /** Carries on what was stopped, and decides what is in doubt: two at once. */
  async #decide(people: readonly ToolOptions[]): Promise<void> {
    const random = seeded(this.#settings.seed * 41);
    const [person] = people;
    while (!this.#isOver && person) {
      await sleep(2000);
      for (const run of await runsKnownTo(person)) {
        if (this.#isOver) break;
        if (run.state === 'cancelled' || run.leftToWorkers) continue;
        if (run.state !== 'running')
          this.#decidedCount += await decideByTheBooks(run.run, people, this.#vendor, {
            random,
            quota: this.#settings.quota,
          });
        if (run.state !== 'finished') {
          const end = await runTool(
            ['resume', run.run, '--quiet', '--daily-quota', String(this.#settings.quota)],
            person,
          );
          this.#note(end, 'resume');
        }
      }
    }
  }

  async #changeFaults(): Promise<void> {
    const random = seeded(this.#settings.seed * 43);
    while (!this.#isOver) {
      const deal: Deal = random.chance(0.85) ? random.pick(USUAL_DEALS) : random.pick(ALL_DEALS);
      await this.#vendor.set(faultSwitches(deal, random));
      await sleep(FAULTS_MS);
    }
  }

  /** Until the day's calls are used up, or the time is. */
  async #watch(startedMs: number): Promise<void> {
    const { url, quota, minutesMax } = this.#settings;
    let last = { total: 0, atMs: startedMs };
    while (!this.#isOver) {
      await sleep(1000);
      const [row] = await inDatabase(
        url,
        `SELECT count(DISTINCT worker_id)::int AS busy FROM memberload.slice WHERE NOT is_done AND memberload.is_alive(worker_id)`,
      );
      const { total } = (await this.#vendor.books()).calls;
      const nowMs = performance.now();
      if (total > last.total) last = { total, atMs: nowMs };
      if (total < quota * NEAR_QUOTA) {
        this.#atWork.samples += 1;
        this.#atWork.sum += Number(row?.busy);
      }
      const isUsedUp = total >= quota * NEAR_QUOTA && nowMs - last.atMs > STILL_MS;
      this.#isOver = isUsedUp || nowMs - startedMs > minutesMax * 60_000;
    }
  }

  /** Without faults or blows, with calls enough: until every file has a result that says nothing is left. */
  async #converge(people: readonly ToolOptions[]): Promise<Map<string, string>> {
    const ample = ['--daily-quota', String(AMPLE)];
    let last = '';
    const [person] = people;
    if (person === undefined) throw new Error('there are people');
    for (let turn = 0; turn < FINAL_TURNS_MAX; turn += 1) {
      const open = (await runsKnownTo(person)).filter(({ state }) => state !== 'finished' && state !== 'cancelled');
      const carryOn = async (machine: ToolOptions, index: number): Promise<void> => {
        for (const { run } of open.filter((_, place) => place % people.length === index)) {
          const end = await runTool(['resume', run, '--quiet', ...ample], machine);
          last = `resume ${run}: ${end.exitCode} ${end.stderr}`;
          this.#note(end, 'final resume');
        }
      };
      await Promise.all(people.map(carryOn));
      const begun = new Set((await runsKnownTo(person)).map(({ input }) => input?.split('/').at(-1)));
      for (const name of this.#files.keys()) {
        if (begun.has(name)) continue;
        // Its command was killed before the run was recorded.
        this.#note(await runTool([...topupOf(name, AMPLE), '--rate', `${RATE}/s`], person), 'final topup');
      }
      for (const { run } of await runsKnownTo(person)) {
        this.#decidedCount += await decideByTheBooks(run, people, this.#vendor);
      }
      const isDone = (await runsKnownTo(person)).every(({ state }) => state === 'finished' || state === 'cancelled');
      const [left] = await inDatabase(
        this.#settings.url,
        "SELECT count(*)::int AS count FROM memberload.run_row WHERE state IN ('intent', 'in_doubt')",
      );
      if (isDone && Number(left?.count) === 0) return this.#results(person);
    }
    throw new Error(`the runs never end: ${last}`);
  }

  async #results(person: ToolOptions): Promise<Map<string, string>> {
    const results = new Map<string, string>();
    const runs = await runsKnownTo(person);
    for (const name of this.#files.keys()) {
      const run = runs.filter(({ input }) => input?.endsWith(`/${name}`)).at(-1);
      if (run === undefined) throw new Error(`nobody has begun ${name}`);
      // What workers have ended has no result yet. 1: with rows that failed.
      const end = existsSync(run.result) ? undefined : await runTool(['result', run.run], person);
      if (end && end.exitCode !== 0 && end.exitCode !== 1) throw new Error(`result ${run.run}: ${end.stderr}`);
      results.set(name, readFileSync(run.result, 'utf8'));
    }
    return results;
  }
}
