import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parse } from 'csv-parse/sync';
import { systemClock } from '../../src/base/clock.ts';
import type { LedgerReader, RowRecord } from '../../src/ledger/ledger.ts';
import { openSqliteLedgerReader } from '../../src/ledger/sqlite/sqlite-ledger.ts';
import { FAULT_NAMES, type FaultName } from '../../src/sandbox/switches.ts';
import type { Build } from './build.ts';
import { trace } from './campaign.ts';
import { ALL_DEALS, type Deal, faultSwitches, LATE_MS_MAX, noFaults } from './faults.ts';
import { amountsKey, Intents } from './intents.ts';
import { REPEAT_CODE } from './judge.ts';
import { type KillPlan, planKill, runAndKill } from './killer.ts';
import { ACT_NAMES, ACTS, type ActName, type Desk, isReal, keepCopy, LAST_RUN, type Task, topup } from './person.ts';
import { type Patch, type PointName, START_POINTS } from './points.ts';
import { type Seeded, seeded } from './seeded.ts';
import { learnRepeatRule } from './stage.ts';
import { documentOf, errorCodeOf, runTool, type ToolEnd, type ToolOptions } from './tool.ts';
import { inventMembers } from './topup-file.ts';
import { type Books, startVendor, type Vendor } from './vendor.ts';

/**
 * What the vendor does with a dataChangeTime that a member had before, as the tool has learned it.
 * forgotten: refused for some seconds, then applied again.
 */
export type RepeatRule = 'accepted' | 'refused' | 'newer_only' | 'forgotten';

export type PersonSettings = {
  readonly build: Build;
  readonly seed: number;
  /** Members of the account. How many rows are credited follows from what the person does. */
  readonly memberCount: number;
  readonly killCount: number;
  readonly repeat: RepeatRule;
  /** A negative control's patches: the campaign ends with the first thing that is wrong. */
  readonly control?: readonly Patch[];
  /** Only these acts and faults; a control names those that it needs. */
  readonly acts?: readonly ActName[];
  readonly faults?: readonly FaultName[];
};

export type PersonFigures = {
  readonly seed: number;
  readonly repeat: RepeatRule;
  readonly rowCount: number;
  readonly killCount: number;
  readonly startCount: number;
  readonly callCount: number;
  readonly killsAt: ReadonlyMap<PointName | 'any moment', number>;
  readonly acts: ReadonlyMap<ActName, number>;
  /** Error codes by which the tool refused a command. */
  readonly refusals: ReadonlyMap<string, number>;
  readonly doubles: readonly string[];
  readonly unexplained: readonly string[];
  /** Rows that only a look into the vendor's books could decide, and how many of them had been applied. */
  readonly inDoubtCount: number;
  readonly inDoubtAppliedCount: number;
  readonly seconds: number;
};

const SECOND_THOUGHTS_SHARE = 0.75;
/** How far the person moves the clock. */
const JUMPS_MS = [-9, -1, -1 / 24, 1 / 24, 1, 9].map((days) => days * 86_400_000);
const REPEAT_AGE_MAX_MS = 3000;
/** Longer than the tool's own patience by far, so that only an old repeat finds that the vendor has forgotten. */
const REPEAT_MEMORY_MS = 12_000;
const FINAL_ROUNDS_MAX = 8;
const RUNS_MAX = 100_000;

