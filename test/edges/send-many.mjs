// Sends every body of its argument through the built transport, and prints how each ended. A process of its own: Node
// reads NODE_EXTRA_CA_CERTS once, at its start.
import { openTransport } from '../../.build/http/transport.js';

const { baseUrl, proxy, bodies, connections, avoidsIdleSocket } = JSON.parse(process.argv[2]);
const transport = openTransport({ baseUrl, connections, proxy });
const results = await Promise.all(
  bodies.map(async (body) => {
    const result = await transport.send({
      method: 'POST',
      path: '/add',
      headers: { 'User-Agent': 'openApi' },
      body,
      timeoutMs: 20_000,
      avoidsIdleSocket,
    });
    return result.kind === 'response'
      ? { body, kind: result.kind, status: result.status }
      : { body, kind: result.kind, wasSent: result.wasSent, detail: result.detail() };
  }),
);
await transport.close();
process.stdout.write(JSON.stringify(results));
