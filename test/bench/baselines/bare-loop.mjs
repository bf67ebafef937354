/**
 * The bare loop: the same calls with the same bodies, signed, by `undici.Pool.request`; nothing read from a table,
 * nothing checked, nothing kept.
 *
 * `node bare-loop.mjs <calls file> <origin> <appKey> <concurrency> <first calls one by one>`
 * A line of the calls file is the request path, a tab, the body.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Pool } from 'undici';

const [callsFile, origin, appKey, concurrency, oneByOne] = process.argv.slice(2);
const calls = readFileSync(callsFile, 'utf8').trimEnd().split('\n');
const pool = new Pool(origin, { connections: Number(concurrency), pipelining: 1 });
let next = 0;

async function sendNext() {
  const call = calls[next++];
  const tab = call.indexOf('\t');
  const body = call.slice(tab + 1);
  const answer = await pool.request({
    method: 'POST',
    path: call.slice(0, tab),
    headers: {
      'User-Agent': 'openApi',
      'Content-Type': 'application/json; charset=utf-8',
      'time-stamp': String(Date.now()),
      'data-signature': createHash('md5').update(appKey).update(body).digest('hex').toUpperCase(),
    },
    body,
  });
  const text = await answer.body.text();
  if (!text.includes('"status":"success"')) throw new Error(text);
}

async function sendRest() {
  while (next < calls.length) await sendNext();
}

while (next < Number(oneByOne)) await sendNext();
await Promise.all(Array.from({ length: Number(concurrency) }, sendRest));
await pool.close();
process.stdout.write(JSON.stringify({ count: next }));
