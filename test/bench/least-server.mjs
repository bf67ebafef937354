/**
 * The least that can answer a bulk job: fixed, correct envelopes over plain sockets, nothing stored, no signature
 * checked. A process of its own, so that a figure depends neither on the sandbox's speed nor on its memory.
 *
 * Kybio under `/openapi/v1`, Wonder under `/svc/payment/api/v1/openapi`, and for the bench:
 *   POST /bench/members   [{customerUid, number, name}]: who is found by pages and by number; forgets all calls
 *   GET  /bench/state     {calls: {endpoint: count}, socketCount, firstMs, lastMs, arrivals}; times since the epoch
 *
 * Prints its port on the first line. Texts are kept as latin1: one character is one byte, whatever the bytes mean.
 */
import { createServer } from 'node:net';
import { setPriority } from 'node:os';

/** A run of millions of calls must not fill the server's memory with times. */
const ARRIVALS_MAX = 100_000;
const PAGE_SIZE = 100;
const KYBIO = '/openapi/v1/';
const WONDER = '/svc/payment/api/v1/openapi/';

let calls = {};
let socketCount = 0;
let firstMs = 0;
let lastMs = 0;
let arrivals = [];
let pages = [renderPage([], 0)];
let byNumber = new Map();

try {
  // Arrivals are timed here: under load a server that waits for its turn would time them late.
  setPriority(-10);
} catch {
  // Only root may. The figures of the limiter then allow for nothing: they can only look worse.
}

const server = createServer({ noDelay: true }, (socket) => {
  let rest = '';
  socketCount += 1;
  socket.on('data', (chunk) => {
    rest += chunk.latin1Slice();
    let answers = '';
    for (;;) {
      const headEnd = rest.indexOf('\r\n\r\n');
      if (headEnd < 0) break;
      const length = Number(/\r\ncontent-length: *(\d+)/i.exec(rest.slice(0, headEnd))?.[1] ?? 0);
      const end = headEnd + 4 + length;
      if (rest.length < end) break;
      const target = rest.slice(rest.indexOf(' ') + 1, rest.indexOf(' HTTP/'));
      answers += reply(answer(target, rest.slice(headEnd + 4, end)));
      rest = rest.slice(end);
    }
    if (answers !== '') socket.write(answers, 'latin1');
  });
  socket.on('error', () => socket.destroy());
});
server.listen(0, '127.0.0.1', () => process.stdout.write(`${server.address().port}\n`));
// The bench holds the other end: without the bench there is nobody to serve.
process.stdin.on('end', () => process.exit()).resume();

function answer(target, body) {
  if (target.startsWith(KYBIO)) return kybio(count(target.slice(KYBIO.length)), body);
  if (target.startsWith(WONDER)) return wonder(count(target.slice(WONDER.length)), body);
  if (target === '/bench/members') return setMembers(body);
  if (target === '/bench/state') return JSON.stringify({ calls, socketCount, firstMs, lastMs, arrivals });
  return '{"status":"error","messages":["no such endpoint"],"errorCode":9003}';
}

function count(endpoint) {
  lastMs = performance.timeOrigin + performance.now();
  if (firstMs === 0) firstMs = lastMs;
  if (arrivals.length < ARRIVALS_MAX) arrivals.push(lastMs);
  calls[endpoint] = (calls[endpoint] ?? 0) + 1;
  return endpoint;
}

function kybio(endpoint, body) {
  switch (endpoint) {
    case 'customerOpenApi/add':
      return success(
        `{"customerUid":2${String(calls[endpoint]).padStart(16, '0')}7,"number":"${textOf(body, 'number')}"}`,
      );
    case 'customerOpenApi/updateBalancePointByIncrement':
      return success(increment(body));
    case 'customerOpenApi/queryCustomerPages':
      return success(pages[pageIndex(body)] ?? pages.at(-1));
    case 'customerOpenApi/queryByNumber': {
      const member = byNumber.get(textOf(body, 'customerNum'));
      return member === undefined
        ? '{"status":"error","messages":["no such member"],"errorCode":2015}'
        : success(member);
    }
    case 'openApiLimitAccess/queryAccessTimes':
    case 'openApiLimitAccess/queryDailyAccessTimesLog':
    case 'customerOpenApi/queryAllCustomerCategory':
      return success('[]');
    default:
      return '{"status":"success","messages":[]}';
  }
}

