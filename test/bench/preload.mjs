/**
 * Preloaded into the built binary with `node --import`, so that nothing of the bench is in the product.
 * When the process ends, `BENCH_USAGE`, a file, gets JSON:
 *
 *   peakKb    the most memory that the process had
 *   samples   [[ms since the start of the process, ms of CPU]], about one a second
 */
import { readFileSync, writeFileSync } from 'node:fs';

const samples = [];

function sample() {
  const { user, system } = process.cpuUsage();
  samples.push([performance.now(), (user + system) / 1000]);
}

/**
 * Linux keeps `maxRSS` across exec: for a child it begins with what its parent had. VmHWM begins with the program.
 */
function peakKb() {
  try {
    const status = readFileSync('/proc/self/status', 'utf8');
    return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1] ?? Number.NaN);
  } catch {
    return process.resourceUsage().maxRSS;
  }
}

setInterval(sample, 1000).unref();
process.on('exit', () => {
  sample();
  writeFileSync(process.env.BENCH_USAGE, JSON.stringify({ peakKb: peakKb(), samples }));
});
