/**
 * The script that one writes by hand for one evening: everything in memory, `fetch`, nothing durable, no check, no
 * way to carry on. What a user would take instead of memberload.
 *
 * `node hand-script.mjs <create|topup> <input.csv> <result.csv> <base URL> <appId> <appKey> <concurrency>`
 */
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { parse } from 'csv-parse/sync';
import { stringify } from 'csv-stringify/sync';
import pLimit from 'p-limit';

const [job, input, output, baseUrl, appId, appKey, concurrency] = process.argv.slice(2);
const rows = parse(readFileSync(input), { columns: true, bom: true });
const limit = pLimit(Number(concurrency));

async function call(endpoint, parameters) {
  const body = JSON.stringify({ appId, ...parameters });
  const response = await fetch(`${baseUrl}/customerOpenApi/${endpoint}`, {
    method: 'POST',
    headers: {
      'User-Agent': 'openApi',
      'Content-Type': 'application/json; charset=utf-8',
      'time-stamp': String(Date.now()),
      'data-signature': createHash('md5')
        .update(appKey + body)
        .digest('hex')
        .toUpperCase(),
    },
    body,
  });
  return response.json();
}

async function send(row) {
  const answer =
    job === 'create'
      ? await call('add', { customerInfo: row })
      : await call('updateBalancePointByIncrement', {
          ...row,
          dataChangeTime: new Date().toISOString().slice(0, 19).replace('T', ' '),
        });
  return { ...row, status: answer.status, messages: answer.messages?.join(' ') ?? '' };
}

const results = await Promise.all(rows.map((row) => limit(send, row)));
writeFileSync(output, stringify(results, { header: true }));
process.stdout.write(JSON.stringify({ count: results.filter(({ status }) => status === 'success').length }));
