/**
 * `node rsa-rate.mjs <key file> <count>`: so many RSA-SHA256 signatures on all cores, and how long that took
 * without the start of the threads.
 */
import { createPrivateKey, sign } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';

if (isMainThread) {
  const [keyFile, countText] = process.argv.slice(2);
  const threadCount = availableParallelism();
  const count = Math.ceil(Number(countText) / threadCount);
  const pem = readFileSync(keyFile, 'utf8');
  const threads = Array.from(
    { length: threadCount },
    () => new Worker(new URL(import.meta.url), { workerData: { pem, count } }),
  );
  await Promise.all(threads.map(nextMessage));
  const startedMs = performance.now();
  const ends = threads.map(nextMessage);
  for (const thread of threads) thread.postMessage('go');
  await Promise.all(ends);
  process.stdout.write(JSON.stringify({ count: count * threadCount, elapsedMs: performance.now() - startedMs }));
} else {
  const key = createPrivateKey(workerData.pem);
  parentPort.once('message', () => {
    // As long as the digest that Wonder has signed: 64 characters of hex.
    for (let index = 0; index < workerData.count; index += 1) {
      sign('sha256', Buffer.from(String(index).padStart(64, '0')), key).toString('base64');
    }
    parentPort.postMessage('done');
  });
  parentPort.postMessage('ready');
}

function nextMessage(thread) {
  return new Promise((resolve) => {
    thread.once('message', resolve);
  });
}
