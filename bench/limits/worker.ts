/**
 * One worker process of the measurement: calls two connections as fast as their budgets let it, and waits where it is
 * told to, as Temporal would. Its orders come as JSON in the first argument; it prints what it saw as one line of JSON.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { openConnections } from '../../activities/connections.ts';
import { type Connection, config as configSchema } from '../../config/schema/index.ts';
import type { Connector } from '../../connectors/kit/connector.ts';
import { RateLimitedError } from '../../connectors/kit/errors.ts';
import { callWithin } from '../../connectors/kit/time-limit.ts';
import { connectors } from '../../connectors/registry.ts';
import type { Priority } from '../../domain/budget/types.ts';
import { openBudgets } from '../../server/budgets/open.ts';
import { keepTokens } from '../../server/token-keeper.ts';
import { fixedRing, openStore } from '../../store/index.ts';
import { probe } from './probe.ts';

const ordersSchema = z.object({
  databaseUrl: z.string(),
  addresses: z.record(z.string(), z.string()),
  token: z.string(),
  /** Wire milliseconds since 1970: what is answered from here to there is counted. */
  fromMs: z.number(),
  untilMs: z.number(),
  /** Messages that wait here, for each connection. */
  messages: z.number(),
  sweeps: z.boolean(),
  alerts: z.boolean(),
  clicks: z.boolean(),
});
export type Orders = z.output<typeof ordersSchema>;

export interface Seen {
  /** Calls by `connection priority`. */
  calls: Record<string, number>;
  /** How long each click took until its answer, in milliseconds, by connection. */
  clicks: Record<string, number[]>;
  /** Messages that still waited at the end, by connection. */
  queued: Record<string, number>;
  errors: string[];
}

/** As many as a worker has places for activities. */
const PLACES = 40;
const CLICK_EVERY_MS = 1_000;
const REGISTRY: Record<string, Connector> = { ...connectors, probe };

async function main(orders: Orders): Promise<Seen> {
  const store = await openStore(orders.databaseUrl, {
    tenant: 'bench',
    keys: fixedRing([Buffer.alloc(32)]),
    maxConnections: 4,
  });
  const startedAt = new Date().toISOString();
  const clock = { startedAt, epoch: startedAt, scale: 1 };
  const now = () => new Date().toISOString();
  const config = configOf(orders);
  const budgets = await openBudgets(store, {
    config,
    clock,
    now,
    wireNow: Date.now,
    limited: () => {},
    changed: () => {},
  });
  const open = openConnections(
    Object.entries(config.connections).map(([name, connection]) => {
      const connector = REGISTRY[connection.connector];
      if (!connector) throw new Error(`no connector ${connection.connector}`);
      const budget = budgets.of(name, connection, connector.manifest);
      const prompts = { put: async () => {}, has: async () => false };
      const capabilities = connector.connect({
        name,
        connection,
        config,
        secret: () => orders.token,
        clock,
        budget,
        tokens: keepTokens(store, name, { wireNow: Date.now }),
        prompts,
      });
      return { name, connector: connection.connector, mode: connection.mode, capabilities };
    }),
  );
  const seen: Seen = { calls: {}, clicks: {}, queued: {}, errors: [] };
  const isOver = () => Date.now() >= orders.untilMs;

  async function call(name: string, priority: Priority): Promise<void> {
    const check = open.get(name)?.capabilities.check;
    if (!check) throw new Error(`${name} has nothing to call`);
    while (!isOver()) {
      try {
        await check(callWithin(30_000, { priority }));
        if (Date.now() >= orders.fromMs)
          seen.calls[`${name} ${priority}`] = (seen.calls[`${name} ${priority}`] ?? 0) + 1;
        return;
      } catch (error) {
        if (!(error instanceof RateLimitedError)) seen.errors.push(String(error));
        const waitMs = error instanceof RateLimitedError ? error.retryAfterMs : 1_000;
        await sleep(Math.max(1, Math.min(waitMs, orders.untilMs - Date.now())));
      }
    }
  }
  const repeatedly = async (name: string, priority: Priority) => {
    while (!isOver()) await call(name, priority);
  };
  const queued = async (name: string, queue: { left: number }) => {
    while (queue.left > 0 && !isOver()) {
      queue.left -= 1;
      await call(name, 'message');
    }
    seen.queued[name] = queue.left;
  };
  const clicking = async (name: string) => {
    const waits: number[] = [];
    seen.clicks[name] = waits;
    // Not from the first moment: what is measured is a click among full queues.
    await sleep(5_000);
    while (!isOver()) {
      const begin = performance.now();
      await call(name, 'click');
      waits.push(performance.now() - begin);
      await sleep(CLICK_EVERY_MS * (0.5 + Math.random()));
    }
  };
  await Promise.all(
    open.all.flatMap(({ name }) => {
      const queue = { left: orders.messages };
      return [
        ...Array.from({ length: PLACES }, () => queued(name, queue)),
        ...(orders.sweeps ? Array.from({ length: 2 }, () => repeatedly(name, 'sweep')) : []),
        ...(orders.alerts ? Array.from({ length: 10 }, () => repeatedly(name, 'alert')) : []),
        ...(orders.clicks ? [clicking(name)] : []),
      ];
    }),
  );
  await budgets.close();
  await store.close();
  return seen;
}

function configOf({ addresses }: Orders) {
  const connection = (connector: string): Connection => {
    return { connector, mode: 'sandbox', sandbox_url: addresses[connector], auth: { token: 'env:TOKEN' } };
  };
  return configSchema.parse({
    version: 1,
    company: { name: 'Bench', timezone: 'UTC', currency: 'usd' },
    connections: { hubspot: connection('hubspot'), probe: connection('probe') },
    products: {},
    metrics: {},
    triggers: {},
    play_order: [],
    plays: {},
    routing: { fallback: { slack: '#bench', email: 'bench@company.example' } },
  });
}

const seen = await main(ordersSchema.parse(JSON.parse(process.argv[2] ?? '')));
process.stdout.write(`${JSON.stringify(seen)}\n`, () => process.exit(0));
