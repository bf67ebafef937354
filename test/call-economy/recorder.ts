import { request } from 'node:http';
import { onTestFinished } from 'vitest';
import { openHttpServer, type Received } from '../support/http-server.ts';
import type { VendorSandbox } from '../support/vendor-sandbox.ts';

export type Recorder = {
  /** The settings that lead through here to the sandbox. */
  readonly environment: Readonly<Record<string, string>>;
  /** Bodies of the calls to this endpoint, in order. */
  bodies(endpoint: string): string[];
};

/**
 * Stands between the binary and the sandbox: keeps what was sent, byte for byte, and lets a test do something
 * at the vendor right before a call arrives there.
 */
export async function openRecorder(
  vendor: VendorSandbox,
  beforeCall: (endpoint: string, count: number) => Promise<void> | undefined = () => undefined,
): Promise<Recorder> {
  const base = vendor.settings.WONDER_BASE_URL;
  const counts = new Map<string, number>();
  const server = await openHttpServer((received, response) => {
    const endpoint = endpointOf(received);
    const count = (counts.get(endpoint) ?? 0) + 1;
    counts.set(endpoint, count);
    const forward = (): void => {
      const { method, headers, body } = received;
      const outgoing = request(base + received.url, { method, headers }, (incoming) => {
        response.writeHead(incoming.statusCode ?? 502, incoming.headers);
        incoming.pipe(response);
      });
      outgoing.on('error', () => response.destroy());
      outgoing.end(body);
    };
    (beforeCall(endpoint, count) ?? Promise.resolve()).then(forward, () => response.destroy());
  });
  onTestFinished(() => server.close());
  return {
    environment: {
      KYBIO_BASE_URL: vendor.settings.KYBIO_BASE_URL.replace(base, server.baseUrl),
      WONDER_BASE_URL: server.baseUrl,
    },
    bodies: (endpoint) =>
      server.received.filter((received) => endpointOf(received) === endpoint).map(({ body }) => body),
  };
}

/** `customerOpenApi/add`, or `POST /customers` */
function endpointOf({ method, url }: Received): string {
  const kybio = /\/openapi\/v1\/(customerOpenApi\/.+)$/.exec(url);
  return kybio?.[1] ?? `${method} ${url.replace(/^.*\/openapi(?=\/customers)/, '')}`;
}
