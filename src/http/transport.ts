import { createRequire } from 'node:module';
import { debuglog } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import type * as Undici from 'undici';
import type { Dispatcher } from 'undici';
import Pool from 'undici/lib/dispatcher/pool.js';
import { BugError, usageError } from '../base/errors.ts';
import { isLoopback } from '../base/loopback.ts';
import { answerTexts } from '../texts/runs/answers.ts';
import { callTexts } from '../texts/runs/calls.ts';
import type { CallLog } from './call-log.ts';
import { type Exchange, openExchange, type TransportRequest, type TransportResult } from './exchange.ts';

export type { TransportRequest, TransportResponse, TransportResult } from './exchange.ts';

/**
 * Sends one HTTP/1.1 request and tells exactly how it ended: an answer, or nothing, and then whether the
 * first byte may have gone out. It never sends anything twice, follows no redirect and repeats nothing.
 */
export interface Transport {
  /** The path of the base URL without a slash at its end, `''` when there is none. `send` puts it before `path`. */
  readonly basePath: string;
  /**
   * Never rejects, except with a BugError for a request that HTTP cannot express. At most `connections`
   * calls are under way; the others wait first in, first out, inside their own deadline.
   */
  send(request: TransportRequest): Promise<TransportResult>;
  /** Calls still waiting end as not sent; calls under way are waited for. */
  close(): Promise<void>;
}

type TransportOptions = {
  /** `https://host[:port][/path]`. */
  readonly baseUrl: string;
  readonly connections: number;
  /** For every host but this machine. */
  readonly proxy?: ProxySettings | undefined;
};

/** What surrounds the calls to a vendor and changes none of them. */
export type Surrounds = {
  readonly proxy?: ProxySettings | undefined;
  readonly log?: CallLog | undefined;
};

export type ProxySettings = {
  /** `http://[user:password@]host[:port]`, or https. Never printed: it may hold a password. */
  readonly url: string;
  /** As NO_PROXY is written: hosts with commas between them, `*` for all. */
  readonly noProxy: string;
};

/**
 * A server or a proxy in between closes idle sockets after a time of its own (nginx 75 s, Node 5 s, some
 * gateways 2 s or less), and a request that crosses that close gets no answer: the commonest cause of an
 * unanswered call there is. An idle socket is therefore given up after a second, before anybody's timeout,
 * and a new connection costs less than a row in doubt. The server's own Keep-Alive hint can only shorten it.
 */
const KEEP_ALIVE_MS_MAX = 1000;

/**
 * A call that avoids idle sockets gets a new one when no call has ended for this long. At a few calls a second
 * the handshake costs nothing; at a high rate sockets are used again at once, and never idle.
 */
const IDLE_MS_MAX = 250;

/** A connection that is not there after this long is not coming. The call's own deadline is usually shorter. */
const CONNECT_MS_MAX = 20_000;

/** For those who change the code: `NODE_DEBUG=memberload`. Never with anything of a header, a path or a body. */
const debug = debuglog('memberload');