/** Every member has nothing before: then "after" is the increment itself, and nothing has to be added up. */
function increment(body) {
  const balance = numberOf(body, 'balanceIncrement');
  const point = numberOf(body, 'pointIncrement');
  const time = textOf(body, 'dataChangeTime');
  return (
    `{"customerUid":${numberOf(body, 'customerUid')},` +
    `"balanceBeforeUpdate":0,"balanceAfterUpdate":${balance},"balanceIncrement":${balance},` +
    `"pointBeforeUpdate":0,"pointAfterUpdate":${point},"pointIncrement":${point},` +
    `"dataChangeTime":"${time}","updateCustomerTime":"${time}"}`
  );
}

/** POST: the customer as it was sent, with a uuid. There are no customers before, so that GET finds nobody. */
function wonder(target, body) {
  const start = body.indexOf('{"customer":{');
  if (start < 0) {
    const data = target.startsWith('customers/') ? 'null' : '{"customers":[],"total":0}';
    return `{"code":200,"message":"succeed","data":${data}}`;
  }
  const uuid = `00000000-0000-4000-8000-${String(calls[target]).padStart(12, '0')}`;
  const fields = body.slice(start + '{"customer":{'.length, -2);
  return `{"code":200,"message":"succeed","data":{"customer":{"uuid":"${uuid}",${fields}}}}`;
}

function setMembers(body) {
  // Parsed as latin1, so that the texts stay bytes.
  const members = JSON.parse(body).map(
    (member) =>
      `{"customrUid":${member.customerUid},"customerUid":${member.customerUid},"categoryName":"",` +
      `"number":"${member.number}","name":"${member.name}","point":0,"discount":100,"balance":0,` +
      `"phone":"","createdDate":"2024-01-01 00:00:00","onAccount":0,"enable":1}`,
  );
  byNumber = new Map(members.map((member) => [textOf(member, 'number'), member]));
  pages = [];
  for (let from = 0; from <= members.length; from += PAGE_SIZE) {
    pages.push(renderPage(members.slice(from, from + PAGE_SIZE), pages.length + 1));
  }
  calls = {};
  socketCount = 0;
  firstMs = 0;
  lastMs = 0;
  arrivals = [];
  return '{}';
}

/** The cursor is the index of the page that follows. */
function renderPage(members, next) {
  const cursor = `{"parameterType":"LAST_RESULT_MAX_ID","parameterValue":"${next}"}`;
  return `{"postBackParameter":${cursor},"result":[${members.join(',')}],"pageSize":${PAGE_SIZE}}`;
}

function pageIndex(body) {
  return Number(textOf(body, 'parameterValue') || '0');
}

function success(data) {
  return `{"status":"success","messages":[],"data":${data}}`;
}

function reply(json) {
  return `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ${json.length}\r\n\r\n${json}`;
}

/** The text of a field whose value has no quote in it, which holds for all that the bench sends. */
function textOf(json, name) {
  const key = `"${name}":"`;
  const start = json.indexOf(key);
  return start < 0 ? '' : json.slice(start + key.length, json.indexOf('"', start + key.length));
}

function numberOf(json, name) {
  const key = `"${name}":`;
  const start = json.indexOf(key);
  if (start < 0) return '0';
  let end = start + key.length;
  while (end < json.length && json[end] !== ',' && json[end] !== '}') end += 1;
  return json.slice(start + key.length, end);
}