/** A person who works with files between the kills, judged by the vendor's books alone. */
export async function runPersonCampaign(settings: PersonSettings): Promise<PersonFigures> {
  const startedMs = performance.now();
  const desktop = await openDesktop(settings);
  try {
    await workAndKill(settings, desktop);
    const isControlDone = settings.control !== undefined && desktop.problems.size + desktop.doubles.size > 0;
    if (!isControlDone) {
      await putInOrder(desktop);
      await noteFinished(desktop);
    }
    const books = await desktop.vendor.books();
    // A row that was sent by uid may name nobody any more, once the person has written its mistyped number again.
    const rows = desktop.desk.files.flatMap((file) => file.rows).filter(isReal(desktop.desk));
    const inDoubt = (await rowsInDoubt(desktop)).flatMap((run) => run.rows);
    const verdict = desktop.desk.intents.judge(books, rows, inDoubt);
    const { tally } = desktop;
    return {
      ...{ seed: settings.seed, repeat: settings.repeat, ...tally },
      rowCount: desktop.desk.intents.count,
      callCount: books.calls.total,
      doubles: [...new Set([...desktop.doubles, ...verdict.doubles])],
      unexplained: [...desktop.problems, ...(isControlDone ? [] : verdict.unexplained)],
      seconds: (performance.now() - startedMs) / 1000,
    };
  } catch (error) {
    throw new Error(`person with seed ${settings.seed}, repeat ${settings.repeat}: ${String(error)}`, { cause: error });
  } finally {
    await desktop.close();
  }
}

type Desktop = {
  readonly desk: Desk;
  readonly random: Seeded;
  readonly vendor: Vendor;
  readonly home: string;
  readonly tool: ToolOptions;
  readonly tally: {
    killCount: number;
    startCount: number;
    inDoubtCount: number;
    inDoubtAppliedCount: number;
    readonly killsAt: Map<PointName | 'any moment', number>;
    readonly acts: Map<ActName, number>;
    readonly refusals: Map<string, number>;
  };
  readonly problems: Set<string>;
  readonly doubles: Set<string>;
  close(): Promise<void>;
};

