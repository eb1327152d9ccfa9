/** What a connector is connected with in tests: secrets by name, a clock at rest, and a record of what was asked for. */
import { type Connection, config } from '../../../config/schema/index.ts';
import type { ConnectDependencies } from '../connector.ts';
import type { WriteCall } from '../operation.ts';
import { callWithin } from '../time-limit.ts';

export interface FakeDependencies extends ConnectDependencies {
  taken: { key: string; limit: number; count: number }[];
  pauses: { wireMs: number; reason: string }[];
}

/** `secrets` are found by the name behind `env:`. */
export function fakeDependencies(input: {
  name?: string;
  connection: Connection;
  secrets?: Record<string, string>;
  scale?: number;
  takeHourly?: ConnectDependencies['takeHourly'];
}): FakeDependencies {
  const name = input.name ?? input.connection.connector;
  const prompts = new Set<string>();
  const dependencies: FakeDependencies = {
    name,
    connection: input.connection,
    config: minimalConfig(name, input.connection),
    secret: (reference) => {
      const value = input.secrets?.[reference.replace(/^env:/, '')];
      if (value === undefined) throw new Error(`no secret ${reference}`);
      return value;
    },
    clock: { startedAt: '2026-01-01T00:00:00.000Z', epoch: '2026-01-01T00:00:00.000Z', scale: input.scale ?? 1 },
    taken: [],
    pauses: [],
    takeHourly: async (key, limit, count) => {
      dependencies.taken.push({ key, limit, count });
      await input.takeHourly?.(key, limit, count);
    },
    pauseUntil: async (wireMs, reason) => {
      dependencies.pauses.push({ wireMs, reason });
    },
    tokens: freshTokens(),
    prompts: {
      put: async ({ key }) => {
        prompts.add(key);
      },
      has: async (key) => prompts.has(key),
    },
  };
  return dependencies;
}

/** Keeps one token in memory until it is dropped. */
function freshTokens(): ConnectDependencies['tokens'] {
  let known: string | null = null;
  return {
    use: async (refresh, call) => {
      known ??= (await refresh(call)).value;
      return known;
    },
    drop: async (value) => {
      if (known === value) known = null;
    },
  };
}

function minimalConfig(name: string, connection: Connection) {
  return config.parse({
    version: 1,
    company: { name: 'Tidewater Analytics', timezone: 'America/New_York', currency: 'usd' },
    connections: { [name]: connection },
    products: {},
    metrics: {},
    triggers: {},
    play_order: [],
    plays: {},
    routing: { fallback: { slack: '#expansion', email: 'env:REVOPS_EMAIL' } },
  });
}

/** A write's call within 5 s, and whether it was told that it is sending. */
export function fakeWriteCall(idempotencyKey: string): WriteCall & { sent: () => boolean } {
  let sent = false;
  return {
    ...callWithin(5_000),
    idempotencyKey,
    sending: async () => {
      sent = true;
    },
    sent: () => sent,
  };
}
