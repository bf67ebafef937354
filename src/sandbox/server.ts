import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { CallHandler, VendorRoute } from './call-handler.ts';
import type { Control } from './control.ts';
import { BODY_TOO_LARGE, deliver, jsonReply, NO_SUCH_PAGE } from './reply.ts';
import type { Vendor } from './vendor-call.ts';

const VENDOR_BODY_BYTES_MAX = 1024 * 1024;
/** A list of members to seed may be long. */
const CONTROL_BODY_BYTES_MAX = 64 * 1024 * 1024;
const KEEP_ALIVE_MS = 5000;

const LOOPBACK_HOST = /^(?:localhost|127\.0\.0\.1|\[::1\])(?::[0-9]{1,5})?$/i;
const NOT_FROM_A_WEB_PAGE = jsonReply(403, '{"error":"control calls need a loopback Host and no foreign Origin"}');

type Parts = {
  readonly vendors: readonly Vendor[];
  readonly handleCall: CallHandler;
  readonly control: Control;
  /** Milliseconds since the epoch with a fraction. */
  readonly preciseNowMs: () => number;
  readonly nextCallId: () => number;
};

/** HTTP in and out. Whatever comes in, the process stays up: at worst one connection ends. */
export function sandboxServer({ vendors, handleCall, control, preciseNowMs, nextCallId }: Parts): Server {
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS }, (request, response) => {
    const arrivedAt = preciseNowMs();
    response.on('error', () => response.destroy());
    const { method = 'GET', url: target = '/', headers } = request;
    const [path = target] = target.split('?', 1);
    const query = new URLSearchParams(target.slice(path.length));
    if (path.startsWith('/sandbox/')) {
      if (!mayControl(request)) return deliver(response, NOT_FROM_A_WEB_PAGE, false);
      const answer = (body: Buffer) => control.answer({ method, path, query, body }, response);
      return receive(request, response, CONTROL_BODY_BYTES_MAX, answer);
    }
    const route = routeOf(method, path);
    if (route === undefined) return deliver(response, NO_SUCH_PAGE, false);
    receive(request, response, VENDOR_BODY_BYTES_MAX, (body) =>
      handleCall({ method, target, path, query, headers, body, callId: nextCallId() }, route, arrivedAt, response),
    );
  });
  server.on('clientError', (_error, socket) => {
    if (socket.writable) socket.end('HTTP/1.1 400 Bad Request\r\nconnection: close\r\ncontent-length: 0\r\n\r\n');
    else socket.destroy();
  });
  return server;

  function routeOf(method: string, path: string): VendorRoute | undefined {
    for (const vendor of vendors) {
      const found = vendor.route(method, path);
      if (found !== undefined) return { vendor, ...found };
    }
    return undefined;
  }
}

function receive(
  request: IncomingMessage,
  response: ServerResponse,
  bytesMax: number,
  handle: (body: Buffer) => Promise<void>,
): void {
  const chunks: Buffer[] = [];
  let byteCount = 0;
  request.on('error', () => response.destroy());
  request.on('data', (chunk: Buffer) => {
    byteCount += chunk.length;
    if (byteCount <= bytesMax) {
      chunks.push(chunk);
      return;
    }
    if (response.headersSent) {
      if (byteCount > bytesMax * 4) request.destroy();
      return;
    }
    // Left open for a while: the client is still writing, and reads the refusal only then.
    deliver(response, BODY_TOO_LARGE, false);
    chunks.length = 0;
  });
  request.on('end', () => {
    if (response.headersSent) return;
    const only = chunks[0];
    handle(only !== undefined && chunks.length === 1 ? only : Buffer.concat(chunks)).catch(() => response.destroy());
  });
}

/**
 * A web page in a browser on this machine can reach the port. It then names its own host (DNS rebinding) or
 * its own origin, which no program does that is meant to control the sandbox.
 */
function mayControl({ headers: { host = '', origin } }: IncomingMessage): boolean {
  return LOOPBACK_HOST.test(host) && (origin === undefined || origin === `http://${host}`);
}
