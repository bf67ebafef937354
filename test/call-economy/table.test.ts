import { describe, expect, test } from 'vitest';
import { callJobs } from '../bench/call-jobs.ts';
import { useVendorSandbox } from '../support/vendor-sandbox.ts';
import { binaryWork, fill, total } from './counted.ts';

const vendor = useVendorSandbox();

/** A tenth of `npm run bench:calls`: 500 members are 6 calls. */
const SCALE = 0.1;

describe('the calls that a job takes, the number of members not known', () => {
  test.each(callJobs(SCALE).map((job) => [job.name, job] as const))('%s', async (_name, job) => {
    await fill(vendor, job.memberCount);
    const work = binaryWork(vendor);
    if (job.file !== undefined) work.file('file.csv', job.file);
    const { exitCode, spent, document } = await work.run(job.args);
    expect(exitCode).toBe(0);
    expect(total(spent)).toBeLessThanOrEqual(job.atMost);
    expect(document.rows.done).toBe(document.rows.read);
  });
});
