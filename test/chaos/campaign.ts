import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openSqliteLedger } from '../../src/ledger/sqlite-ledger.ts';
import type { RunDocument } from '../../src/report/run-document.ts';
import { REPEAT_CODE_FACT } from '../../src/run/repeat-fact.ts';
import { FAULT_NAMES, type FaultName } from '../../src/sandbox/switches.ts';
import type { Build } from './build.ts';
import { judge, type Verdict } from './judge.ts';
import { planEndKill, planKill, runAndKill } from './killer.ts';
import type { Patch, PointName } from './points.ts';
import { type Seeded, seeded } from './seeded.ts';
import { documentOf, errorCodeOf, runTool, type ToolEnd, type ToolOptions } from './tool.ts';
import { type FileRow, inventMembers, inventRows, topupCsv } from './topup-file.ts';
import { type Switches, startVendor, type Vendor } from './vendor.ts';

export type CampaignSettings = {
  readonly build: Build;
  readonly seed: number;
  readonly rowCount: number;
  readonly killCount: number;
  /** What the vendor does with a repeated dataChangeTime; the tool knows it when it is refused. */
  readonly repeat: 'accepted' | 'refused';
  /** A negative control's patches. */
  readonly patches?: readonly Patch[];
  /** Ends early, for a control that has found what it looks for. */
  readonly isEnough?: (applied: { readonly doubleCount: number }) => boolean;
};

export type CampaignFigures = {
  readonly seed: number;
  readonly repeat: 'accepted' | 'refused';
  readonly rowCount: number;
  readonly killCount: number;
  readonly killsAt: ReadonlyMap<PointName | 'any moment', number>;
  /** Processes started, the first included. */
  readonly startCount: number;
  readonly callCount: number;
  readonly faultsStruck: ReadonlySet<string>;
  readonly verdict: Verdict;
  readonly seconds: number;
};

const REPEAT_CODE = '2031';
const SHARES = [0.05, 0.2, 0.5];
const TIMEOUT_MS = 400;
const QUIET_WINDOW_MS = 120;
/** Past every deadline; some come after the quiet window, too. */
const LATE_MS_MAX = 1500;
/** Converging takes one resume without faults, or two; more is a run that never ends. */
const FINAL_STARTS_MAX = 12;

/**
 * One file, one vendor, and a tool that is killed over and over: faults that change with every start while
 * rows are left, then a vendor without faults, kills while the result is written, and the books.
 */
