import type { Dispatcher } from 'undici';
import { codeOf, errorText } from '../base/errors.ts';
import { emptyFields } from '../base/text-fields.ts';
import { answerTexts } from '../texts/runs/answers.ts';
import type { CallSignal } from './call-options.ts';
import { BODY_BYTES_MAX, decodeBody } from './decode-body.ts';
import { oneLine } from './one-line.ts';

export type TransportRequest = {
  readonly method: 'GET' | 'POST' | 'PUT';
  /** Put after the base URL's path and sent as it stands, query included; starts with `/`. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
  /** One deadline for everything: waiting for a connection, connecting, sending, headers, body. */
  readonly timeoutMs: number;
  /** Aborting cuts the call, also one that was sent already; that one is then without an answer. */
  readonly signal?: CallSignal | undefined;
  /** Asked when the connection stands, immediately before the first byte: no means that the request is not sent. */
  readonly mayStart?: (() => boolean) | undefined;
  /** Called immediately before the first byte is handed to the socket. */
  readonly onSent?: (() => void) | undefined;
  /** Goes on a socket of its own when no call has ended in the last moment: an idle socket may just be closing. */
  readonly avoidsIdleSocket?: boolean | undefined;
};

export type TransportResult = TransportResponse | TransportBroken;

export type TransportResponse = {
  readonly kind: 'response';
  readonly status: number;
  /** Lower-case names; a header that came several times is joined with `, `. */
  readonly headers: Readonly<Record<string, string>>;
  /** Complete and decoded. */
  readonly body: Buffer;
};

type TransportBroken = {
  readonly kind: 'broken';
  /** False only when the first byte of the request certainly never went to a socket. */
  readonly wasSent: boolean;
  readonly errorCode: 'TIMEOUT' | 'CONNECTION_FAILED';
  /** In the language that is chosen when it is asked: one line, at most 200 characters, without anything of the request. */
  readonly detail: () => string;
};

/** One request on its way. States: waiting → started → sent → settled; it may settle from each of them. */
export interface Exchange {
  readonly settled: Promise<TransportResult>;
  isStarted(): boolean;
  isSettled(): boolean;
  /** Hands the request to undici, which connects when it has to. */
  start(dispatcher: Dispatcher, base: { readonly origin: string; readonly path: string }): void;
  /** Ends a request that was not started as not sent. */
  cancel(detail: TransportBroken['detail']): void;
}

/**
 * `wasSent` hangs on one hook: undici calls `onRequestStart` once the socket is connected (and TLS is up)
 * and the header is written in the same synchronous step right after it (`writeH1` in client-h1.js of
 * undici 7.30). Before it nothing of the request has touched a socket; from it on a byte may be out. An
 * abort inside the hook makes undici drop the request unwritten, which is how a request that settled while
 * it waited for its connection is kept from going out late.
 *
 * undici puts a running request back into its queue, and so sends it again, only when its socket is
 * destroyed with an "informational" error; with pipelining 1 no path does that to a request still wanted.
 * Should a later version do it, the hook would be called a second time and stops it there.
 *
 * Through a proxy the hook is called once the tunnel stands and TLS with the vendor is up: what a proxy refuses
 * was never sent.
 *
 * @param onEnd told when it has settled, never before this returns. A signal that is aborted already is not looked at
 */
