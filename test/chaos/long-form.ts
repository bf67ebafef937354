import { rmSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { CLUSTER_FOLDER, emptyLedger, makeClusterFolder, stopCluster } from '../support/postgres.ts';
import { type Build, copyBuild } from './build.ts';
import { runCampaign } from './campaign.ts';
import { undecidedCount } from './judge.ts';
import { type RepeatRule, runPersonCampaign } from './person-campaign.ts';
import { runWorkersCampaign } from './workers-campaign.ts';
import { describeWorkers, problemsOf } from './workers-figures.ts';

/** Rows of one campaign: enough for every fault at every share, few enough to read the file quickly. */
const ROWS_PER_CAMPAIGN = 1000;
/** A campaign is three processes that mostly wait for each other. */
const CAMPAIGNS_AT_ONCE = 2;

/** machine: one file, only kills and faults. person: somebody works with the files between the kills. */
type Kind = 'machine' | 'person';

type Plan = {
  readonly kind: Kind;
  readonly repeat: RepeatRule;
  readonly seed: number;
  readonly rowCount: number;
  readonly killCount: number;
};

/** What every campaign tells of itself. */
type Figures = Plan & {
  readonly startCount: number;
  readonly callCount: number;
  readonly killsAt: ReadonlyMap<string, number>;
  readonly acts: ReadonlyMap<string, number>;
  readonly refusals: ReadonlyMap<string, number>;
  readonly inDoubtCount: number;
  readonly inDoubtAppliedCount: number;
  readonly doubles: readonly string[];
  readonly unexplained: readonly string[];
  readonly seconds: number;
};

/** In this order: whatever the number of campaigns, the first ones differ the most. */
const VARIANTS: readonly (readonly [Kind, RepeatRule])[] = [
  ['person', 'accepted'],
  ['machine', 'refused'],
  ['person', 'forgotten'],
  ['machine', 'accepted'],
  ['person', 'refused'],
  ['person', 'newer_only'],
];

/** Runs campaigns until all rows and kills are spent, prints their figures, and returns the exit code. */
export async function runLongForm(argv: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      rows: { type: 'string', default: '2000' },
      kills: { type: 'string', default: '200' },
      seed: { type: 'string', default: String(Date.now() % 1_000_000) },
      /** Only these. */
      kind: { type: 'string', default: 'machine,person' },
      repeat: { type: 'string', default: 'accepted,refused,forgotten,newer_only' },
      /** Instead: three workers with one ledger, for so many calls. */
      machines: { type: 'boolean', default: false },
      calls: { type: 'string', default: '9000' },
    },
  });
  const seed = Number(values.seed);
  if (values.machines) return runMachinesForm(seed, Number(values.calls));
  const kinds = values.kind.split(',');
  const repeats = values.repeat.split(',');
  const variants = VARIANTS.filter(([kind, repeat]) => kinds.includes(kind) && repeats.includes(repeat));
  const campaignCount = Math.max(1, Math.round(Number(values.rows) / ROWS_PER_CAMPAIGN));
  const plans = Array.from({ length: campaignCount }, (_, index): Plan => {
    const [kind, repeat] = variants[index % variants.length] ?? ['person', 'accepted'];
    return {
      ...{ kind, repeat, seed: seed + index },
      rowCount: Math.round(Number(values.rows) / campaignCount),
      killCount: Math.round(Number(values.kills) / campaignCount),
    };
  });
  print(`seed ${seed}: ${campaignCount} campaigns of ${plans[0]?.rowCount} rows and ${plans[0]?.killCount} kills`);
  const startedMs = performance.now();
  const build = copyBuild();
  const all: Figures[] = [];
  const failures: string[] = [];
  const workers = Array.from({ length: CAMPAIGNS_AT_ONCE }, async () => {
    for (let plan = plans.shift(); plan; plan = plans.shift()) {
      try {
        const figures = await runPlan(plan, build);
        all.push(figures);
        print(describe(figures));
        for (const problem of [...figures.doubles, ...figures.unexplained].slice(0, 10)) print(`  ! ${problem}`);
      } catch (error) {
        failures.push(String(error));
        print(`  ! ${String(error)}`);
      }
    }
  });
  await Promise.all(workers);
  build.remove();
  print(describeAll(all, failures, (performance.now() - startedMs) / 1000));
  const isClean = all.every(({ doubles, unexplained }) => doubles.length === 0 && unexplained.length === 0);
  return isClean && failures.length === 0 ? 0 : 1;
}

/** A call takes a tenth of a second at most, on a slow machine. */
const MINUTES_A_CALL = 1 / 300;

