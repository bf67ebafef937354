import type { Figure } from '../figure.ts';
import { inTurn } from '../figure.ts';
import { CREATES, CREDITS, type Rows, writeAddCalls, writeCsv, writeIncrementCalls } from '../input-files.ts';
import { BENCH_APP_ID, BENCH_APP_KEY } from '../least-server.ts';
import type { MeasuredRun } from '../measured-run.ts';
import { CONCURRENCY, type Stand } from '../stand.ts';

/** As fast as it goes. */
export const FAST_FLAGS = ['--rate', 'unlimited', '--concurrency', String(CONCURRENCY)] as const;

type CallJob = {
  readonly name: 'create' | 'topup';
  readonly rows: Rows;
  readonly args: readonly string[];
  readonly writeCalls: (path: string, count: number) => Promise<void>;
};

export const CREATE: CallJob = {
  name: 'create',
  rows: CREATES,
  args: ['import', 'file.csv', '--mode', 'create', ...FAST_FLAGS],
  writeCalls: writeAddCalls,
};

export const TOPUP: CallJob = {
  name: 'topup',
  rows: CREDITS,
  args: ['topup', 'file.csv', ...FAST_FLAGS],
  writeCalls: writeIncrementCalls,
};

/** create and top-up: a row is a call. Whole processes are timed, ours and base, start and end included. */
export const CALL_FIGURES: readonly Figure[] = [
  ofBareLoop(CREATE, 'create', 'create, of the bare loop', { goal: 0.8, limit: 0.65 }),
  ofBareLoop(TOPUP, 'topup', 'top-up with the durable ledger, of the bare loop', { goal: 0.75, limit: 0.6 }),
  {
    ...ofBareLoop(TOPUP, 'topup-memory', 'top-up, ledger in memory, of the bare loop', { goal: 0.75, limit: 0.6 }),
    run: async (stand, round) => {
      if (stand.memoryFolder === undefined) throw new Error('there is no /dev/shm');
      return await compareToLoop(stand, round, TOPUP, stand.memoryFolder);
    },
  },
  ofHandScript(CREATE, 'create, against the hand-written script'),
  ofHandScript(TOPUP, 'top-up, against the hand-written script'),
];

function ofBareLoop(
  job: CallJob,
  name: string,
  what: string,
  bounds: { readonly goal: number; readonly limit: number },
): Figure {
  return {
    name,
    what,
    unit: 'rows/s',
    goal: { atLeast: bounds.goal },
    limit: { atLeast: bounds.limit },
    run: (stand, round) => compareToLoop(stand, round, job),
  };
}

async function compareToLoop(stand: Stand, round: number, job: CallJob, base?: string) {
  const { calls: count } = stand.sizes;
  const callsFile = await stand.input(`${job.name}-${count}.calls`, (path) => job.writeCalls(path, count));
  const [ours, bare] = await inTurn(
    round,
    () => runJob(stand, job, count, base),
    () => stand.baseline('bare-loop', [callsFile, stand.server.origin, BENCH_APP_KEY, CONCURRENCY, 0]),
  );
  return { ours: perSecond(count, ours), base: perSecond(bare.count, bare) };
}

function ofHandScript(job: CallJob, what: string): Figure {
  return {
    name: `${job.name}-hand`,
    what,
    unit: 'rows/s',
    goal: { atLeast: 4 },
    limit: { atLeast: 3 },
    async run(stand, round) {
      const { calls: count } = stand.sizes;
      const input = await inputOf(stand, job, count);
      const [ours, script] = await inTurn(
        round,
        () => runJob(stand, job, count),
        () => {
          const baseUrl = `${stand.server.origin}/openapi/v1`;
          const result = `${input}.hand.csv`;
          return stand.baseline('hand-script', [
            job.name,
            input,
            result,
            baseUrl,
            BENCH_APP_ID,
            BENCH_APP_KEY,
            CONCURRENCY,
          ]);
        },
      );
      if (script.count !== count) throw new Error(`the script has done ${script.count} of ${count} rows`);
      return { ours: perSecond(count, ours), base: perSecond(count, script) };
    },
  };
}

export function inputOf(stand: Stand, job: CallJob, count: number): Promise<string> {
  return stand.input(`${job.name}-${count}.csv`, (path) => writeCsv(path, job.rows, count));
}

/**
 * The job in a fresh home. The first top-up of a home takes one call more: it asks the vendor who else uses the account.
 *
 * @throws unless every row is done and every row was one call
 */
export async function runJob(stand: Stand, job: CallJob, count: number, base?: string): Promise<MeasuredRun> {
  const input = await inputOf(stand, job, count);
  await stand.server.reset();
  const bench = stand.openBench(base === undefined ? {} : { base });
  try {
    bench.link(input, 'file.csv');
    const ran = await bench.run(job.args);
    const { done } = ran.document.rows;
    const { sent } = ran.document.calls;
    const expected = job.name === 'topup' ? count + 1 : count;
    if (done !== count || sent !== expected) throw new Error(`${job.name}: ${done} of ${count} rows, ${sent} calls`);
    return ran;
  } finally {
    bench.remove();
  }
}

export function perSecond(count: number, { wallMs }: { readonly wallMs: number }): number {
  return count / (wallMs / 1000);
}