async function openDesktop({ build, seed, memberCount, repeat, control }: PersonSettings): Promise<Desktop> {
  const random = seeded(seed);
  const folder = mkdtempSync(join(tmpdir(), 'memberload-person-'));
  const home = join(folder, 'home');
  mkdirSync(home, { mode: 0o700 });
  const vendor = await startVendor(build, folder);
  await vendor.set({
    seed,
    repeatCode: REPEAT_CODE,
    repeatRule: repeat === 'accepted' ? 'accept' : repeat === 'newer_only' ? 'refuse_not_newer' : 'refuse_repeat',
    ...(repeat === 'forgotten' && { repeatMemory: REPEAT_MEMORY_MS }),
  });
  if (repeat === 'newer_only') await learnRepeatRule(home, vendor, { kind: 'newer_only' });
  else if (repeat !== 'accepted') await learnRepeatRule(home, vendor, { kind: 'refused', code: REPEAT_CODE });
  await vendor.seed(inventMembers(memberCount, random));
  // A uid that ends in zeros looks like one that a spreadsheet has rounded.
  const members = (await vendor.members()).filter(({ customerUid }) => !customerUid.endsWith('00'));
  const config = { quietWindow: '120ms', repeatAgeMax: repeat === 'forgotten' ? `${REPEAT_AGE_MAX_MS}ms` : '10m' };
  writeFileSync(join(folder, 'memberload.config.json'), JSON.stringify(config));
  return {
    random,
    vendor,
    home,
    desk: { folder, random, members, intents: new Intents(), files: [], copies: [], lastRun: undefined },
    tool: {
      build,
      cwd: folder,
      environment: { ...vendor.settings, HOME: folder, MEMBERLOAD_HOME: home },
      patches: control,
    },
    tally: {
      ...{ killCount: 0, startCount: 0, inDoubtCount: 0, inDoubtAppliedCount: 0 },
      ...{ killsAt: new Map(), acts: new Map(), refusals: new Map() },
    },
    problems: new Set(),
    doubles: new Set(),
    async close() {
      await vendor.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function workAndKill(settings: PersonSettings, desktop: Desktop): Promise<void> {
  const { desk, random, tally, vendor } = desktop;
  const { faults = FAULT_NAMES } = settings;
  let deals: Deal[] = [];
  let acts: ActName[] = [];
  let task: Task | undefined;
  while (tally.killCount < settings.killCount) {
    if (deals.length === 0) deals = random.shuffled(ALL_DEALS.filter(({ fault }) => faults.includes(fault)));
    const deal = deals.pop();
    if (deal) await vendor.set(faultSwitches(deal, random));
    if (task === undefined) {
      if (acts.length === 0) acts = random.shuffled(dealOfActs(settings.acts ?? ACT_NAMES));
      const act = acts.pop() ?? 'newOccasion';
      task = ACTS[act](desk);
      if (task === undefined) continue;
      count(tally.acts, act);
      trace(() => ({ act }));
    }
    if (random.chance(0.15)) await sellAtTheTill(desktop);
    await carryOut(task, desktop, planOf(settings, random));
    if (settings.control && desktop.doubles.size + desktop.problems.size > 0) return;
    // Sometimes the person thinks of something else first.
    task = random.chance(SECOND_THOUGHTS_SHARE) ? task.next : undefined;
  }
}

/** Something new to send, and carrying on, between all the rest. */
function dealOfActs(names: readonly ActName[]): ActName[] {
  return names.flatMap((name) =>
    name === 'newOccasion' ? [name, name, name] : name === 'resume' ? [name, name] : [name],
  );
}

function planOf({ repeat, control }: PersonSettings, random: Seeded): KillPlan | undefined {
  // Only a process that reaches its end says anything that could be wrong.
  if (random.chance(control ? 0.5 : 0.2)) return undefined;
  const atStart = random.chance(0.15) ? [{ point: random.pick(START_POINTS), nth: 1 }] : [];
  const plan = planKill(random, 8, repeat === 'refused' || repeat === 'forgotten' ? 'refused' : 'accepted');
  return { ...plan, points: [...atStart, ...plan.points] };
}

async function sellAtTheTill({ desk, random, vendor }: Desktop): Promise<void> {
  const { number } = random.pick(desk.members);
  await vendor.adjust({ number, balanceIncrement: `-${random.whole(1, 999)}.${random.whole(10, 99)}` });
}

/** One command: killed as planned, or to its end; then what the tool says is held against the books. */
async function carryOut(task: Task, desktop: Desktop, plan: KillPlan | undefined): Promise<ToolEnd | undefined> {
  const { desk, random, tally } = desktop;
  if (task.args.includes(LAST_RUN) && desk.lastRun === undefined) return undefined;
  const args = task.args.map((arg) => (arg === LAST_RUN ? (desk.lastRun ?? arg) : arg));
  const clock = random.chance(0.2) ? [{ afterMs: random.pick([0, 0, 700]), jumpMs: random.pick(JUMPS_MS) }] : undefined;
  const options: ToolOptions = {
    ...desktop.tool,
    environment: { ...desktop.tool.environment, ...task.environment },
    ...(plan && clock && { clock }),
  };
  let isAtWork = false;
  const end = await runAndKill(args, options, plan ?? { points: [] }, (point) => {
    // The run has begun: what it needs of its input it has.
    if (!isAtWork && (point === 'start.after' || point === 'intent.before')) {
      isAtWork = true;
      task.meanwhile?.();
    }
  });
  tally.startCount += 1;
  trace(() => ({ args: args.join(' '), end: end.exitCode ?? end.killedAt ?? 'killed', code: errorCodeOf(end) }));
  if (end.isKilled) {
    tally.killCount += 1;
    count(tally.killsAt, end.killedAt ?? 'any moment');
    return end;
  }
  await judgeEnd(end, desktop);
  return end;
}

async function judgeEnd(end: ToolEnd, desktop: Desktop): Promise<void> {
  const { desk, problems, doubles, tally } = desktop;
  if (end.exitCode === null || end.exitCode === 70) {
    problems.add(`a bug: ${end.stdout.slice(0, 300)} ${end.stderr.slice(-700)}`);
    return;
  }
  const document = documentOf(end);
  if (document?.run) desk.lastRun = document.run;
  const code = errorCodeOf(end);
  if (end.exitCode === 2 || end.exitCode === 3) count(tally.refusals, code ?? `exit ${end.exitCode}`);
  const books = await desktop.vendor.books();
  for (const double of desk.intents.findDoubles(books)) doubles.add(double);
  if (document?.result && existsSync(document.result)) {
    judgeResult(document.result, books, desktop);
    keepCopy(desk, document.result);
  }
}

/** Every row that the result calls done is in the books. */
function judgeResult(path: string, books: Books, { desk, problems }: Desktop): void {
  const uidByNumber = new Map(desk.members.map(({ number, customerUid }) => [number, customerUid]));
  const uids = new Set(uidByNumber.values());
  const booked = new Set(books.increments.map((one) => `${one.dataChangeTime} ${amountsKey(one)}`));
  for (const row of parse(readFileSync(path, 'utf8'), { bom: true, columns: true }) as Record<string, string>[]) {
    const [number = '', givenUid = '', uid = ''] = [row.number, row.customerUid, row.result_customerUid];
    const customerUid = uidByNumber.get(number) ?? [uid, givenUid].find((one) => uids.has(one));
    const status = row.result_status ?? '';
    if (customerUid === undefined || (status !== 'done' && status !== 'in_doubt')) continue;
    const { result_dataChangeTime: time = '', pointIncrement = '', balanceIncrement = '' } = row;
    if (time !== '') desk.intents.noteSaid({ customerUid, dataChangeTime: time, status });
    if (status !== 'done') continue;
    const amounts = { customerUid, pointIncrement, balanceIncrement };
    const minute = minuteOf(time);
    const isBooked =
      minute === undefined
        ? desk.intents.isCredited(amounts, books)
        : [...booked].some((one) => one.startsWith(minute) && one.endsWith(` ${amountsKey(amounts)}`));
    if (!isBooked) {
      const name = `row ${row.result_row} of ${path.slice(path.lastIndexOf('/') + 1)}, ${amountsKey(amounts)}`;
      problems.add(`${name}: called done ${row.result_action} (${time}; ${row.result_messages}), never applied`);
    }
  }
}

/** The time of a result as far as it still tells: a spreadsheet leaves the seconds away. Undefined: it tells none. */
function minuteOf(time: string): string | undefined {
  if (/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/.test(time)) return time;
  const [, day, month, year, rest] = /^(\d{1,2})\/(\d\d)\/(\d{4}) (\d\d:\d\d)$/.exec(time) ?? [];
  return day === undefined ? undefined : `${year}-${month}-${day.padStart(2, '0')} ${rest}:`;
}

/** The end of the day: no faults, everything is carried on, decided by the books, and sent once more. */
async function putInOrder(desktop: Desktop): Promise<void> {
  const { desk, vendor, problems } = desktop;
  await vendor.set(noFaults());
  await sleep(LATE_MS_MAX + 100);
  await carryAllOn(desktop);
  await decideByBooks(desktop);
  await carryAllOn(desktop);
  for (const file of desk.files) {
    if (file.rows.length === 0) continue;
    const once = topup(file, desk, ['--skip-credited', '--on-duplicate', 'allow', '--lookup', 'rows']);
    let end: ToolEnd | undefined;
    for (let round = 1; round <= FINAL_ROUNDS_MAX; round += 1) {
      if (!existsSync(join(desk.folder, file.name))) ACTS.sorts({ ...desk, files: [file] });
      end = await carryOut(once, desktop, undefined);
      if (end?.exitCode === 0 || end?.exitCode === 1) break;
      // The person has taken the columns of the result away, and the tool replaces no file but its own results.
      if (end && errorCodeOf(end) === 'RESULT_NOT_WRITABLE') {
        rmSync(join(desk.folder, file.name.replace('.csv', '.result.csv')), { force: true });
      }
    }
    const waitsForDoubt = end?.exitCode === 7 || (end?.exitCode === 3 && (await rowsInDoubt(desktop)).length > 0);
    if (end?.exitCode !== 0 && end?.exitCode !== 1 && !waitsForDoubt) {
      problems.add(`${file.name} never ends: exit ${end?.exitCode} ${end?.stderr.slice(-500)}`);
    }
  }
}

/** Twice: a row may wait for one in doubt of another run, which the first round decides. */
async function carryAllOn(desktop: Desktop): Promise<void> {
  for (let round = 1; round <= 2; round += 1) {
    const open = await listUnfinished(desktop);
    if (open.length === 0) return;
    for (const run of open) {
      const end = await carryOut({ args: ['resume', run, '--json'] }, desktop, undefined);
      const code = end && errorCodeOf(end);
      if (code === 'OTHER_ACCOUNT') await carryOut({ args: ['runs', 'cancel', run, '--json'] }, desktop, undefined);
      // RUN_FINISHED: an earlier one of these runs has decided its last row.
      else if (code !== 'RUN_FINISHED' && (end?.exitCode === 2 || end?.exitCode === 3))
        desktop.problems.add(`run ${run} cannot go on: ${code}`);
    }
  }
}

/** A process that was killed when its run had ended has told nobody: what it did is known all the same. */
function noteFinished(desktop: Desktop): Promise<void> {
  return withLedger(desktop, async (ledger) => {
    for (const { runId, state } of await ledger.runs.list(RUNS_MAX)) {
      if (state !== 'finished' && state !== 'cancelled') continue;
      for (const row of await ledger.rows.listByState(runId, ['done'])) {
        desktop.desk.intents.noteSaid({ ...row, status: row.state });
      }
    }
  });
}

/** The person looks into the back office for every row in doubt, and says what is so. */
async function decideByBooks(desktop: Desktop): Promise<void> {
  const { tally, desk, vendor, problems } = desktop;
  const { increments } = await vendor.books();
  const booked = new Set(increments.map((one) => `${one.customerUid} ${one.dataChangeTime}`));
  for (const { runId, rows } of await rowsInDoubt(desktop)) {
    const isApplied = (row: RowRecord): boolean => booked.has(`${row.customerUid} ${row.dataChangeTime}`);
    for (const row of rows) desk.intents.noteSaid({ ...row, status: row.state });
    tally.inDoubtCount += rows.length;
    tally.inDoubtAppliedCount += rows.filter(isApplied).length;
    for (const [verdict, some] of [
      ['applied', rows.filter(isApplied)],
      ['not-applied', rows.filter((row) => !isApplied(row))],
    ] as const) {
      if (some.length === 0) continue;
      const named = some.map(({ rowNumber }) => rowNumber).join(',');
      const end = await runTool(['resolve', runId, '--row', named, '--as', verdict, '-y', '--json'], desktop.tool);
      if (end.exitCode === 2 || end.exitCode === 70) problems.add(`not resolved: ${end.stderr.slice(-300)}`);
    }
  }
}

function rowsInDoubt(desktop: Desktop): Promise<{ runId: string; rows: RowRecord[] }[]> {
  return withLedger(desktop, async (ledger) => {
    const found: { runId: string; rows: RowRecord[] }[] = [];
    for (const { runId } of await ledger.runs.list(RUNS_MAX)) {
      const unsettled = await ledger.rows.listByState(runId, ['intent', 'in_doubt']);
      const rows = unsettled.filter(({ dataChangeTime }) => dataChangeTime !== '');
      if (rows.length > 0) found.push({ runId, rows });
    }
    return found;
  });
}

function listUnfinished(desktop: Desktop): Promise<string[]> {
  return withLedger(desktop, async (ledger) =>
    (await ledger.runs.listUnfinished()).map(({ runId }) => runId).reverse(),
  );
}

/** `memberload runs` shows the newest ones only. */
async function withLedger<T>({ home }: Desktop, work: (ledger: LedgerReader) => Promise<T>): Promise<T> {
  const ledger = await openSqliteLedgerReader({ folder: home, clock: systemClock });
  if (ledger === undefined) throw new Error('there is no ledger');
  try {
    return await work(ledger);
  } finally {
    await ledger.close();
  }
}

function count<Key>(map: Map<Key, number>, key: Key): void {
  map.set(key, (map.get(key) ?? 0) + 1);
}
