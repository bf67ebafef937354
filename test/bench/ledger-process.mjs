// One process of `npm run bench:ledger`. Its task is JSON in the first argument; it prints one line of JSON.
import { systemClock } from '../../.build/base/clock.js';
import { createRateLimiter } from '../../.build/calls/rate-limiter.js';
import { shareRate } from '../../.build/calls/shared-rate.js';
import { readLedgerAddress } from '../../.build/ledger/postgres/address.js';
import { openPostgresLedger } from '../../.build/ledger/postgres/postgres-ledger.js';
import { openSqliteLedger } from '../../.build/ledger/sqlite/sqlite-ledger.js';

const task = JSON.parse(process.argv[2] ?? '{}');
const holder = { pid: process.pid, command: 'bench', startedAt: '', person: 'bench' };
const onFailure = (error) => {
  throw error;
};
const { folder, url } = task;
const ledger =
  url === undefined
    ? await openSqliteLedger({ folder, holder, clock: systemClock, onFailure })
    : await openPostgresLedger({ address: readLedgerAddress(url), folder, holder, isLossAccepted: false, onFailure });
// All begin together.
await new Promise((resolve) => setTimeout(resolve, Math.max(0, task.beginMs - Date.now())));
const found = task.kind === 'pairs' ? await countPairs(task) : await takePlaces(task);
await ledger.close();
process.stdout.write(`${JSON.stringify(found)}\n`);

/** Durable intents with the count of their call, and their outcomes, so many rows at a time. */
async function countPairs({ name, group, seconds, isGuarded = false }) {
  const account = 'kybio:BENCH';
  const runId = `bench-${name}`;
  await ledger.runs.start(
    {
      ...{ runId, command: 'topup', targets: ['kybio'], account, place: '', inputPath: '', inputSha256: '' },
      ...{ resultPath: '', undoes: '', rowCount: 1, settingsJson: '{}' },
    },
    [],
  );
  const guard = isGuarded ? { campaign: '', repeatWindowMs: 35 * 86_400_000 } : undefined;
  const endMs = performance.now() + seconds * 1000;
  let rowNumber = 0;
  const pair = async () => {
    rowNumber += 1;
    const key = { runId, rowNumber, target: 'kybio' };
    const [begun] = await Promise.all([
      ledger.increments.begin({
        ...{ key, account, operation: 'increment', customerUid: `${name}-${rowNumber}`, before: undefined },
        ...{ number: isGuarded ? String(9_000_000_000 + rowNumber) : '', reference: '', mayRepeatMember: false, guard },
        ...{ pointIncrement: '10', balanceIncrement: '0' },
        dataChangeTime: { kind: 'next', fromMs: Date.now(), timeZone: 'Asia/Shanghai' },
      }),
      ledger.calls.take(account, { day: '2026-11-22', endpoint: 'increment', limit: undefined }),
    ]);
    if (begun.kind !== 'begun') throw new Error(begun.kind);
    await ledger.rows.recordSoon(key, { state: 'done', action: 'topped_up', pointAfter: '10', balanceAfter: '0' });
  };
  const loop = async () => {
    while (performance.now() < endMs) await pair();
  };
  await Promise.all(Array.from({ length: group }, loop));
  await ledger.flush();
  return { pairs: rowNumber };
}

/** When calls would go out, milliseconds since the epoch, by one clock for all processes of this machine. */
async function takePlaces({ perSecond, seconds }) {
  const rate = { calls: perSecond, perMs: 1000 };
  const limiter = shareRate(createRateLimiter(rate, systemClock), rate, {
    ...{ pace: ledger.pace, account: 'kybio:BENCH', clock: systemClock },
  });
  const endMs = performance.now() + seconds * 1000;
  const sentMs = [];
  const loop = async () => {
    while (performance.now() < endMs) {
      const admission = await limiter.admit();
      sentMs.push(performance.timeOrigin + performance.now());
      admission.sent();
      admission.answered();
    }
  };
  await Promise.all(Array.from({ length: 8 }, loop));
  return { sentMs };
}
