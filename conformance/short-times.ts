import type { Budget } from '../connectors/kit/budget.ts';
import type { Capabilities } from '../connectors/kit/capabilities.ts';
import type { Connector } from '../connectors/kit/connector.ts';
import type { WriteOperation } from '../connectors/kit/operation.ts';
import type { Json } from '../domain/model.ts';

type AnyWrite = WriteOperation<unknown, Json, Json>;

/**
 * Of every write in the suite, instead of its own: what is tested is the order of things, and 20 s of waiting for each
 * cell would keep anybody from asking. This is the only place where a time of a connector is changed.
 */
export const SHORT = { timeoutMs: 1_500, settleMs: 800 };

/** A connector's own guess at a wait (a minute after a 429) is cut to this; what a vendor names here is shorter. */
export const LONGEST_WAIT_MS = 2_000;

/** The same connector, for whom "not before" lasts a moment: all workers wait for that as well. */
export function withShortPauses(connector: Connector): Connector {
  return {
    ...connector,
    connect: (dependencies) => {
      const { budget } = dependencies;
      const short: Budget = {
        take: (use) => budget.take(use),
        hear: (heard) => budget.hear(heard),
        pause: (ms, ...more) => budget.pause(Math.min(ms, LONGEST_WAIT_MS), ...more),
      };
      return connector.connect({ ...dependencies, budget: short });
    },
  };
}

/** The same capabilities with every write passed through `change`. */
export function withWrites(capabilities: Capabilities, change: (name: string, op: AnyWrite) => AnyWrite): Capabilities {
  const groups = Object.entries(capabilities).map(([group, offered]) => {
    if (typeof offered !== 'object' || offered === null) return [group, offered];
    const operations = Object.entries(offered).map(([name, one]) => [
      name,
      isWrite(one) ? change(`${group}.${name}`, one) : one,
    ]);
    return [group, Object.fromEntries(operations)];
  });
  // The names are the same and each operation stays of its type: only its times or its `send` are others.
  return Object.fromEntries(groups) as Capabilities;
}

function isWrite(value: unknown): value is AnyWrite {
  return typeof value === 'object' && value !== null && 'prepare' in value && 'send' in value && 'idempotency' in value;
}
