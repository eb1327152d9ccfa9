import type { Config, Connection } from '../../config/schema/index.ts';
import { type Budget, limitsOf } from '../../connectors/kit/budget.ts';
import type { Manifest } from '../../connectors/kit/connector.ts';
import type { BusinessClock } from '../../domain/clock.ts';
import type { Iso } from '../../domain/model.ts';
import { askPermits, inTransaction, listen, pauseUntil, type Store } from '../../store/index.ts';
import { connectionLimits } from './limits.ts';
import { PermitPool } from './pool.ts';

export interface Budgets {
  of: (name: string, connection: Connection, manifest: Manifest) => Budget;
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
  }: {
    config: Pick<Config, 'company'>;
    clock: BusinessClock;
    now: () => Iso;
    wireNow: () => number;
    /** Told each time that a vendor said "not before". */
    limited: (connection: string) => void;
  },
): Promise<Budgets> {
  const pools = new Map<string, PermitPool>();
  const quiet = await listen(store, ['headroom_pause'], (_channel, connection) => {
    for (const [name, pool] of pools) if (connection === '' || connection === name) pool.heedPause();
  });
  const make = (name: string, connection: Connection, manifest: Manifest) =>
    new PermitPool({
      connection: name,
      connector: manifest.name,
      limits: connectionLimits(limitsOf(manifest.limits, connection.limits), {
        own: connection.limits ?? {},
        zoneOf: ({ zoneSetting }) => {
          const own = zoneSetting === undefined ? undefined : connection[zoneSetting];
          return typeof own === 'string' ? own : config.company.timezone;
        },
        now,
      }),
      ask: (ask) => inTransaction(store, (tx) => askPermits(tx, name, clock, ask)),
      pause: (wireUntil, reason) => {
        limited(name);
        return inTransaction(store, (tx) => pauseUntil(tx, name, wireUntil, reason));
      },
      wireNow,
    });
  return {
    of: (name, connection, manifest) => {
      const pool = pools.get(name) ?? make(name, connection, manifest);
      pools.set(name, pool);
      return pool;
    },
    close: async () => {
      quiet();
      await Promise.all([...pools.values()].map((pool) => pool.close()));
    },
  };
}
