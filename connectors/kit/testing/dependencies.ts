/** What a connector is connected with in tests: secrets by name, a clock at rest, and a record of what was asked for. */
import { type Connection, config } from '../../../config/schema/index.ts';
import type { Priority } from '../../../domain/budget/types.ts';
import type { Budget, BudgetUse, Heard } from '../budget.ts';
import type { ConnectDependencies } from '../connector.ts';
import type { WriteCall } from '../operation.ts';
import { callWithin } from '../time-limit.ts';

export interface FakeDependencies extends ConnectDependencies {
  /** Permits, with the keys of their calls. */
  taken: { operation: string; keys: string[]; priority: Priority | undefined; ended: null | 'used' | 'unused' }[];
  /** `key` absent: the whole connection. */
  pauses: { wireMs: number; reason: string; key?: string }[];
  heard: Heard[];
}

/** Permits for everybody, as where a vendor limits nothing. */
export const freeBudget: Budget = {
  take: async () => ({ done: () => {}, giveBack: () => {} }),
  hear: () => {},
  pause: async () => {},
};

/** `secrets` are found by the name behind `env:`. */
export function fakeDependencies(input: {
  name?: string;
  connection: Connection;
  secrets?: Record<string, string>;
  scale?: number;
  /** Throws to refuse a permit. */
  refuse?: (use: BudgetUse) => void;
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
    heard: [],
    budget: {
      take: async (use) => {
        const permit: FakeDependencies['taken'][number] = {
          operation: use.operation,
          keys: use.keys ?? [],
          priority: use.call.priority,
          ended: null,
        };
        dependencies.taken.push(permit);
        input.refuse?.(use);
        return {
          done: () => {
            permit.ended ??= 'used';
          },
          giveBack: () => {
            permit.ended ??= 'unused';
          },
        };
      },
      hear: (heard) => dependencies.heard.push(heard),
      pause: async (ms, reason, key) => {
        dependencies.pauses.push({ wireMs: Date.now() + ms, reason, ...(key === undefined ? {} : { key }) });
      },
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

/** Keeps one token in memory until it is dropped; whoever asks while it is being got waits, and asks next if that failed. */
function freshTokens(): ConnectDependencies['tokens'] {
  let known: string | null = null;
  let refreshing: Promise<void> | null = null;
  return {
    use: async (refresh, call) => {
      for (;;) {
        if (known !== null) return known;
        if (refreshing) {
          await refreshing.catch(() => undefined);
          continue;
        }
        refreshing = refresh(call).then(({ value }) => {
          known = value;
        });
        await refreshing.finally(() => {
          refreshing = null;
        });
      }
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
