/** A vendor made for measuring: one call, 20 a second, counted by its own rolling window. */
import { z } from 'zod';
import { defineConnector } from '../../connectors/kit/connector.ts';
import { hostFetch } from '../../connectors/kit/doors.ts';
import { baseUrl, hostGuard } from '../../connectors/kit/hosts.ts';
import { vendorRequest } from '../../connectors/kit/http.ts';
import type { MakeTwin } from '../../sandbox/frame/types.ts';

const MAX = 20;
const WINDOW_MS = 1_000;

export const probe = defineConnector({
  manifest: {
    name: 'probe',
    title: 'Probe',
    settings: z.strictObject({}),
    auth: [],
    hosts: () => [],
    apiVersion: { name: '1', url: 'https://datatracker.ietf.org/doc/html/rfc9110' },
    limits: [{ name: 'rate', max: MAX, per: '1s' }],
    needsAccountKey: false,
    webhook: false,
  },
  connect: ({ connection, budget }) => {
    const fetch = hostFetch(hostGuard(probe.manifest, connection));
    const url = `${baseUrl(connection, '')}/ping`;
    return {
      check: async (call) => {
        const request = { fetch, budget, connector: 'probe', operation: 'ping', method: 'GET', url, call } as const;
        await vendorRequest({ ...request, schema: z.object({ pong: z.literal(true) }) });
      },
    };
  },
});

export const probeTwin: MakeTwin = () => {
  const usage = { max: MAX, intervalMs: WINDOW_MS, calls: 0, refused: 0, most: 0 };
  let asked: number[] = [];
  return {
    name: 'probe',
    apply: () => {},
    acts: { limits: async () => ({ ...usage }) },
    routes: (server) => {
      server.get('/ping', async (_request, reply) => {
        const now = Date.now();
        asked = [...asked.filter((at) => at > now - WINDOW_MS), now];
        usage.most = Math.max(usage.most, asked.length);
        if (asked.length > MAX) {
          usage.refused += 1;
          return reply.code(429).send({});
        }
        usage.calls += 1;
        return { pong: true };
      });
    },
  };
};
