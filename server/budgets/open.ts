import type { Config, Connection } from '../../config/schema/index.ts';
import { type Budget, limitsOf } from '../../connectors/kit/budget.ts';
import type { Manifest } from '../../connectors/kit/connector.ts';
import type { Call } from '../../connectors/kit/operation.ts';
import type { BusinessClock } from '../../domain/clock.ts';
import type { Iso } from '../../domain/model.ts';
import { askPermits, inTransaction, listen, pauseUntil, type Store } from '../../store/index.ts';
import { Gate, type GateNews } from './gate.ts';
import { connectionLimits } from './limits.ts';
import { PermitPool } from './pool.ts';
import { Prober } from './prober.ts';

export interface Budgets {
  of: (name: string, connection: Connection, manifest: Manifest) => Budget;
  /** By what to ask whether a connection is back. */
  probeBy: (name: string, check: (call: Call) => Promise<void>) => void;
  /** Wire time since which this process holds calls of a connection back; null: it does not. */
  heldBackSince: (name: string) => number | null;
  close: () => Promise<void>;
}

/** The permits of all connections in this process; what one process is told to wait for, all hear at once. */
export async function openBudgets(
  store: Store,
  {
    config,
    clock,
    now,
    wireNow,
    limited,
    changed,
  }: {
    config: Pick<Config, 'company'>;
    clock: BusinessClock;
    now: () => Iso;
    wireNow: () => number;
    /** Told each time that a vendor said "not before". */
    limited: (connection: string) => void;
    /** Told when this process begins to hold calls of a connection back, and when it ends. */
    changed: (connection: string, news: GateNews) => void;
  },
): Promise<Budgets> {
  const pools = new Map<string, PermitPool>();
  const gates = new Map<string, Gate>();
  const probers = new Map<string, Prober>();
  const quiet = await listen(store, ['headroom_pause'], (_channel, connection) => {
    for (const [name, pool] of pools) if (connection === '' || connection === name) pool.heedPause();
  });
  const make = (name: string, connection: Connection, manifest: Manifest): Gate => {
    const limits = connectionLimits(limitsOf(manifest.limits, connection.limits), {
      own: connection.limits ?? {},
      zoneOf: ({ zoneSetting }) => {
        const own = zoneSetting === undefined ? undefined : connection[zoneSetting];
        return typeof own === 'string' ? own : config.company.timezone;
      },
      now,
    });
    const pool = new PermitPool({
      connection: name,
      connector: manifest.name,
      limits,
      ask: (ask) => inTransaction(store, (tx) => askPermits(tx, name, clock, ask)),
      pause: (wireUntil, reason) => {
        limited(name);
        return inTransaction(store, (tx) => pauseUntil(tx, name, wireUntil, reason));
      },
      wireNow,
    });
    pools.set(name, pool);
    const gate = new Gate(pool, {
      connection: name,
      connector: manifest.name,
      limits,
      wireNow,
      changed: (news) => {
        if (news.kind === 'held_back') probers.get(name)?.begin();
        changed(name, news);
      },
    });
    gates.set(name, gate);
    return gate;
  };
  return {
    of: (name, connection, manifest) => gates.get(name) ?? make(name, connection, manifest),
    probeBy: (name, check) => {
      const gate = gates.get(name);
      if (gate) probers.set(name, new Prober(gate, check, wireNow));
    },
    heldBackSince: (name) => gates.get(name)?.heldBack?.since ?? null,
    close: async () => {
      quiet();
      for (const prober of probers.values()) prober.close();
      await Promise.all([...pools.values()].map((pool) => pool.close()));
    },
  };
}
