import type { ServerResponse } from 'node:http';
import { type KybioClient, type KybioSettings, openKybioClient } from '../../src/kybio/client.ts';
import { openHttpServer, type Received } from '../support/http-server.ts';

export const APP_ID = 'ABCDEFABCDEFABCDEFABCDEFABCDEFAB';
export const APP_KEY = '1234567890123456789';
export const NOW_MS = 1_437_528_688_233;

export type Reply = { status?: number; headers?: Record<string, string>; body?: string };

/** A server that gives every call the same reply, and a client to it. */
export async function openKybio(
  reply: Reply | ((response: ServerResponse) => void),
  settings: Partial<KybioSettings> = {},
) {
  const server = await openHttpServer((_request, response) => {
    if (typeof reply === 'function') return reply(response);
    response.writeHead(reply.status ?? 200, { 'content-type': 'application/json', ...reply.headers });
    response.end(reply.body ?? '{"status":"success","messages":[],"errorCode":null}');
  });
  const client = openKybioClient(
    {
      baseUrl: `${server.baseUrl}/openapi/v1`,
      appId: APP_ID,
      appKey: APP_KEY,
      signature: 'v1',
      timeoutMs: 2000,
      connections: 2,
      codes: { quota: [], tooFast: [], notFound: ['2015'], repeat: [] },
      answerSignature: 'ignore',
      password: 'plain',
      ...settings,
    },
    { nowMs: () => NOW_MS },
  );
  return { client, received: server.received, close: () => client.close().then(server.close) };
}

/** The answer of one call to a server that replies so. */
export async function askKybio<T>(
  reply: Reply | ((response: ServerResponse) => void),
  ask: (client: KybioClient) => Promise<T>,
  settings: Partial<KybioSettings> = {},
): Promise<T> {
  const { client, close } = await openKybio(reply, settings);
  try {
    return await ask(client);
  } finally {
    await close();
  }
}

/** What a call puts on the wire. */
export async function requestOf(
  ask: (client: KybioClient) => Promise<unknown>,
  settings: Partial<KybioSettings> = {},
): Promise<Received> {
  const { client, received, close } = await openKybio({}, settings);
  try {
    await ask(client);
  } finally {
    await close();
  }
  const request = received[0];
  if (!request || received.length > 1) throw new Error(`${received.length} requests`);
  return request;
}
