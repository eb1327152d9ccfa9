import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Delivery } from './hub-server.ts';
import type { OpenScene } from './scene.ts';

const PATIENCE_MS = 5_000;
/** What an act causes comes at once; nothing follows after this. */
const QUIET_MS = 150;

/** What the twin sends while `provoke` runs and just after, with the path of this scene's connection. */
export async function captureDeliveries(
  scene: OpenScene,
  provoke: () => Promise<void>,
  atLeast: number,
): Promise<Delivery[]> {
  const deliveries: Delivery[] = [];
  let publicUrl = '';
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += String(chunk);
    deliveries.push({
      publicUrl,
      path: (request.url ?? '').replace(/^\/webhooks\/[^/]+/, `/webhooks/${scene.id}`),
      headers: vendorHeaders(request.headers),
      body,
    });
    response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo; // a listening TCP server has a port
  publicUrl = `http://127.0.0.1:${port}`;
  scene.frame.setHub(publicUrl);
  try {
    await provoke();
    const until = performance.now() + PATIENCE_MS;
    for (let seen = -1; performance.now() < until && (deliveries.length < atLeast || seen !== deliveries.length); ) {
      seen = deliveries.length;
      await sleep(QUIET_MS);
    }
    return deliveries;
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

/** Without those that every HTTP client sends. */
function vendorHeaders(headers: NodeJS.Dict<string | string[]>): Record<string, string> {
  const transport = new Set([
    'host',
    'connection',
    'content-length',
    'transfer-encoding',
    'accept',
    'accept-encoding',
    'accept-language',
    'user-agent',
  ]);
  const kept = Object.entries(headers).filter(([name]) => !transport.has(name) && !name.startsWith('sec-'));
  return Object.fromEntries(kept.map(([name, value]) => [name, String(value)]));
}
