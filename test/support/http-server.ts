import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from 'node:net';

export type Received = {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
};

export type TestServer = { readonly baseUrl: string; readonly port: number; close(): Promise<void> };

/** A real HTTP server on a free port that keeps what it received and answers with the given function. */
export async function openHttpServer(
  answer: (request: Received, response: ServerResponse, socket: Socket) => void,
): Promise<TestServer & { readonly received: Received[] }> {
  const received: Received[] = [];
  const server = createServer((incoming, response) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('error', () => {});
    incoming.on('end', () => {
      const request = {
        method: incoming.method ?? '',
        url: incoming.url ?? '',
        headers: incoming.headers,
        body: Buffer.concat(chunks).toString(),
      };
      received.push(request);
      answer(request, response, incoming.socket);
    });
  });
  return { received, ...(await listen(server)) };
}

/** A bare TCP server: the function gets every connection with its number, from 1. */
export async function openTcpServer(onConnection: (socket: Socket, connection: number) => void): Promise<TestServer> {
  let connectionCount = 0;
  const server = createTcpServer((socket) => {
    socket.on('error', () => {});
    onConnection(socket, ++connectionCount);
  });
  return await listen(server);
}

/** Listens on a free port; `close` cuts what is still open. */
export async function listen(server: Server, scheme = 'http'): Promise<TestServer> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    port,
    baseUrl: `${scheme}://127.0.0.1:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}
