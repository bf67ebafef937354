import { type Figure, inTurn } from '../figure.ts';
import { CUSTOMERS, writeCsv } from '../input-files.ts';
import type { KeyBits } from '../stand.ts';
import { FAST_FLAGS, perSecond } from './calls.ts';

/**
 * Signing is nearly all of a Wonder import, so all cores should sign. With a key of 2,048 bits the calls themselves
 * take a good part of the cores, the server's part included; with 4,096 bits (what Wonder's own SDK makes) hardly any.
 */
export const WONDER_FIGURES: readonly Figure[] = [ofRsaRate(4096), ofRsaRate(2048)];

function ofRsaRate(bits: KeyBits): Figure {
  return {
    name: `wonder-${bits}`,
    what: `Wonder import, key of ${bits} bits, of the bare rate of RSA-SHA256 on all cores`,
    unit: 'rows/s',
    goal: { atLeast: 0.9 },
    limit: { atLeast: 0.85 },
    async run(stand, round) {
      const count = stand.sizes.calls;
      const input = await stand.input(`customers-${count}.csv`, (path) => writeCsv(path, CUSTOMERS, count));
      const [ours, bare] = await inTurn(
        round,
        async () => {
          await stand.server.reset();
          const bench = stand.openBench({ wonderBits: bits });
          try {
            bench.link(input, 'file.csv');
            const ran = await bench.run(['import', 'file.csv', '--to', 'wonder', ...FAST_FLAGS]);
            const { rows, calls } = ran.document;
            // One more call learns that there are no customers yet.
            if (rows.done !== count || calls.sent > count + 1) {
              throw new Error(`${rows.done} of ${count} rows, ${calls.sent} calls`);
            }
            return ran;
          } finally {
            bench.remove();
          }
        },
        () => stand.baseline('rsa-rate', [stand.keyFile(bits), count]),
      );
      // Without the start of its threads: what remains is the bare rate.
      const { elapsedMs } = JSON.parse(bare.stdout) as { readonly elapsedMs: number };
      return { ours: perSecond(count, ours), base: bare.count / (elapsedMs / 1000) };
    },
  };
}
