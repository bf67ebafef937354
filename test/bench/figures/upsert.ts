import { type Figure, inTurn } from '../figure.ts';
import { CHANGES, members, pageCount, writeCsv, writeUpsertCalls } from '../input-files.ts';
import { BENCH_APP_KEY } from '../least-server.ts';
import { CONCURRENCY } from '../stand.ts';
import { FAST_FLAGS, perSecond } from './calls.ts';

/** Every member is read by pages, every second one is updated; 5,000 members in the full size. */
export const UPSERT: Figure = {
  name: 'upsert-pages',
  what: 'upsert with pages, of the bare loop for the same calls',
  unit: 'calls/s',
  goal: { atLeast: 0.7 },
  limit: { atLeast: 0.55 },
  async run(stand, round) {
    const count = stand.sizes.upsert;
    const input = await stand.input(`changes-${count}.csv`, (path) => writeCsv(path, CHANGES, count));
    const callsFile = await stand.input(`changes-${count}.calls`, (path) => writeUpsertCalls(path, count));
    const expected = { pages: pageCount(count), updates: Math.floor(count / 2) };
    const total = expected.pages + expected.updates;
    const [ours, bare] = await inTurn(
      round,
      async () => {
        await stand.server.reset(members(count));
        const bench = stand.openBench();
        try {
          bench.link(input, 'file.csv');
          const ran = await bench.run(['import', 'file.csv', '--lookup', 'pages', ...FAST_FLAGS]);
          const { calls } = await stand.server.state();
          const { 'customerOpenApi/queryCustomerPages': pages = 0, 'customerOpenApi/updateBaseInfo': updates = 0 } =
            calls;
          if (pages !== expected.pages || updates !== expected.updates || ran.document.calls.sent !== total) {
            throw new Error(`not the same calls: ${JSON.stringify(calls)} instead of ${JSON.stringify(expected)}`);
          }
          return ran;
        } finally {
          bench.remove();
        }
      },
      async () => {
        await stand.server.reset(members(count));
        return await stand.baseline('bare-loop', [
          callsFile,
          stand.server.origin,
          BENCH_APP_KEY,
          CONCURRENCY,
          expected.pages,
        ]);
      },
    );
    return { ours: perSecond(total, ours), base: perSecond(total, bare) };
  },
};
