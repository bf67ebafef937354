import { createServer as createHttpServer } from 'node:http';
import { connect, type Socket } from 'node:net';
import { createServer as createTlsServer, type TLSSocket } from 'node:tls';
import { SERVER_CERTIFICATE, SERVER_KEY } from '../http/test-authority.ts';
import { listen, type TestServer } from '../support/http-server.ts';

export type Proxy = TestServer & {
  /** What each CONNECT asked for, `host:port`. */
  readonly asked: string[];
  readonly credentials: (string | undefined)[];
};

/** What a proxy does with a tunnel: passes it on, refuses it, hangs up at once, or with the first bytes in it. */
export type TunnelFate = 'pass' | 'refuse' | 'hang_up' | 'cut';

/** A real CONNECT proxy on this machine; every tunnel leads to `port`, whatever host it asks for. */
export async function openProxy(port: number, fateOf: (number: number) => TunnelFate = () => 'pass'): Promise<Proxy> {
  const asked: string[] = [];
  const credentials: (string | undefined)[] = [];
  const server = createHttpServer((_request, response) => response.writeHead(405).end());
  server.on('connect', (request, client: Socket) => {
    client.on('error', () => undefined);
    asked.push(request.url ?? '');
    credentials.push(request.headers['proxy-authorization']);
    const fate = fateOf(asked.length);
    if (fate === 'refuse') return client.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n');
    if (fate === 'hang_up') return client.destroy();
    const upstream = connect(port, '127.0.0.1', () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n');
      if (fate === 'cut') {
        client.once('data', () => client.destroy());
        return;
      }
      client.pipe(upstream).pipe(client);
    });
    upstream.on('error', () => client.destroy());
    client.on('close', () => upstream.destroy());
    return undefined;
  });
  return { ...(await listen(server)), asked, credentials };
}

/** TLS for `kybio.test` in front of a server on this machine that speaks none. */
export async function openTlsFront(port: number): Promise<TestServer> {
  const server = createTlsServer({ cert: SERVER_CERTIFICATE, key: SERVER_KEY }, (client) => {
    const upstream = connect(port, '127.0.0.1');
    client.on('error', () => upstream.destroy());
    upstream.on('error', () => client.destroy());
    client.on('close', () => upstream.destroy());
    client.pipe(upstream).pipe(client);
  });
  server.on('tlsClientError', () => undefined);
  return listen(server, 'https');
}

/** How a vendor ends a request that has arrived. */
export type AnswerFate = 'answer' | 'answer_and_close' | 'cut' | 'cut_in_answer';

/** A vendor with TLS that keeps every body that arrived, and ends each request as it is told. */
export async function openTlsVendor(
  fateOf: (number: number) => AnswerFate,
): Promise<TestServer & { readonly arrived: string[] }> {
  const arrived: string[] = [];
  const server = createTlsServer({ cert: SERVER_CERTIFICATE, key: SERVER_KEY }, (socket) => {
    socket.on('error', () => undefined);
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
      for (let request = takeRequest(text); request !== undefined; request = takeRequest(text)) {
        text = request.rest;
        arrived.push(request.body);
        end(socket, fateOf(arrived.length));
      }
    });
  });
  server.on('tlsClientError', () => undefined);
  return { ...(await listen(server, 'https')), arrived };
}

function takeRequest(text: string): { readonly body: string; readonly rest: string } | undefined {
  const head = text.indexOf('\r\n\r\n');
  if (head < 0) return undefined;
  const length = Number(/content-length: (\d+)/i.exec(text.slice(0, head))?.[1] ?? 0);
  const end = head + 4 + length;
  return text.length < end ? undefined : { body: text.slice(head + 4, end), rest: text.slice(end) };
}

const ANSWER = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok';

function end(socket: TLSSocket, fate: AnswerFate): void {
  switch (fate) {
    case 'answer':
      socket.write(ANSWER);
      return;
    // Without saying so in a header: the next request may already be on its way.
    case 'answer_and_close':
      socket.end(ANSWER);
      return;
    case 'cut':
      socket.destroy();
      return;
    case 'cut_in_answer':
      socket.write(ANSWER.slice(0, 30), () => socket.destroy());
      return;
  }
}
