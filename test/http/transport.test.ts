import { createServer as createTlsServer } from 'node:tls';
import { Worker } from 'node:worker_threads';
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { OperatorError } from '../../src/base/errors.ts';
import { openTransport, type Transport, type TransportRequest } from '../../src/http/transport.ts';
import { listen, openHttpServer, openTcpServer } from '../support/http-server.ts';
import { SELF_SIGNED_CERTIFICATE, SELF_SIGNED_KEY } from './self-signed.ts';

const toClose: { close(): Promise<void> }[] = [];

function keep<T extends { close(): Promise<void> }>(resource: T): T {
  toClose.push(resource);
  return resource;
}

afterEach(async () => {
  for (const resource of toClose.splice(0).reverse()) await resource.close();
});

function transportTo(server: { baseUrl: string }, connections = 2): Transport {
  return keep(openTransport({ baseUrl: server.baseUrl, connections }));
}

function post(changes: Partial<TransportRequest> = {}): TransportRequest {
  return { method: 'POST', path: '/add', headers: {}, body: '{"a":1}', timeoutMs: 5000, ...changes };
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

const OK = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok';

describe('an answer', () => {
  it('comes with status, lower-case headers and the whole body', async () => {
    const server = keep(
      await openHttpServer((_request, response) => {
        response.writeHead(201, { 'X-Thing': 'a', 'Set-Cookie': ['b=1', 'c=2'] }).end('hello');
      }),
    );
    const result = await transportTo(server).send(post({ headers: { 'User-Agent': 'openApi' } }));
    expect(result).toMatchObject({ kind: 'response', status: 201 });
    if (result.kind !== 'response') return;
    expect(result.headers['x-thing']).toBe('a');
    expect(result.headers['set-cookie']).toBe('b=1, c=2');
    expect(result.body.toString()).toBe('hello');
    expect(server.received).toMatchObject([
      { method: 'POST', url: '/add', body: '{"a":1}', headers: { 'user-agent': 'openApi', 'content-length': '7' } },
    ]);
  });

  it('comes back as it is for a redirect, which is not followed', async () => {
    const server = keep(
      await openHttpServer((_request, response) => response.writeHead(307, { location: '/elsewhere' }).end()),
    );
    const result = await transportTo(server).send(post());
    expect(result).toMatchObject({ kind: 'response', status: 307 });
    expect(server.received).toHaveLength(1);
  });

  it.each([421, 429, 500, 503])('comes back as it is for %i, and nothing is sent again', async (status) => {
    const server = keep(await openHttpServer((_request, response) => response.writeHead(status).end('no')));
    const result = await transportTo(server).send(post());
    expect(result).toMatchObject({ kind: 'response', status });
    await pause(50);
    expect(server.received).toHaveLength(1);
  });

  it('ignores interim answers before the real one', async () => {
    const server = keep(
      await openHttpServer((_request, response) => {
        response.writeEarlyHints({ link: '</style.css>; rel=preload' });
        response.end('real');
      }),
    );
    const result = await transportTo(server).send(post());
    expect(result.kind === 'response' && [result.status, result.body.toString()]).toEqual([200, 'real']);
  });

  it('puts the base path before the path and sends both as they stand', async () => {
    const server = keep(await openHttpServer((_request, response) => response.end()));
    const transport = keep(openTransport({ baseUrl: `${server.baseUrl}/openapi/v1/`, connections: 1 }));
    await transport.send(post({ method: 'GET', path: '/a%2Fb?x=[1]&y=%5B', body: undefined }));
    expect(transport.basePath).toBe('/openapi/v1');
    expect(server.received[0]?.url).toBe('/openapi/v1/a%2Fb?x=[1]&y=%5B');
  });
});

describe('an encoded body', () => {
  const text = '{"name":"陈大文"}'.repeat(3000);
  it.each([
    ['gzip', gzipSync(text)],
    ['x-gzip', gzipSync(text)],
    ['deflate', deflateSync(text)],
    ['deflate', deflateRawSync(text)],
    ['br', brotliCompressSync(text)],
    ['identity', Buffer.from(text)],
    ['deflate, gzip', gzipSync(deflateSync(text))],
  ])('is decoded: %s', async (encoding, bytes) => {
    const server = keep(
      await openHttpServer((_request, response) => response.setHeader('content-encoding', encoding).end(bytes)),
    );
    const result = await transportTo(server).send(post());
    expect(result.kind === 'response' && result.body.toString()).toBe(text);
  });

  it('is decoded when it is too large to decode in place', async () => {
    const large = Buffer.from(Array.from({ length: 100_000 }, (_, index) => `${index * 7919}`).join());
    const server = keep(
      await openHttpServer((_request, response) => response.setHeader('content-encoding', 'gzip').end(gzipSync(large))),
    );
    const result = await transportTo(server).send(post());
    expect(result.kind === 'response' && result.body.equals(large)).toBe(true);
  });

  it('that is empty is an empty body', async () => {
    const server = keep(
      await openHttpServer((_request, response) => response.setHeader('content-encoding', 'gzip').end()),
    );
    expect(await transportTo(server).send(post())).toMatchObject({ kind: 'response', status: 200 });
  });

  it.each([
    ['gzip', gzipSync(text).subarray(0, 60)],
    ['gzip', Buffer.from(text)],
    ['br', Buffer.from(text)],
    ['zstd', Buffer.from(text)],
    ['gzip', gzipSync(Buffer.alloc(5 * 1024 * 1024))],
    ['br', brotliCompressSync(Buffer.alloc(200 * 1024 * 1024))],
    ['gzip, gzip, gzip', gzipSync(gzipSync(gzipSync(text)))],
  ])('that is damaged, unknown or a bomb is a broken call: %s', async (encoding, bytes) => {
    const server = keep(
      await openHttpServer((_request, response) => response.setHeader('content-encoding', encoding).end(bytes)),
    );
    const result = await transportTo(server).send(post());
    expect(result).toMatchObject({ kind: 'broken', wasSent: true, errorCode: 'CONNECTION_FAILED' });
  });

  it('larger than 4 MiB breaks the call before it fills the memory', async () => {
    const server = keep(
      await openHttpServer((_request, response) => {
        const block = Buffer.alloc(1024 * 1024);
        const write = () => {
          while (!response.destroyed && response.write(block));
        };
        response.on('drain', write);
        write();
      }),
    );
    const result = await transportTo(server).send(post({ timeoutMs: 30_000 }));
    expect(result).toMatchObject({ kind: 'broken', wasSent: true, errorCode: 'CONNECTION_FAILED' });
  });
});

describe('certainly not sent', () => {
  it('when the name does not resolve', async () => {
    const transport = keep(openTransport({ baseUrl: 'http://x.invalid', connections: 1 }));
    const result = await transport.send(post());
    expect(result).toMatchObject({ kind: 'broken', wasSent: false, errorCode: 'CONNECTION_FAILED' });
    expect(result.kind === 'broken' && result.detail()).toMatch(/ENOTFOUND|EAI_AGAIN/);
  });

  it('when the port refuses the connection', async () => {
    const server = await openTcpServer(() => {});
    await server.close();
    const result = await transportTo(server).send(post());
    expect(result).toMatchObject({ kind: 'broken', wasSent: false, errorCode: 'CONNECTION_FAILED' });
    expect(result.kind === 'broken' && result.detail()).toContain('ECONNREFUSED');
  });

  it('when every address of a name refuses', async () => {
    const server = await openTcpServer(() => {});
    await server.close();
    const transport = keep(openTransport({ baseUrl: `http://localhost:${server.port}`, connections: 1 }));
    const result = await transport.send(post());
    expect(result).toMatchObject({ kind: 'broken', wasSent: false });
    expect(result.kind === 'broken' && result.detail()).toContain('ECONNREFUSED');
  });

  it('when the certificate is signed by itself', async () => {
    let byteCount = 0;
    const tls = createTlsServer({ cert: SELF_SIGNED_CERTIFICATE, key: SELF_SIGNED_KEY }, (socket) => {
      socket.on('data', (chunk) => {
        byteCount += chunk.length;
      });
      socket.on('error', () => {});
    });
    tls.on('tlsClientError', () => {});
    const server = keep(await listen(tls, 'https'));
    const result = await transportTo(server).send(post());
    expect(result).toMatchObject({ kind: 'broken', wasSent: false, errorCode: 'CONNECTION_FAILED' });
    expect(result.kind === 'broken' && result.detail()).toContain('DEPTH_ZERO_SELF_SIGNED_CERT');
    expect(byteCount).toBe(0);
  });

  it('when the other side speaks no TLS', async () => {
    const server = keep(
      await openTcpServer((socket) => socket.once('data', () => socket.end('HTTP/1.1 400 No\r\n\r\n'))),
    );
    const result = await transportTo({ baseUrl: `https://127.0.0.1:${server.port}` }).send(post());
    expect(result).toMatchObject({ kind: 'broken', wasSent: false, errorCode: 'CONNECTION_FAILED' });
  });

  it('when the connection ends within the TLS handshake', async () => {
    const server = keep(await openTcpServer((socket) => socket.once('data', () => socket.destroy())));
    const result = await transportTo({ baseUrl: `https://127.0.0.1:${server.port}` }).send(post());
    expect(result).toMatchObject({ kind: 'broken', wasSent: false, errorCode: 'CONNECTION_FAILED' });
  });

  it('when the deadline passes within the TLS handshake, and it does not go out later', async () => {
    let bytes = '';
    const server = keep(
      await openTcpServer((socket) =>
        socket.on('data', (chunk) => {
          bytes += chunk.toString('latin1');
        }),
      ),
    );
    const result = await transportTo({ baseUrl: `https://127.0.0.1:${server.port}` }).send(post({ timeoutMs: 100 }));
    expect(result).toMatchObject({ kind: 'broken', wasSent: false, errorCode: 'TIMEOUT' });
    expect(bytes).not.toContain('POST');
  });

  it('when it is aborted while the only connection is busy', async () => {
    const server = keep(await openHttpServer((_request, response) => setTimeout(() => response.end('late'), 200)));
    const transport = transportTo(server, 1);
    const abort = new AbortController();
    const first = transport.send(post({ body: 'first' }));
    const second = transport.send(post({ body: 'second', signal: abort.signal }));
    const third = transport.send(post({ body: 'third' }));
    setTimeout(() => abort.abort(), 50);
    expect(await second).toMatchObject({ kind: 'broken', wasSent: false, errorCode: 'CONNECTION_FAILED' });
    expect(await first).toMatchObject({ kind: 'response' });
    expect(await third).toMatchObject({ kind: 'response' });
    expect(server.received.map((request) => request.body)).toEqual(['first', 'third']);
  });

  it('when its deadline passes while the only connection is busy', async () => {
    const server = keep(await openHttpServer((_request, response) => setTimeout(() => response.end('late'), 300)));
    const transport = transportTo(server, 1);
    const first = transport.send(post({ body: 'first' }));
    const second = await transport.send(post({ body: 'second', timeoutMs: 60 }));
    expect(second).toMatchObject({ kind: 'broken', wasSent: false, errorCode: 'TIMEOUT' });
    expect(await first).toMatchObject({ kind: 'response' });
    await pause(50);
    expect(server.received.map((request) => request.body)).toEqual(['first']);
  });

  it('when its signal was aborted before', async () => {
    const server = keep(await openHttpServer((_request, response) => response.end()));
    const result = await transportTo(server).send(post({ signal: AbortSignal.abort() }));
    expect(result).toMatchObject({ kind: 'broken', wasSent: false });
    await pause(30);
    expect(server.received).toHaveLength(0);
  });

  it('when it is aborted while it connects, and it does not go out once connected', async () => {
    const server = keep(await openHttpServer((_request, response) => response.end('ok')));
    const transport = transportTo(server, 1);
    const abort = new AbortController();
    const aborted = transport.send(post({ body: 'aborted', signal: abort.signal }));
    abort.abort();
    expect(await aborted).toMatchObject({ kind: 'broken', wasSent: false, errorCode: 'CONNECTION_FAILED' });
    expect(await transport.send(post({ body: 'next' }))).toMatchObject({ kind: 'response' });
    await pause(50);
    expect(server.received.map((request) => request.body)).toEqual(['next']);
  });

  it('when it waits while the transport closes, which lets the calls under way finish', async () => {
    const server = keep(await openHttpServer((_request, response) => setTimeout(() => response.end('done'), 100)));
    const transport = openTransport({ baseUrl: server.baseUrl, connections: 1 });
    const first = transport.send(post());
    const second = transport.send(post());
    await pause(30);
    await transport.close();
    expect(await first).toMatchObject({ kind: 'response' });
    expect(await second).toMatchObject({ kind: 'broken', wasSent: false });
    expect(await transport.send(post())).toMatchObject({ kind: 'broken', wasSent: false });
    expect(server.received).toHaveLength(1);
  });
});

describe('sent and broken off', () => {
  /** Counts the requests that reach a bare TCP server, whatever it does with them. */
  async function openBreakingServer(onRequest: (socket: import('node:net').Socket, count: number) => void) {
    const counter = { requestCount: 0 };
    const server = keep(
      await openTcpServer((socket) =>
        socket.on('data', (chunk) => {
          const arrived = chunk.toString().split('POST /add').length - 1;
          counter.requestCount += arrived;
          if (arrived > 0) onRequest(socket, counter.requestCount);
        }),
      ),
    );
    return { server, counter };
  }

  const CASES: [string, (socket: import('node:net').Socket) => void][] = [
    ['the connection is reset once the request is there', (socket) => socket.resetAndDestroy()],
    ['the connection is closed without an answer', (socket) => socket.end()],
    [
      'the connection is reset after the headers',
      (socket) => {
        socket.write('HTTP/1.1 200 OK\r\ncontent-length: 20\r\n\r\n');
        setTimeout(() => socket.resetAndDestroy(), 20);
      },
    ],
    ['the headers are cut', (socket) => socket.end('HTTP/1.1 200 OK\r\nconte')],
    ['the status line is cut', (socket) => socket.end('HTTP/1.')],
    [
      'the body is shorter than Content-Length',
      (socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 20\r\n\r\nhalf'),
    ],
    [
      'a chunked body is cut between two chunks',
      (socket) => socket.end('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\nhalf\r\n'),
    ],
    ['the answer is no HTTP', (socket) => socket.end('220 smtp ready\r\n')],
    ['the header block never ends', (socket) => socket.end(`HTTP/1.1 200 OK\r\nx: ${'y'.repeat(100_000)}\r\n\r\n`)],
    [
      'the answer switches protocols',
      (socket) => socket.write('HTTP/1.1 101 Switching\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n'),
    ],
    ['the answer is only an interim one', (socket) => socket.end('HTTP/1.1 100 Continue\r\n\r\n')],
  ];

  it.each(CASES)('%s: unanswered, and the request reaches the server once', async (_name, breakOff) => {
    const { server, counter } = await openBreakingServer(breakOff);
    const result = await transportTo(server).send(post());
    expect(result).toMatchObject({ kind: 'broken', wasSent: true, errorCode: 'CONNECTION_FAILED' });
    expect(result.kind === 'broken' && result.detail().length).toBeLessThanOrEqual(200);
    expect(result.kind === 'broken' && result.detail()).not.toMatch(/[\r\n]/);
    await pause(100);
    expect(counter.requestCount).toBe(1);
  });

  it.each(CASES)('%s, on a socket that was used before: still once', async (_name, breakOff) => {
    const { server, counter } = await openBreakingServer((socket, count) => {
      if (count === 1) socket.write(OK);
      else breakOff(socket);
    });
    const transport = transportTo(server, 1);
    expect(await transport.send(post())).toMatchObject({ kind: 'response' });
    expect(await transport.send(post())).toMatchObject({ kind: 'broken', wasSent: true });
    await pause(100);
    expect(counter.requestCount).toBe(2);
  });

  it.each([
    ['no headers come', () => {}],
    ['the headers trickle in', trickle('HTTP/1.1 200 OK\r\nx-long: header\r\ncontent-length: 2\r\n\r\nok')],
    [
      'the body trickles in',
      (socket: import('node:net').Socket) => {
        socket.write('HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n');
        trickle('x'.repeat(1000))(socket);
      },
    ],
  ])('%s: a timeout by one deadline for everything, and the request reaches the server once', async (_name, stall) => {
    const { server, counter } = await openBreakingServer(stall);
    const startedAt = performance.now();
    const result = await transportTo(server).send(post({ timeoutMs: 250 }));
    const elapsedMs = performance.now() - startedAt;
    expect(result).toMatchObject({ kind: 'broken', wasSent: true, errorCode: 'TIMEOUT' });
    expect(elapsedMs).toBeGreaterThanOrEqual(245);
    expect(elapsedMs).toBeLessThan(1500);
    await pause(100);
    expect(counter.requestCount).toBe(1);
  });

  it('an abort after sending is unanswered, and the next call gets a fresh socket and its own answer', async () => {
    const server = keep(
      await openHttpServer((request, response) => {
        if (request.body === 'second') response.end('second answer');
        else setTimeout(() => response.end('first answer'), 150);
      }),
    );
    const transport = transportTo(server, 1);
    const abort = new AbortController();
    const first = transport.send(post({ body: 'first', signal: abort.signal }));
    await pause(50);
    abort.abort();
    const second = await transport.send(post({ body: 'second' }));
    expect(await first).toMatchObject({ kind: 'broken', wasSent: true, errorCode: 'CONNECTION_FAILED' });
    expect(second.kind === 'response' && second.body.toString()).toBe('second answer');
    await pause(200);
    expect(server.received.map((request) => request.body)).toEqual(['first', 'second']);
  });

  it('a reset right on accept is either unsent, or unanswered; it never reaches a server as a request', async () => {
    let byteCount = 0;
    const server = keep(
      await openTcpServer((socket) => {
        socket.on('data', (chunk) => {
          byteCount += chunk.length;
        });
        socket.resetAndDestroy();
      }),
    );
    const transport = transportTo(server, 4);
    const results = await Promise.all(Array.from({ length: 20 }, () => transport.send(post({ timeoutMs: 3000 }))));
    expect(results.every((result) => result.kind === 'broken')).toBe(true);
    expect(byteCount).toBe(0);
  });
});

describe('a deadline', () => {
  it('that passes while the process is busy does not throw away an answer that lies in the socket', async () => {
    // In a thread of its own: this one is going to stand still.
    const server = new Worker(
      `const { parentPort } = require('node:worker_threads');
       const server = require('node:http').createServer((request, response) => {
         request.resume();
         request.on('end', () => { response.end('ok'); parentPort.postMessage('answered'); });
       });
       server.listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port));`,
      { eval: true },
    );
    keep({ close: async () => void (await server.terminate()) });
    const port = await new Promise<number>((resolve) => server.once('message', resolve));
    const transport = transportTo({ baseUrl: `http://127.0.0.1:${port}` });
    const stoodStill = (): void => {
      const untilMs = performance.now() + 500;
      while (performance.now() < untilMs);
    };
    // As soon as the bytes are handed over, and until after the deadline.
    const result = await transport.send(post({ timeoutMs: 200, onSent: () => setImmediate(stoodStill) }));
    expect(result).toMatchObject({ kind: 'response', status: 200 });
  });

  it('that passes while nothing has come is still a timeout', async () => {
    const server = keep(await openHttpServer(() => {}));
    const result = await transportTo(server).send(post({ timeoutMs: 100 }));
    expect(result).toMatchObject({ kind: 'broken', wasSent: true, errorCode: 'TIMEOUT' });
  });
});

describe('a kept connection', () => {
  it('is used again at once, and not after a second of idleness', async () => {
    const ports: (number | undefined)[] = [];
    const server = keep(
      await openHttpServer((_request, response, socket) => {
        ports.push(socket.remotePort);
        response.end('ok');
      }),
    );
    const transport = transportTo(server, 1);
    await transport.send(post());
    await transport.send(post());
    await pause(1300);
    await transport.send(post());
    expect(ports[1]).toBe(ports[0]);
    expect(ports[2]).not.toBe(ports[1]);
  });

  it('is not used after a quarter of a second of idleness by a call that avoids idle sockets', async () => {
    const ports: (number | undefined)[] = [];
    const server = keep(
      await openHttpServer((_request, response, socket) => {
        ports.push(socket.remotePort);
        response.end('ok');
      }),
    );
    const transport = transportTo(server, 1);
    await transport.send(post());
    await transport.send(post({ avoidsIdleSocket: true }));
    await pause(400);
    await transport.send(post({ avoidsIdleSocket: true }));
    await pause(400);
    await transport.send(post());
    expect(ports[1]).toBe(ports[0]);
    expect(ports[2]).not.toBe(ports[1]);
    expect(ports[3]).toBe(ports[1]);
  });

  it('is not kept longer because the server offers it', async () => {
    const ports: (number | undefined)[] = [];
    const server = keep(
      await openHttpServer((_request, response, socket) => {
        ports.push(socket.remotePort);
        response.setHeader('keep-alive', 'timeout=60').end('ok');
      }),
    );
    const transport = transportTo(server, 1);
    await transport.send(post());
    await pause(1300);
    await transport.send(post());
    expect(ports[1]).not.toBe(ports[0]);
  });

  it('that the server closes while we send never makes a POST go out twice', async () => {
    // The server closes each connection after its first answer without saying so; the next request races it.
    let requestCount = 0;
    const server = keep(
      await openTcpServer((socket) =>
        socket.on('data', (chunk) => {
          requestCount += chunk.toString().split('POST /add').length - 1;
          socket.write(OK, () => setTimeout(() => socket.end(), 3));
        }),
      ),
    );
    const transport = transportTo(server, 1);
    let sentCount = 0;
    for (let round = 0; round < 60; round++) {
      const result = await transport.send(post());
      if (result.kind === 'response' || result.wasSent) sentCount++;
      await pause(round % 6);
    }
    await pause(50);
    expect(requestCount).toBeLessThanOrEqual(sentCount);
    expect(sentCount).toBe(60);
  });

  it('is dropped when the server sends something nobody asked for', async () => {
    const server = keep(
      await openTcpServer((socket) =>
        socket.on('data', () => socket.write(`${OK}HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nwrong`)),
      ),
    );
    const transport = transportTo(server, 1);
    const first = await transport.send(post());
    const second = await transport.send(post());
    expect(first.kind === 'response' && first.body.toString()).toBe('ok');
    expect(second.kind === 'response' && second.body.toString()).toBe('ok');
  });
});

describe('the number of connections', () => {
  it('bounds the calls under way, first in, first out', async () => {
    let runningCount = 0;
    let runningCountMax = 0;
    const server = keep(
      await openHttpServer((_request, response) => {
        runningCountMax = Math.max(runningCountMax, ++runningCount);
        setTimeout(() => {
          runningCount--;
          response.end('ok');
        }, 5);
      }),
    );
    const transport = transportTo(server, 3);
    const bodies = Array.from({ length: 60 }, (_, index) => String(index));
    const results = await Promise.all(bodies.map((body) => transport.send(post({ body }))));
    expect(results.every((result) => result.kind === 'response')).toBe(true);
    expect(runningCountMax).toBe(3);
    const order = server.received.map((request) => Number(request.body));
    for (const [place, index] of order.entries()) expect(Math.abs(place - index)).toBeLessThan(3);
  });

  it('holds while connections fail, and the lane recovers', async () => {
    let requestCount = 0;
    const server = keep(
      await openTcpServer((socket, connection) => {
        if (connection <= 10) socket.resetAndDestroy();
        else
          socket.on('data', (chunk) => {
            requestCount += chunk.toString().split('POST /add').length - 1;
            socket.write(OK);
          });
      }),
    );
    const transport = transportTo(server, 2);
    const results = await Promise.all(Array.from({ length: 40 }, () => transport.send(post({ timeoutMs: 5000 }))));
    const answeredCount = results.filter((result) => result.kind === 'response').length;
    expect(answeredCount).toBe(requestCount);
    expect(answeredCount).toBeGreaterThan(0);
  });
});

it('tells when the first byte goes out', async () => {
  const server = keep(await openHttpServer((_request, response) => response.end('ok')));
  const sent: string[] = [];
  await transportTo(server).send(post({ onSent: () => sent.push('sent') }));
  expect(sent).toEqual(['sent']);
});

it('rejects a request that HTTP cannot express as a bug, without sending it', async () => {
  const server = keep(await openHttpServer((_request, response) => response.end('ok')));
  const transport = transportTo(server, 1);
  await expect(transport.send(post({ headers: { a: 'b\r\nc: d' } }))).rejects.toThrow('cannot be sent');
  await expect(transport.send(post({ path: '/a b' }))).rejects.toThrow('cannot be sent');
  expect(await transport.send(post())).toMatchObject({ kind: 'response' });
  expect(server.received).toHaveLength(1);
});

it.each(['nonsense', 'ftp://host', 'https://user:secret@host', 'https://host/?a=1', 'https://host/#a'])(
  'refuses the base URL %s and shows no password',
  (baseUrl) => {
    const open = () => openTransport({ baseUrl, connections: 1 });
    expect(open).toThrow(OperatorError);
    expect(open).not.toThrow(/secret/);
  },
);

function trickle(text: string) {
  return (socket: import('node:net').Socket) => {
    let sentCount = 0;
    const timer = setInterval(() => {
      if (sentCount >= text.length || socket.destroyed) clearInterval(timer);
      else socket.write(text.charAt(sentCount++));
    }, 40);
    socket.on('close', () => clearInterval(timer));
  };
}
