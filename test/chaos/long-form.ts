import { parseArgs } from 'node:util';
import { copyBuild } from './build.ts';
import { type CampaignFigures, runCampaign } from './campaign.ts';
import { undecidedCount } from './judge.ts';

/** Rows of one campaign: enough for every fault at every share, few enough to read the file quickly. */
const ROWS_PER_CAMPAIGN = 1000;
/** A campaign is three processes that mostly wait for each other. */
const CAMPAIGNS_AT_ONCE = 2;

/** Runs campaigns until all rows and kills are spent, prints their figures, and returns the exit code. */
export async function runLongForm(argv: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      rows: { type: 'string', default: '2000' },
      kills: { type: 'string', default: '200' },
      seed: { type: 'string', default: String(Date.now() % 1_000_000) },
      repeat: { type: 'string', default: 'accepted,refused' },
    },
  });
  const seed = Number(values.seed);
  const campaignCount = Math.max(1, Math.round(Number(values.rows) / ROWS_PER_CAMPAIGN));
  const repeats = values.repeat.split(',') as ('accepted' | 'refused')[];
  const plans = Array.from({ length: campaignCount }, (_, index) => ({
    seed: seed + index,
    rowCount: Math.round(Number(values.rows) / campaignCount),
    killCount: Math.round(Number(values.kills) / campaignCount),
    repeat: repeats[index % repeats.length] ?? 'accepted',
  }));
  print(`seed ${seed}: ${campaignCount} campaigns of ${plans[0]?.rowCount} rows and ${plans[0]?.killCount} kills`);
  const startedMs = performance.now();
  const build = copyBuild();
  const all: CampaignFigures[] = [];
  const failures: string[] = [];
  const workers = Array.from({ length: CAMPAIGNS_AT_ONCE }, async () => {
    for (let plan = plans.shift(); plan; plan = plans.shift()) {
      try {
        const figures = await runCampaign({ build, ...plan });
        all.push(figures);
        print(describe(figures));
        for (const problem of [...figures.verdict.doubles, ...figures.verdict.unexplained].slice(0, 10)) {
          print(`  ! ${problem}`);
        }
      } catch (error) {
        failures.push(String(error));
        print(`  ! ${String(error)}`);
      }
    }
  });
  await Promise.all(workers);
  build.remove();
  print(describeAll(all, failures, (performance.now() - startedMs) / 1000));
  const isClean = all.every(({ repeat, verdict }) => {
    const mustDecideAll = repeat === 'refused';
    const isDecided = !mustDecideAll || undecidedCount(verdict) === 0;
    return verdict.doubles.length === 0 && verdict.unexplained.length === 0 && isDecided;
  });
  return isClean && failures.length === 0 ? 0 : 1;
}

function describe(figures: CampaignFigures): string {
  const { verdict } = figures;
  return [
    `seed ${figures.seed}, repeat ${figures.repeat}`,
    `rows ${figures.rowCount}`,
    `kills ${figures.killCount}`,
    `starts ${figures.startCount}`,
    `calls ${figures.callCount}`,
    Object.entries(verdict.statuses)
      .map(([status, count]) => `${status} ${count}`)
      .join(', '),
    `of the rows in doubt applied ${verdict.inDoubtAppliedCount}`,
    `doubles ${verdict.doubles.length}`,
    `unexplained ${verdict.unexplained.length}`,
    `${figures.seconds.toFixed(0)} s`,
  ].join(' · ');
}

function describeAll(all: readonly CampaignFigures[], failures: readonly string[], seconds: number): string {
  const sum = (of: (figures: CampaignFigures) => number): number =>
    all.reduce((total, figures) => total + of(figures), 0);
  const killsAt = new Map<string, number>();
  for (const figures of all) {
    for (const [where, count] of figures.killsAt) killsAt.set(where, (killsAt.get(where) ?? 0) + count);
  }
  const faults = new Set(all.flatMap(({ faults: struck }) => [...struck]));
  const inDoubt = (repeat: string): string => {
    const some = all.filter((figures) => figures.repeat === repeat);
    const rowCount = some.reduce((total, figures) => total + figures.rowCount, 0);
    const codes = new Map<string, number>();
    for (const { verdict } of some) {
      for (const [code, count] of Object.entries(verdict.inDoubtCodes)) codes.set(code, (codes.get(code) ?? 0) + count);
    }
    const count = some.reduce((total, { verdict }) => total + verdict.statuses.in_doubt, 0);
    return `${count} of ${rowCount} rows${count > 0 ? ` (${[...codes].map(([code, n]) => `${code} ${n}`).join(', ')})` : ''}`;
  };
  return `
rows         ${sum((figures) => figures.rowCount)}
kills        ${sum((figures) => figures.killCount)} (${[...killsAt].map(([where, count]) => `${where} ${count}`).join(', ')})
processes    ${sum((figures) => figures.startCount)}
faults       ${faults.size} kinds and shares
calls        ${sum((figures) => figures.callCount)}
done         ${sum(({ verdict }) => verdict.statuses.done)}
failed       ${sum(({ verdict }) => verdict.statuses.failed)}
invalid      ${sum(({ verdict }) => verdict.statuses.invalid)}
not sent     ${sum(({ verdict }) => verdict.statuses.not_sent)}
in doubt     ${sum(({ verdict }) => verdict.statuses.in_doubt)}, of these applied ${sum(({ verdict }) => verdict.inDoubtAppliedCount)}
             repeat check off: ${inDoubt('accepted')}
             repeat check on:  ${inDoubt('refused')}
doubles      ${sum(({ verdict }) => verdict.doubles.length)}
unexplained  ${sum(({ verdict }) => verdict.unexplained.length)}
broken off   ${failures.length} campaigns
seconds      ${seconds.toFixed(0)}`;
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
