import { openWonderClient, type WonderClient, type WonderSettings } from '../../src/wonder/client.ts';
import { openHttpServer, type Received } from '../support/http-server.ts';
import { RFC_PRIVATE_KEY_PEM } from './rfc-key.ts';

export const APP_ID = 'd900da8b-6e16-4a85-8a66-05d29ac53f24';
export const NOW_MS = Date.UTC(2024, 4, 1, 12, 1, 23);

export type Reply = { status?: number; headers?: Record<string, string>; body?: string };

/** The answer of one call to a server that gives every call the same reply, and what went over the wire. */
export async function askWonder<T>(
  reply: Reply,
  ask: (client: WonderClient) => Promise<T>,
  settings: Partial<WonderSettings> & { prefix?: string } = {},
): Promise<{ answer: T; request: Received | undefined }> {
  const server = await openHttpServer((_request, response) => {
    response.writeHead(reply.status ?? 200, { 'content-type': 'application/json', ...reply.headers });
    response.end(reply.body ?? '{"code":200,"message":"succeed","data":{}}');
  });
  const { prefix = '', ...others } = settings;
  const client = openWonderClient(
    {
      baseUrl: server.baseUrl + prefix,
      appId: APP_ID,
      privateKeyPem: RFC_PRIVATE_KEY_PEM,
      timeoutMs: 2000,
      connections: 2,
      signQuery: true,
      putBody: 'flat',
      codes: { notFound: [], tooFast: [] },
      ...others,
    },
    { nowMs: () => NOW_MS },
    // 52 is the place of "0": the vectors' nonce.
    { int: () => 52, uuid: () => '00000000-0000-4000-8000-000000000000' },
  );
  try {
    return { answer: await ask(client), request: server.received[0] };
  } finally {
    await client.close();
    await server.close();
  }
}