export function openTransport(options: TransportOptions): Transport {
  const base = readBaseUrl(options.baseUrl);
  const socketOptions = {
    pipelining: 1,
    allowH2: false,
    keepAliveTimeout: KEEP_ALIVE_MS_MAX,
    keepAliveMaxTimeout: KEEP_ALIVE_MS_MAX,
    // 0 switches undici's own timers off: the deadline of the call covers headers and body.
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: { timeout: CONNECT_MS_MAX },
  };
  const proxy = isLoopback(new URL(base.origin).hostname) ? undefined : options.proxy;
  const openDispatcher = (connections: number): Dispatcher => {
    if (proxy === undefined) return new Pool(base.origin, { ...socketOptions, connections });
    const { url: httpsProxy, noProxy } = proxy;
    const { EnvHttpProxyAgent } = load('undici') as typeof Undici;
    return new EnvHttpProxyAgent({ ...socketOptions, connections, httpProxy: httpsProxy, httpsProxy, noProxy });
  };
  const pool = openDispatcher(options.connections);
  let lastEndMs = Number.NEGATIVE_INFINITY;
  const waiting: { exchange: Exchange; avoidsIdleSocket: boolean }[] = [];
  /** Waiting or under way. A Set of them would cost: V8 keeps all that was ever in one until it looks through the whole heap. */
  let unsettledCount = 0;
  let tellIdle: () => void = () => undefined;
  let runningCount = 0;
  let isClosed = false;

  function startWaiting(): void {
    while (runningCount < options.connections) {
      const next = waiting.shift();
      if (!next) return;
      const { exchange, avoidsIdleSocket } = next;
      if (exchange.isSettled()) continue;
      runningCount++;
      const isIdle = performance.now() - lastEndMs > IDLE_MS_MAX;
      exchange.start(avoidsIdleSocket && isIdle ? openSocketFor(exchange) : pool, base);
    }
  }

  /** One socket, gone when the exchange has ended. */
  function openSocketFor(exchange: Exchange): Dispatcher {
    const client = openDispatcher(1);
    const destroy = () => client.destroy();
    exchange.settled.then(destroy, destroy);
    return client;
  }

  return {
    basePath: base.path,
    send(request) {
      if (isClosed) {
        const detail = () => answerTexts().connectionsClosed;
        return Promise.resolve({ kind: 'broken', wasSent: false, errorCode: 'CONNECTION_FAILED', detail });
      }
      // Found here, because undici's pool (7.30) hands out a client no more that refused a malformed request.
      const problem = findMalformedPart(request);
      if (problem) return Promise.reject(new BugError(`a request that cannot be sent: ${problem}`));
      leaveParserAsItIs();
      if (debug.enabled) debug('%s of %d bytes', request.method, request.body?.length ?? 0);
      const exchange = openExchange(request, () => {
        if (debug.enabled) debug('ended; %d under way, %d waiting', runningCount, waiting.length);
        if (exchange.isStarted()) {
          runningCount--;
          lastEndMs = performance.now();
        }
        startWaiting();
        unsettledCount--;
        if (unsettledCount === 0) tellIdle();
      });
      unsettledCount++;
      if (request.signal?.aborted) exchange.cancel(() => answerTexts().abortedUnsent);
      waiting.push({ exchange, avoidsIdleSocket: request.avoidsIdleSocket === true });
      startWaiting();
      return exchange.settled;
    },
    async close() {
      isClosed = true;
      for (const { exchange } of [...waiting]) exchange.cancel(() => answerTexts().connectionsWereClosed);
      await new Promise<void>((resolve) => {
        tellIdle = resolve;
        if (unsettledCount === 0) resolve();
      });
      await pool.destroy();
    },
  };
}

/**
 * undici's parser of answers is WebAssembly, most of it one function of 33 kB. After some ten answers V8 would compile it
 * anew, to make it faster. That takes 0.3 s of a core and 40 MB, the process waits for it at its end, and 50,000 calls
 * were not faster for it. Told to V8 before the first call, and no earlier: it takes compiled code that it has kept, of
 * Node and of this program, only under the flags of then.
 */
function leaveParserAsItIs(): void {
  if (isParserLeft) return;
  isParserLeft = true;
  setFlagsFromString(`--wasm-tiering-budget=${WASM_BUDGET_BYTES}`);
}

let isParserLeft = false;

/** Roughly: bytes of WebAssembly that run before it is compiled anew. V8's own budget is 1.8 million, ten answers. */
const WASM_BUDGET_BYTES = 2_000_000_000;

const load = createRequire(import.meta.url);

/** What HTTP/1.1 cannot carry, named without its value. Values are settled long before; hence a bug. */
function findMalformedPart(request: TransportRequest): string | undefined {
  if (!/^\/[\x21-\x7e]*$/.test(request.path)) return 'its path';
  for (const name in request.headers) {
    if (/[^\t\x20-\x7e]/.test(request.headers[name] ?? '')) return `its header ${name}`;
  }
  return undefined;
}

function readBaseUrl(text: string): { origin: string; path: string } {
  const { badUrl, urlNotPlain, badUrlHint } = callTexts();
  const url = URL.canParse(text) ? new URL(text) : undefined;
  // The text is not repeated: a password may stand in it.
  if (!url) throw usageError('BAD_URL', badUrl, badUrlHint);
  const hasExtras = url.search !== '' || url.hash !== '' || url.username !== '' || url.password !== '';
  if ((url.protocol !== 'https:' && url.protocol !== 'http:') || hasExtras) {
    throw usageError('BAD_URL', urlNotPlain(url.host), badUrlHint);
  }
  return { origin: url.origin, path: url.pathname.replace(/\/+$/, '') };
}
