import type { CallLog } from './call-log.ts';
import type { VendorState } from './vendor-state.ts';

const ROWS_PER_CHUNK = 2000;
const SEND_TIMES = 1000;

/**
 * Everything that was really applied, to judge a client by: increments in order, sales at the till,
 * calls by endpoint for the life of the state and per day, and the last send times.
 * Read page by page while it is sent, so that a million rows need no memory.
 */
export function* booksChunks(state: VendorState, log: CallLog): Generator<string> {
  yield '{"increments":[';
  yield* listChunks((id) => state.increments.listAfter('api', id, ROWS_PER_CHUNK));
  yield '],"adjustments":[';
  yield* listChunks((id) => state.increments.listAfter('till', id, ROWS_PER_CHUNK));
  const sendTimes = log.last(SEND_TIMES).map((call) => call.at);
  const counts = { members: state.members.count(), customers: state.customers.count() };
  yield `],"calls":${JSON.stringify(callSums(state))},"sendTimes":${JSON.stringify(sendTimes)},` +
    `"counts":${JSON.stringify(counts)}}`;
}

/** All members, deleted ones too, as they are stored. */
export function* memberChunks(state: VendorState): Generator<string> {
  yield '[';
  yield* listChunks((id) => state.members.listEveryAfter(id, ROWS_PER_CHUNK));
  yield ']';
}

function* listChunks<Row extends { id: number }>(page: (afterId: number) => Row[]): Generator<string> {
  let afterId = 0;
  let separator = '';
  for (;;) {
    const rows = page(afterId);
    const last = rows.at(-1);
    if (last === undefined) return;
    yield separator + rows.map((row) => JSON.stringify(row)).join(',\n');
    separator = ',\n';
    afterId = last.id;
  }
}

/** `byDay` → account (`kybio`, `wonder`, `unknown`) → calls; the accounts' quota days. */
function callSums(state: VendorState) {
  let total = 0;
  const byEndpoint: Record<string, number> = {};
  const byDay: Record<string, { accounts: Record<string, number>; byEndpoint: Record<string, number> }> = {};
  for (const { day, account, endpoint, calls } of state.callCounts.list()) {
    total += calls;
    byEndpoint[endpoint] = (byEndpoint[endpoint] ?? 0) + calls;
    byDay[day] ??= { accounts: {}, byEndpoint: {} };
    const ofDay = byDay[day];
    ofDay.accounts[account] = (ofDay.accounts[account] ?? 0) + calls;
    ofDay.byEndpoint[endpoint] = (ofDay.byEndpoint[endpoint] ?? 0) + calls;
  }
  return { total, byEndpoint, byDay };
}
