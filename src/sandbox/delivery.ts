import type { ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import type { Chance } from './chance.ts';
import { htmlReply, jsonReply, type Reply } from './reply.ts';

/** The whole answer. */
export function deliver(response: ServerResponse, reply: Reply, mayGzip: boolean): void {
  if (response.destroyed) return;
  if (mayGzip && reply.body !== '') {
    const packed = gzipSync(reply.body, { level: 1 });
    response.writeHead(reply.httpStatus, {
      ...reply.headers,
      'content-encoding': 'gzip',
      'content-length': packed.length,
    });
    response.end(packed);
    return;
  }
  response.writeHead(reply.httpStatus, { ...reply.headers, 'content-length': Buffer.byteLength(reply.body) });
  response.end(reply.body);
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
  if (chance() < 0.5) {
    response.writeHead(reply.httpStatus, { ...reply.headers, 'content-length': half.length });
    response.end(half);
    return;
  }
  response.writeHead(reply.httpStatus, { ...reply.headers, 'content-length': whole.length });
  response.write(half, () => response.socket?.destroy());
}

/** JSON that some other service answers. */
export function foreignReply(chance: Chance): Reply {
  return jsonReply(200, chance() < 0.5 ? '[]' : '{"ok":true}');
}

export const LOGIN_PAGE = htmlReply(200, 'Sign in to the network');
export const BAD_GATEWAY = htmlReply(502, '502 Bad Gateway');
export const EMPTY_REPLY: Reply = { httpStatus: 200, headers: {}, body: '' };
export const NO_SUCH_PAGE = htmlReply(404, '404 Not Found');
export const BODY_TOO_LARGE = htmlReply(413, '413 Request Entity Too Large', { connection: 'close' });
