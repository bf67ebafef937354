import { setTimeout as sleep } from 'node:timers/promises';
import type { RunDocument } from '../../src/result/run-document.ts';
import type { Build } from './build.ts';
import { ALL_DEALS, type Deal, faultSwitches, LATE_MS_MAX, noFaults, TIMEOUT_MS } from './faults.ts';
import type { Verdict } from './judge.ts';
import { planEndKill, planKill, runAndKill } from './killer.ts';
import type { Patch, PointName } from './points.ts';
import { type Seeded, seeded } from './seeded.ts';
import { openStage, type Stage } from './stage.ts';
import { documentOf, errorCodeOf, runTool, type ToolEnd } from './tool.ts';
import { inventMembers, inventRows } from './topup-file.ts';

export type CampaignSettings = {
  readonly build: Build;
  readonly seed: number;
  readonly rowCount: number;
  readonly killCount: number;
  /** What the vendor does with a repeated dataChangeTime; the tool knows it when it is refused. */
  readonly repeat: 'accepted' | 'refused';
  /** A negative control's patches: such a campaign ends as soon as it has found a double credit. */
  readonly control?: readonly Patch[];
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
  /** Which fault at which share. */
  readonly faults: ReadonlySet<string>;
  readonly verdict: Verdict;
  readonly seconds: number;
};

/** The share of kills that is kept for the time when the rows are done and only the result is written. */
const END_KILL_SHARE = 0.1;
/** After so many processes that reached their end the run has ended before its kills were spent: nothing is left to kill. */
const UNKILLED_MAX = 20;
/** Converging takes one resume without faults, or two; more is a run that never ends. */
const FINAL_STARTS_MAX = 12;

/**
 * One file, one vendor, and a tool that is killed over and over: faults that change with every start while
 * rows are left, then a vendor without faults, kills while the result is written, and the books.
 */