async function runMachinesForm(seed: number, quota: number): Promise<number> {
  const folder = makeClusterFolder();
  process.env[CLUSTER_FOLDER] = folder;
  const build = copyBuild();
  try {
    print(`seed ${seed}: three workers with one ledger, ${quota} calls`);
    const url = await emptyLedger();
    const minutesMax = Math.max(3, quota * MINUTES_A_CALL);
    const figures = await runWorkersCampaign({ build, seed, url, quota, memberCount: 300, minutesMax });
    print(describeWorkers(figures));
    const problems = problemsOf(figures);
    for (const problem of problems.slice(0, 20)) print(`  ! ${problem}`);
    return problems.length === 0 ? 0 : 1;
  } finally {
    build.remove();
    stopCluster(folder);
    rmSync(folder, { recursive: true, force: true });
  }
}

async function runPlan(plan: Plan, build: Build): Promise<Figures> {
  const { kind, repeat, rowCount } = plan;
  // The rows of a person's campaign follow from the acts: about half a dozen for each member.
  if (kind === 'person') {
    return { kind, ...(await runPersonCampaign({ ...plan, build, memberCount: Math.ceil(rowCount / 6) })) };
  }
  const machineRepeat = repeat === 'refused' ? 'refused' : 'accepted';
  const { verdict, ...figures } = await runCampaign({ ...plan, build, repeat: machineRepeat });
  const undecided = repeat === 'refused' ? undecidedCount(verdict) : 0;
  return {
    ...figures,
    ...{ kind, repeat, acts: new Map(), refusals: new Map() },
    inDoubtCount: verdict.statuses.in_doubt,
    inDoubtAppliedCount: verdict.inDoubtAppliedCount,
    doubles: verdict.doubles,
    unexplained: [
      ...verdict.unexplained,
      ...(undecided > 0 ? [`${undecided} rows in doubt, although the account refuses repeats`] : []),
    ],
  };
}

function describe(figures: Figures): string {
  return [
    `seed ${figures.seed}, ${figures.kind}, repeat ${figures.repeat}`,
    `rows ${figures.rowCount}`,
    `kills ${figures.killCount}`,
    ...(figures.acts.size > 0 ? [`acts ${sumOf(figures.acts)}`] : []),
    `starts ${figures.startCount}`,
    `calls ${figures.callCount}`,
    `in doubt ${figures.inDoubtCount}, applied ${figures.inDoubtAppliedCount}`,
    `doubles ${figures.doubles.length}`,
    `unexplained ${figures.unexplained.length}`,
    `${figures.seconds.toFixed(0)} s`,
  ].join(' · ');
}

function describeAll(all: readonly Figures[], failures: readonly string[], seconds: number): string {
  const sum = (of: (figures: Figures) => number): number => all.reduce((total, figures) => total + of(figures), 0);
  const inDoubt = (isProbed: boolean): string => {
    const some = all.filter(({ repeat }) => (repeat === 'refused' || repeat === 'forgotten') === isProbed);
    const total = (of: (figures: Figures) => number): number => some.reduce((before, one) => before + of(one), 0);
    return `${total((one) => one.inDoubtCount)} of ${total((one) => one.rowCount)} rows, of these applied ${total((one) => one.inDoubtAppliedCount)}`;
  };
  return `
rows         ${sum((figures) => figures.rowCount)}
kills        ${sum((figures) => figures.killCount)} (${describeCounts(all.map(({ killsAt }) => killsAt))})
acts         ${sum(({ acts }) => sumOf(acts))} (${describeCounts(all.map(({ acts }) => acts))})
refusals     ${sum(({ refusals }) => sumOf(refusals))} (${describeCounts(all.map(({ refusals }) => refusals))})
processes    ${sum((figures) => figures.startCount)}
calls        ${sum((figures) => figures.callCount)}
in doubt     without the probe: ${inDoubt(false)}
             with the probe:    ${inDoubt(true)}
doubles      ${sum(({ doubles }) => doubles.length)}
unexplained  ${sum(({ unexplained }) => unexplained.length)}
broken off   ${failures.length} campaigns
seconds      ${seconds.toFixed(0)}`;
}

function sumOf(counts: ReadonlyMap<string, number>): number {
  return [...counts.values()].reduce((total, one) => total + one, 0);
}

function describeCounts(maps: readonly ReadonlyMap<string, number>[]): string {
  const total = new Map<string, number>();
  for (const map of maps) for (const [name, one] of map) total.set(name, (total.get(name) ?? 0) + one);
  return [...total].map(([name, one]) => `${name} ${one}`).join(', ');
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
