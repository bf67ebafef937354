import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { copyBuild } from '../chaos/build.ts';
import { startVendor } from '../chaos/vendor.ts';
import { callJobs, figure, membersSeed } from './call-jobs.ts';
import { openBench } from './measured-run.ts';
import { sandboxControl } from './sandbox-control.ts';

/**
 * `npm run bench:calls [-- --scale 0.1]`: what each job of issue 4 costs, as the vendor counted it, through
 * the built binary with a fresh MEMBERLOAD_HOME, so that the number of members is not known.
 *
 * @returns 1 when a job takes more calls than the table allows, or than the binary says
 */
export async function run(argv: readonly string[]): Promise<number> {
  const { values } = parseArgs({ args: [...argv], options: { scale: { type: 'string', default: '1' } } });
  const build = copyBuild();
  const home = mkdtempSync(join(tmpdir(), 'memberload-bench-vendor-'));
  const vendor = await startVendor(build, home);
  const sandbox = sandboxControl(vendor.settings);
  let isWithin = true;
  print('| Job | row by row | at most | calls |');
  print('|---|--:|--:|--:|');
  try {
    for (const job of callJobs(Number(values.scale))) {
      await sandbox.reset();
      await sandbox.seed(membersSeed(job.memberCount));
      const bench = openBench(build, vendor.settings);
      try {
        if (job.file !== undefined) bench.file('file.csv', job.file);
        const { document } = await bench.run([...job.args, '--rate', 'unlimited', '--concurrency', '16']);
        const counted = await sandbox.calls();
        const isRight = counted.total === document.calls.sent;
        if (counted.total > job.atMost || !isRight) isWithin = false;
        const remark = isRight ? '' : ` (the binary says ${document.calls.sent})`;
        print(
          `| ${job.name} | ${figure(job.rowByRow)} | ${figure(job.atMost)} | ${figure(counted.total)}${remark}${counted.total > job.atMost ? ' **above**' : ''} |`,
        );
      } finally {
        bench.remove();
      }
    }
  } finally {
    await vendor.close();
    build.remove();
    rmSync(home, { recursive: true, force: true });
  }
  return isWithin ? 0 : 1;
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