export async function runCampaign(settings: CampaignSettings): Promise<CampaignFigures> {
  const { seed, repeat, rowCount } = settings;
  const startedMs = performance.now();
  const random = seeded(seed);
  const members = inventMembers(rowCount, random);
  // Some files credit members twice, which takes lookups of their own; others leave the choice to the tool.
  const hasRepeats = random.chance(0.5);
  const stage = await openStage({
    build: settings.build,
    members,
    rows: inventRows(members, rowCount, hasRepeats, random),
    repeat,
    timeoutMs: TIMEOUT_MS,
    flags: hasRepeats ? ['--on-duplicate', 'allow', '--lookup', 'rows'] : [],
    patches: settings.control,
  });
  try {
    await stage.vendor.set({ seed });
    const tally = await killWhileRowsAreLeft(settings, stage, random);
    const document = await converge(settings, stage, tally, random);
    // Whatever the vendor has not applied by now, it never will.
    await sleep(LATE_MS_MAX + 100);
    const books = await stage.vendor.books();
    return {
      ...{ seed, repeat, rowCount, ...tally },
      callCount: books.calls.total,
      verdict: await stage.judge(document, books),
      seconds: (performance.now() - startedMs) / 1000,
    };
  } catch (error) {
    throw new Error(`campaign with seed ${seed}, repeat ${repeat}: ${String(error)}`, { cause: error });
  } finally {
    await stage.close();
  }
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

async function killWhileRowsAreLeft(settings: CampaignSettings, stage: Stage, random: Seeded): Promise<Tally> {
  const tally: Tally = { killCount: 0, startCount: 0, killsAt: new Map(), faults: new Set() };
  const killsWanted = Math.ceil(settings.killCount * (1 - END_KILL_SHARE));
  let deck: Deal[] = [];
  let sentCount = 0;
  let unkilledCount = 0;
  while (tally.killCount < killsWanted && unkilledCount < UNKILLED_MAX) {
    if (deck.length === 0) deck = random.shuffled(ALL_DEALS);
    const deal = deck.pop();
    if (deal) {
      tally.faults.add(`${deal.fault} ${deal.share}`);
      await stage.vendor.set(faultSwitches(deal, random));
    }
    const rowsPerKill = Math.max(0.5, (settings.rowCount - sentCount) / (killsWanted - tally.killCount));
    // Typing the command again and `resume` are two ways to say the same.
    const args = tally.startCount === 0 || random.chance(0.3) ? stage.topup : stage.resume;
    const plan = planKill(random, rowsPerKill, settings.repeat);
    const end = await runAndKill(args, stage.tool, plan);
    note(tally, end);
    unkilledCount = end.isKilled ? 0 : unkilledCount + 1;
    sentCount += end.passes.get('send.after') ?? 0;
    if (!end.isKilled) expectKnownEnd(end);
    trace(() => ({ deal, plan, end: end.exitCode ?? end.killedAt ?? 'killed', passes: [...end.passes] }));
    if (settings.control && (await hasMoreThanAsked(stage))) break;
  }
  return tally;
}

/** Ends of processes that were not killed in time: nothing to resume yet, a gateway's 401, a breaker, a mismatch. */
export function expectKnownEnd(end: ToolEnd): void {
  if (end.exitCode !== null && [0, 1, 4, 5, 7].includes(end.exitCode)) return;
  throw new Error(`process ${end.pid} ended with ${end.exitCode}: ${end.stdout} ${end.stderr}`);
}

/** `CHAOS_TRACE=1`: a line for every process, to see what a campaign spends its time on. */
export function trace(detail: () => object): void {
  if (process.env.CHAOS_TRACE === undefined) return;
  process.stderr.write(`${(performance.now() / 1000).toFixed(2)} ${JSON.stringify(detail())}\n`);
}

/**
 * Without faults: kills while the result is written, then until nothing changes any more.
 *
 * @returns what the last process printed; undefined when the run had ended before
 */
async function converge(
  settings: CampaignSettings,
  stage: Stage,
  tally: Tally,
  random: Seeded,
): Promise<RunDocument | undefined> {
  await stage.vendor.set(noFaults());
  let unkilledCount = 0;
  while (!settings.control && tally.killCount < settings.killCount && unkilledCount < UNKILLED_MAX) {
    const end = await runAndKill(stage.resume, stage.tool, planEndKill(random));
    note(tally, end);
    unkilledCount = end.isKilled ? 0 : unkilledCount + 1;
  }
  let last: RunDocument | undefined;
  for (let start = 1; start <= FINAL_STARTS_MAX; start += 1) {
    const end = await runTool(last ? stage.resume : stage.topup, stage.tool);
    note(tally, end);
    // The run has ended between the kills, with rows in doubt: the file is refused, and there is nothing to carry on.
    if (last === undefined && errorCodeOf(end) === 'CREDITED_BEFORE') return undefined;
    if (end.exitCode === 3 || end.exitCode === 70) throw new Error(`ended with ${end.exitCode}: ${end.stderr}`);
    const document = documentOf(end);
    if (!document) throw new Error(`resume said nothing: ${end.stderr}`);
    const isStuck = last !== undefined && JSON.stringify(last.rows) === JSON.stringify(document.rows);
    last = document;
    if (document.state === 'finished' || isStuck) break;
  }
  if (!last) throw new Error('no process reached its end');
  if (settings.control) return last;
  if (last.state === 'finished') await expectRefusedAgain(stage, tally);
  else if (last.rows.in_doubt === 0) throw new Error(`the run never ends: ${JSON.stringify(last.rows)}`);
  return last;
}

/** The same file once more must not be credited. */
async function expectRefusedAgain(stage: Stage, tally: Tally): Promise<void> {
  const again = await runTool(stage.topup, stage.tool);
  note(tally, again);
  if (again.exitCode !== 3 || errorCodeOf(again) !== 'CREDITED_BEFORE') {
    throw new Error(`the finished top-up was not refused: exit ${again.exitCode} ${again.stdout} ${again.stderr}`);
  }
}

/** Whether some row of a control was credited twice, without waiting for the end. */
async function hasMoreThanAsked(stage: Stage): Promise<boolean> {
  const { increments } = await stage.vendor.books();
  const asked = new Map<string, number>();
  const uidByNumber = new Map(stage.members.map(({ number, customerUid }) => [number, customerUid]));
  for (const { memberNumber } of stage.rows) {
    const uid = uidByNumber.get(memberNumber) ?? '';
    asked.set(uid, (asked.get(uid) ?? 0) + 1);
  }
  for (const { customerUid } of increments) asked.set(customerUid, (asked.get(customerUid) ?? 0) - 1);
  return [...asked.values()].some((left) => left < 0);
}
