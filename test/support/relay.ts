import { createServer, request as httpRequest } from 'node:http';
import { listen, type TestServer } from './http-server.ts';

/**
 * Passes every call on to a server on this machine, and tells of each before the server sees it: so that a test can
 * do something at a certain moment of a run.
 */
export async function openRelay(
  toOrigin: string,
  onCall: (call: { readonly number: number; readonly path: string; readonly body: string }) => void | Promise<void>,
): Promise<TestServer> {
  let number = 0;
  const server = createServer((incoming, outgoing) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', async () => {
      number += 1;
      const body = Buffer.concat(chunks);
      const path = incoming.url ?? '';
      await onCall({ number, path, body: body.toString() });
      const { host: _, ...headers } = incoming.headers;
      const passedOn = httpRequest(new URL(path, toOrigin), { method: incoming.method, headers }, (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(outgoing);
      });
      passedOn.on('error', () => outgoing.destroy());
      passedOn.end(body);
    });
  });
  return listen(server);
}