export function openExchange(request: TransportRequest, onEnd: () => void): Exchange {
  let settle: (result: TransportResult) => void = () => {};
  let fail: (error: Error) => void = () => {};
  const settled = new Promise<TransportResult>((resolve, reject) => {
    settle = resolve;
    fail = reject;
  });
  let isStarted = false;
  let isSettled = false;
  let wasSent = false;
  let controller: Dispatcher.DispatchController | undefined;
  let status = 0;
  let headers: Readonly<Record<string, string>> = {};
  let byteCount = 0;
  const chunks: Buffer[] = [];

  const deadline = setTimeout(() => {
    if (!wasSent) {
      stop({
        kind: 'broken',
        wasSent,
        errorCode: 'TIMEOUT',
        detail: () => answerTexts().noConnection(request.timeoutMs),
      });
      return;
    }
    // A busy process runs its timers first. An answer that lies in the socket already is read in the same turn of
    // the event loop, before setImmediate: it is an answer, not a timeout.
    setImmediate(() => {
      const detail = () => answerTexts().noCompleteAnswer(request.timeoutMs);
      stop({ kind: 'broken', wasSent: true, errorCode: 'TIMEOUT', detail });
    });
  }, request.timeoutMs);
  const onAbort = () => {
    const isWaiting = wasSent;
    const detail = () => (isWaiting ? answerTexts().abortedWaiting : answerTexts().abortedUnsent);
    stop({ kind: 'broken', wasSent, errorCode: 'CONNECTION_FAILED', detail });
  };
  const { signal } = request;
  if (signal) signal.onabort = onAbort;

  /** True for the first caller only: whoever settles first has decided. */
  function claim(): boolean {
    if (isSettled) return false;
    isSettled = true;
    clearTimeout(deadline);
    if (signal) signal.onabort = null;
    return true;
  }

  function end(result: TransportResult): void {
    settle(result);
    onEnd();
  }

  function stop(result: TransportBroken): void {
    if (!claim()) return;
    settle(result);
    // Destroys the socket when the request is on it; a late answer must not meet the next request.
    controller?.abort(new Error('given up'));
    // After that: the next request starts here.
    onEnd();
  }

  const handler: Dispatcher.DispatchHandler = {
    onRequestStart(newController) {
      if (isSettled) {
        newController.abort(new Error('settled before it was sent'));
        return;
      }
      if (wasSent) {
        const detail = () => answerTexts().keptFromResending;
        stop({ kind: 'broken', wasSent, errorCode: 'CONNECTION_FAILED', detail });
        newController.abort(new Error('sent already'));
        return;
      }
      if (request.mayStart?.() === false) {
        stop({ kind: 'broken', wasSent, errorCode: 'CONNECTION_FAILED', detail: () => answerTexts().tooLateToSend });
        newController.abort(new Error('too late'));
        return;
      }
      controller = newController;
      wasSent = true;
      request.onSent?.();
    },
    onResponseStart(_controller, statusCode, rawHeaders) {
      // Interim answers (103 Early Hints) come through here as well.
      if (statusCode < 200) return;
      status = statusCode;
      headers = lowerCaseHeaders(rawHeaders);
    },
    onResponseData(_controller, chunk) {
      byteCount += chunk.length;
      if (byteCount <= BODY_BYTES_MAX) chunks.push(chunk);
      else stop(broken(wasSent, new TooLargeError()));
    },
    onResponseEnd() {
      if (!claim()) return;
      const body = Buffer.concat(chunks, byteCount);
      const encoding = headers['content-encoding'];
      if (encoding === undefined) {
        end({ kind: 'response', status, headers, body });
        return;
      }
      decodeBody(body, encoding).then(
        (decoding) => {
          if (decoding.isDecoded) end({ kind: 'response', status, headers, body: decoding.body });
          else end({ kind: 'broken', wasSent: true, errorCode: 'CONNECTION_FAILED', detail: decoding.detail });
        },
        (error: Error) => {
          fail(error);
          onEnd();
        },
      );
    },
    onResponseError(_controller, error) {
      if (!claim()) return;
      end(broken(wasSent, error));
    },
  };

  return {
    settled,
    isStarted: () => isStarted,
    isSettled: () => isSettled,
    start(dispatcher, base) {
      isStarted = true;
      dispatcher.dispatch(
        {
          origin: base.origin,
          method: request.method,
          path: base.path + request.path,
          headers: { ...request.headers },
          body: request.body ?? null,
        },
        handler,
      );
    },
    cancel(detail) {
      stop({ kind: 'broken', wasSent, errorCode: 'CONNECTION_FAILED', detail });
    },
  };
}

const TIMEOUT_CODES = new Set([
  'ETIMEDOUT',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
]);

class TooLargeError extends Error {}

function broken(wasSent: boolean, error: unknown): TransportBroken {
  const code = codeOf(error);
  const detail = (): string => {
    if (error instanceof TooLargeError) return answerTexts().tooLarge(BODY_BYTES_MAX);
    // An AggregateError (every address of a name refused) has a code and no message.
    return oneLine([code, errorText(error)].filter((part) => part !== '').join(': '));
  };
  return { kind: 'broken', wasSent, errorCode: TIMEOUT_CODES.has(code) ? 'TIMEOUT' : 'CONNECTION_FAILED', detail };
}

function lowerCaseHeaders(raw: Readonly<Record<string, string | string[] | undefined>>): Record<string, string> {
  const headers = emptyFields();
  for (const name in raw) {
    const value = raw[name];
    if (value !== undefined) headers[name.toLowerCase()] = Array.isArray(value) ? value.join(', ') : value;
  }
  return headers;
}
