import type { AddressInfo } from 'node:net';
import { Registry } from 'prom-client';
import type { Core } from '../server/core.ts';
import { makeHttpServer } from '../server/http/app.ts';
import type { HttpContext } from '../server/http/context.ts';
import { fixedRing } from '../store/index.ts';

export interface Delivery {
  /** Where the vendor believes the hub to be: it may sign the address. */
  publicUrl: string;
  path: string;
  headers: Record<string, string>;
  body: string;
}

/** The hub's own HTTP server: takes webhooks, and the product's questions for prompts. */
export interface HubServer {
  url: string;
  /** Hands a delivery in, as if it came `laterMs` after now. @returns the status of the answer */
  deliver: (delivery: Delivery, laterMs?: number) => Promise<number>;
  close: () => Promise<void>;
}

const unused = async () => {
  throw new Error('nothing in the suite asks for this');
};

export async function serveHub(core: Core, dataKey: Buffer): Promise<HubServer> {
  let laterMs = 0;
  let calledAt = core.deps.publicUrl;
  const context: HttpContext = {
    deps: {
      ...core.deps,
      wireNow: () => Date.now() + laterMs,
      get publicUrl() {
        return calledAt;
      },
    },
    requestTrial: unused,
    endTrial: unused,
    viewUpgrade: unused,
    openUpgradeLink: unused,
    ingestReadings: unused,
    lagP95Hours: () => 0,
    sweepPlans: () => [],
    checkTemporal: async () => {},
    metrics: new Registry(),
    keys: { ring: fixedRing([dataKey]), rotated: unused, useInTemporal: unused },
    codec: null,
    recentLogs: () => ({}),
  };
  const app = makeHttpServer(context);
  await app.listen({ host: '127.0.0.1', port: 0 });
  const { port } = app.server.address() as AddressInfo; // a listening TCP server has a port
  return {
    url: `http://127.0.0.1:${port}`,
    deliver: async ({ publicUrl, path, headers, body }, later = 0) => {
      laterMs = later;
      calledAt = publicUrl;
      try {
        const answer = await app.inject({ method: 'POST', url: path, headers, payload: body });
        return answer.statusCode;
      } finally {
        laterMs = 0;
        calledAt = core.deps.publicUrl;
      }
    },
    close: () => app.close(),
  };
}