export async function runCampaign(settings: CampaignSettings): Promise<CampaignFigures> {
  const startedMs = performance.now();
  const random = seeded(settings.seed);
  const folder = mkdtempSync(join(tmpdir(), 'memberload-chaos-'));
  const home = join(folder, 'home');
  mkdirSync(home, { mode: 0o700 });
  const vendor = await startVendor(settings.build, folder);
  try {
    const stage = await setStage(settings, vendor, folder, home, random);
    const tally = await killWhileRowsAreLeft(settings, vendor, stage, random);
    const document = await converge(settings, vendor, stage, tally, random);
    // Whatever the vendor has not applied by now, it never will.
    await sleep(LATE_MS_MAX + 100);
    const books = await vendor.books();
    const verdict = judge({
      rows: stage.rows,
      membersBefore: stage.members,
      membersAfter: await vendor.members(),
      books,
      resultCsv: readFileSync(join(folder, 'topup.result.csv'), 'utf8'),
      document,
    });
    return {
      seed: settings.seed,
      repeat: settings.repeat,
      rowCount: settings.rowCount,
      killCount: tally.killCount,
      killsAt: tally.killsAt,
      startCount: tally.startCount,
      callCount: books.calls.total,
      faultsStruck: tally.faults,
      verdict,
      seconds: (performance.now() - startedMs) / 1000,
    };
  } catch (error) {
    throw new Error(`campaign with seed ${settings.seed}, repeat ${settings.repeat}: ${String(error)}`, {
      cause: error,
    });
  } finally {
    await vendor.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

type Stage = {
  readonly rows: readonly FileRow[];
  readonly members: Awaited<ReturnType<Vendor['members']>>;
  readonly tool: ToolOptions;
  readonly topup: readonly string[];
  readonly resume: readonly string[];
};

async function setStage(
  settings: CampaignSettings,
  vendor: Vendor,
  folder: string,
  home: string,
  random: Seeded,
): Promise<Stage> {
  await vendor.set({ repeat: settings.repeat, repeatCode: REPEAT_CODE, seed: settings.seed });
  const invented = inventMembers(settings.rowCount, random);
  await vendor.seed(invented);
  const members = await vendor.members();
  const uidByNumber = new Map(members.map(({ number, customerUid }) => [number, customerUid]));
  // Some files credit members twice, which takes lookups of their own; others leave the choice to the tool.
  const hasRepeats = random.chance(0.5);
  const rows = inventRows(invented, settings.rowCount, hasRepeats, random);
  writeFileSync(
    join(folder, 'topup.csv'),
    topupCsv(rows, (number) => uidByNumber.get(number) ?? ''),
  );
  writeFileSync(
    join(folder, 'memberload.config.json'),
    JSON.stringify({
      quietWindow: `${QUIET_WINDOW_MS}ms`,
      ...(settings.repeat === 'refused' && { kybio: { repeatCodes: [REPEAT_CODE] } }),
    }),
  );
  if (settings.repeat === 'refused') learnRepeatCode(home, vendor);
  return {
    rows,
    members,
    tool: {
      build: settings.build,
      cwd: folder,
      environment: { ...vendor.settings, HOME: folder, MEMBERLOAD_HOME: home },
      patches: settings.patches,
    },
    topup: [
      ...['topup', 'topup.csv', '--rate', 'unlimited', '--concurrency', '8'],
      ...(hasRepeats ? ['--on-duplicate', 'allow', '--lookup', 'rows'] : []),
      ...['--timeout', `${TIMEOUT_MS}ms`, '-y', '--json'],
    ],
    resume: ['resume', '--json'],
  };
}

/** What `doctor --probe-repeat` writes down. */
function learnRepeatCode(home: string, vendor: Vendor): void {
  const ledger = openSqliteLedger(home, { pid: process.pid, command: 'chaos', startedAt: '' });
  ledger.facts.write(`kybio:${vendor.settings.KYBIO_APP_ID}`, REPEAT_CODE_FACT, REPEAT_CODE, Date.now());
  ledger.close();
}

type Tally = {
  killCount: number;
  startCount: number;
  readonly killsAt: Map<PointName | 'any moment', number>;
  readonly faults: Set<string>;
};

function note(tally: Tally, end: ToolEnd): void {
  tally.startCount += 1;
  if (!end.isKilled) return;
  tally.killCount += 1;
  const where = end.killedAt ?? 'any moment';
  tally.killsAt.set(where, (tally.killsAt.get(where) ?? 0) + 1);
}

/** The share of kills that is kept for the time when the rows are done and only the result is written. */
const END_KILL_SHARE = 0.1;

async function killWhileRowsAreLeft(
  settings: CampaignSettings,
  vendor: Vendor,
  stage: Stage,
  random: Seeded,
): Promise<Tally> {
  const tally: Tally = { killCount: 0, startCount: 0, killsAt: new Map(), faults: new Set() };
  const killsWanted = Math.ceil(settings.killCount * (1 - END_KILL_SHARE));
  let deck: Deal[] = [];
  let sentCount = 0;
  while (tally.killCount < killsWanted) {
    if (deck.length === 0) deck = random.shuffled(allDeals());
    const deal = deck.pop();
    if (deal) {
      tally.faults.add(`${deal.fault} ${deal.share}`);
      await vendor.set(faultSwitches(deal, random));
    }
    const rowsPerKill = Math.max(0.5, (settings.rowCount - sentCount) / (killsWanted - tally.killCount));
    // Typing the command again and `resume` are two ways to say the same.
    const args = tally.startCount === 0 || random.chance(0.3) ? stage.topup : stage.resume;
    const plan = planKill(random, rowsPerKill, settings.repeat);
    const end = await runAndKill(args, stage.tool, plan);
    note(tally, end);
    trace(() => ({
      deal,
      plan,
      exit: end.exitCode ?? end.killedAt ?? 'killed',
      passes: Object.fromEntries(end.passes),
    }));
    sentCount += end.passes.get('send.after') ?? 0;
    if (!end.isKilled) expectKnownEnd(end);
    if (settings.isEnough && tally.killCount % 10 === 0) {
      if (settings.isEnough({ doubleCount: countDoubles(await vendor.books(), stage) })) break;
    }
  }
  return tally;
}

/** `CHAOS_TRACE=1`: a line for every process, to find out what a campaign spends its time on. */
function trace(detail: () => object): void {
  if (process.env.CHAOS_TRACE !== undefined) {
    process.stderr.write(`${(performance.now() / 1000).toFixed(2)} ${JSON.stringify(detail())}\n`);
  }
}

type Deal = { readonly fault: FaultName; readonly share: number };

/** Every fault of the sandbox at every share. */
function allDeals(): Deal[] {
  return FAULT_NAMES.flatMap((fault) => SHARES.map((share) => ({ fault, share })));
}

/** One fault at its share, on a background of all others, and answers slow enough to be killed in between. */
function faultSwitches({ fault, share }: Deal, random: Seeded): Switches {
  const others = FAULT_NAMES.filter((name) => name !== fault && name !== 'fault.slow');
  const background = random.chance(0.3) ? 0.1 / others.length : 0;
  return {
    ...Object.fromEntries(others.map((name) => [name, background])),
    'fault.slow': 0.3,
    [fault]: share,
    // Mostly where it matters: lookups that fail only make the campaign longer.
    faultsOn: random.chance(0.2) ? 'all' : 'increments',
    slowMs: random.pick([5, 20, 60, TIMEOUT_MS + 200]),
    lateApplyMs: random.whole(TIMEOUT_MS + 50, LATE_MS_MAX),
    retryAfterSeconds: 0,
    tooFastStyle: random.pick(['http429', 'code']),
  };
}

function noFaults(): Switches {
  return Object.fromEntries(FAULT_NAMES.map((name) => [name, 0]));
}

/** Without faults: kills while the result is written, then until nothing changes any more. */
async function converge(
  settings: CampaignSettings,
  vendor: Vendor,
  stage: Stage,
  tally: Tally,
  random: Seeded,
): Promise<RunDocument> {
  await vendor.set(noFaults());
  while (!settings.isEnough && tally.killCount < settings.killCount) {
    note(tally, await runAndKill(stage.resume, stage.tool, planEndKill(random)));
  }
  let last: RunDocument | undefined;
  for (let start = 1; start <= FINAL_STARTS_MAX; start += 1) {
    const end = await runTool(last ? stage.resume : stage.topup, stage.tool);
    note(tally, end);
    if (end.exitCode === 3 || end.exitCode === 70) throw new Error(`ended with ${end.exitCode}: ${end.stderr}`);
    const document = documentOf(end);
    if (!document) throw new Error(`resume said nothing: ${end.stderr}`);
    const isStuck = last !== undefined && JSON.stringify(last.rows) === JSON.stringify(document.rows);
    last = document;
    if (document.state === 'finished' || isStuck) break;
  }
  if (!last) throw new Error('no process reached its end');
  if (last.state === 'finished') await expectRefusedAgain(stage, tally);
  else if (last.rows.in_doubt === 0) throw new Error(`the run never ends: ${JSON.stringify(last.rows)}`);
  return last;
}

/** The same file once more must not be credited. */
async function expectRefusedAgain(stage: Stage, tally: Tally): Promise<void> {
  const again = await runTool(stage.topup, stage.tool);
  note(tally, again);
  if (again.exitCode !== 3 || errorCodeOf(again) !== 'SAME_TOPUP') {
    throw new Error(`the finished top-up was not refused: exit ${again.exitCode} ${again.stdout} ${again.stderr}`);
  }
}

/** Ends of processes that were not killed in time: stopped by a breaker, a mismatch, or before they began. */
function expectKnownEnd(end: ToolEnd): void {
  if (end.exitCode === 0 || end.exitCode === 5 || end.exitCode === 7) return;
  throw new Error(`process ${end.pid} ended with ${end.exitCode}: ${end.stdout} ${end.stderr}`);
}

function countDoubles(books: Awaited<ReturnType<Vendor['books']>>, stage: Stage): number {
  return Math.max(0, books.increments.length - stage.rows.length);
}
