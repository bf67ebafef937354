import type { ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import type { Chance } from './chance.ts';
import type { SandboxSwitches } from './switches.ts';

/** What a vendor answers, before anything goes wrong on the way. */
export type Reply = {
  readonly httpStatus: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
};

export function jsonReply(httpStatus: number, body: string, headers: Readonly<Record<string, string>> = {}): Reply {
  return { httpStatus, headers: { 'content-type': 'application/json;charset=UTF-8', ...headers }, body };
}

/** What a gateway in front of a vendor shows: not JSON. */
function htmlReply(httpStatus: number, title: string, headers: Readonly<Record<string, string>> = {}): Reply {
  const body = `<html>\r\n<head><title>${title}</title></head>\r\n<body><center><h1>${title}</h1></center></body>\r\n</html>\r\n`;
  return { httpStatus, headers: { 'content-type': 'text/html', ...headers }, body };
}

export const LOGIN_PAGE = htmlReply(200, 'Sign in to the network');
export const BAD_GATEWAY = htmlReply(502, '502 Bad Gateway');
export const EMPTY_REPLY: Reply = { httpStatus: 200, headers: {}, body: '' };
export const NO_SUCH_PAGE = htmlReply(404, '404 Not Found');
export const BODY_TOO_LARGE = htmlReply(413, '413 Request Entity Too Large', { connection: 'close' });

export function tooManyRequests({ retryAfterSeconds }: SandboxSwitches): Reply {
  return htmlReply(429, '429 Too Many Requests', { 'retry-after': String(retryAfterSeconds) });
}

/** What a gateway says instead of the vendor's answer, by gatewayStatus. */
export const GATEWAY_REPLIES: Readonly<Record<SandboxSwitches['gatewayStatus'], (switches: SandboxSwitches) => Reply>> =
  {
    429: tooManyRequests,
    401: () => htmlReply(401, '401 Authorization Required'),
    403: () => htmlReply(403, '403 Forbidden'),
    502: () => BAD_GATEWAY,
    html: () => LOGIN_PAGE,
  };

/** JSON that some other service answers. */
export function foreignReply(chance: Chance): Reply {
  return jsonReply(200, chance() < 0.5 ? '[]' : '{"ok":true}');
}

/** The whole answer. */
export function deliver(response: ServerResponse, reply: Reply, mayGzip: boolean): void {
  if (response.destroyed) return;
  const isPacked = mayGzip && reply.body !== '';
  const body = isPacked ? gzipSync(reply.body, { level: 1 }) : reply.body;
  response.writeHead(reply.httpStatus, {
    ...reply.headers,
    ...(isPacked && { 'content-encoding': 'gzip' }),
    'content-length': Buffer.byteLength(body),
  });
  response.end(body);
}

/** No answer: the connection ends, by an orderly close or by a reset. */
export function cut(response: ServerResponse, chance: Chance): void {
  const { socket } = response;
  if (socket === null || socket.destroyed) return;
  if (chance() < 0.5) socket.destroy();
  else socket.resetAndDestroy();
}

/** Half of the answer: broken off before its announced length, or announced at half the length. */
export function deliverHalf(response: ServerResponse, reply: Reply, chance: Chance): void {
  if (response.destroyed) return;
  const whole = Buffer.from(reply.body);
  const half = whole.subarray(0, Math.floor(whole.length / 2));
  const isAnnounced = chance() < 0.5;
  response.writeHead(reply.httpStatus, {
    ...reply.headers,
    'content-length': isAnnounced ? half.length : whole.length,
  });
  if (isAnnounced) response.end(half);
  else response.write(half, () => response.socket?.destroy());
}
