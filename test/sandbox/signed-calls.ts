import { createHash, createHmac, createSign, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import type { Sandbox, SandboxSettings } from '../../src/sandbox/sandbox.ts';

/** What came back, as text: no parser of ours stands between the test and the bytes. */
export type RawAnswer = {
  readonly httpStatus: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
};

export type Sent = { method: string; url: string; headers?: Record<string, string>; body?: string | Buffer };

const agent = new Agent({ keepAlive: false });

/** One HTTP call; rejects when the connection ends before the answer does. */
export function send({ method, url, headers = {}, body = '' }: Sent): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const bytes = Buffer.from(body);
    const length = bytes.length > 0 ? { 'content-length': String(bytes.length) } : {};
    const outgoing = request(url, { method, agent, headers: { ...length, ...headers } }, (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('error', reject);
      incoming.on('aborted', () => reject(new Error('cut off')));
      incoming.on('end', () =>
        resolve({
          httpStatus: incoming.statusCode ?? 0,
          headers: incoming.headers,
          text: Buffer.concat(chunks).toString('utf8'),
        }),
      );
    });
    outgoing.on('error', reject);
    outgoing.end(bytes);
  });
}

export function md5(text: string): string {
  return createHash('md5').update(text).digest('hex').toUpperCase();
}

/** A signed Kybio call; `rest` is JSON text without the braces, so that every digit is the test's own. */
export function kybio(sandbox: Sandbox, endpoint: string, rest = '', headers?: Record<string, string>) {
  const body = `{"appId":"${sandbox.settings.KYBIO_APP_ID}"${rest === '' ? '' : `,${rest}`}}`;
  return kybioBody(sandbox, endpoint, body, headers);
}

export function kybioBody(sandbox: Sandbox, endpoint: string, body: string, headers?: Record<string, string>) {
  return send({
    method: 'POST',
    url: `${sandbox.settings.KYBIO_BASE_URL}/${endpoint}`,
    headers: {
      'content-type': 'application/json; charset=utf-8',
      ...(headers ?? { 'data-signature': md5(sandbox.settings.KYBIO_APP_KEY + body) }),
    },
    body,
  });
}

export type WonderParts = {
  method?: string;
  path: string;
  body?: string;
  signedUri?: string;
  signedBody?: string;
  timeMs?: number;
  credential?: string;
};

/** A signed Wonder call; every part of what is signed can be set wrong. */
export function wonder(sandbox: Sandbox, parts: WonderParts): Promise<RawAnswer> {
  const { method = 'GET', path, body = '' } = parts;
  const url = `/svc/payment/api/v1/openapi${path}`;
  const time = new Date(parts.timeMs ?? Date.now()).toISOString().replace(/[-:T]/g, '').slice(0, 14);
  const nonce = randomBytes(8).toString('hex');
  const timeKey = createHmac('sha256', nonce).update(time).digest();
  const key = createHmac('sha256', timeKey).update('Wonder-RSA-SHA256').digest();
  const lines = [method, parts.signedUri ?? url];
  if ((parts.signedBody ?? body) !== '') lines.push(parts.signedBody ?? body);
  const hex = createHmac('sha256', key).update(lines.join('\n')).digest('hex');
  const credential = `${sandbox.settings.WONDER_APP_ID}/${time}/Wonder-RSA-SHA256`;
  return send({
    method,
    url: sandbox.settings.WONDER_BASE_URL + url,
    headers: {
      'content-type': 'application/json',
      credential: parts.credential ?? credential,
      nonce,
      signature: createSign('RSA-SHA256').update(hex).sign(privateKey(sandbox.settings), 'base64'),
    },
    body,
  });
}

const privateKeys = new Map<string, string>();

function privateKey({ WONDER_PRIVATE_KEY_FILE: file }: SandboxSettings): string {
  const pem = privateKeys.get(file) ?? readFileSync(file, 'utf8');
  privateKeys.set(file, pem);
  return pem;
}

export async function control(sandbox: Sandbox, method: string, path: string, body?: unknown): Promise<RawAnswer> {
  const text = body === undefined ? '' : JSON.stringify(body);
  return send({ method, url: `${sandbox.baseUrl}/sandbox/${path}`, body: text });
}

export type Books = {
  increments: Record<'customerUid' | 'number' | 'pointIncrement' | 'balanceIncrement' | 'dataChangeTime', string>[];
  adjustments: Record<string, string>[];
  calls: {
    total: number;
    byEndpoint: Record<string, number>;
    byDay: Record<string, { accounts: Record<string, number>; byEndpoint: Record<string, number> }>;
  };
  sendTimes: number[];
  counts: { members: number; customers: number };
};

export async function books(sandbox: Sandbox): Promise<Books> {
  return JSON.parse((await control(sandbox, 'GET', 'books')).text);
}

export async function setSwitches(sandbox: Sandbox, switches: Record<string, unknown>): Promise<void> {
  const answer = await control(sandbox, 'PUT', 'switches', switches);
  if (answer.httpStatus !== 200) throw new Error(answer.text);
}

/** A stored member, every field as text or a small number. */
export async function member(sandbox: Sandbox, number: string): Promise<Record<string, string | number>> {
  return JSON.parse((await control(sandbox, 'GET', `members?number=${encodeURIComponent(number)}`)).text);
}
