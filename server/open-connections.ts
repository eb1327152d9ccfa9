import { type Connections, openConnections } from '../activities/connections.ts';
import type { CallTally } from '../activities/health/tally.ts';
import type { Config, Connection } from '../config/schema/index.ts';
import type { ConnectDependencies, Connector, TokenKeeper } from '../connectors/kit/connector.ts';
import type { Budgets } from './budgets/open.ts';
import { countCalls } from './count-calls.ts';

/** Where simulators listen and which credentials they take, as `headroom sandbox` writes it. */
export interface SandboxAddresses {
  addresses: Record<string, string>;
  secrets: Record<string, string>;
}

/**
 * The same config with every connection pointed at a simulator. Connections whose connector has no simulator there
 * are an error, not silently live.
 */
export function withSandbox(config: Config, sandbox: SandboxAddresses): Config {
  const connections = Object.entries(config.connections).map(([name, connection]): [string, Connection] => {
    const url = sandbox.addresses[connection.connector];
    if (url === undefined)
      throw new Error(`the sandbox has no simulator for ${connection.connector} (connection ${name})`);
    return [name, { ...connection, mode: 'sandbox', sandbox_url: url }];
  });
  return { ...config, connections: Object.fromEntries(connections) };
}

/**
 * Opens every connection of config.
 * @throws when scale ≠ 1 while a connection is live: a fast clock must never reach a real vendor
 */
export function connectAll(
  registry: Record<string, Connector>,
  shared: Omit<ConnectDependencies, 'name' | 'connection' | 'budget' | 'tokens'> & {
    budgets: Pick<Budgets, 'of' | 'probeBy'>;
    calls: CallTally;
    tokensOf: (connection: string) => TokenKeeper;
  },
): Connections {
  const { connections } = shared.config;
  const live = Object.keys(connections).filter((name) => connections[name]?.mode === 'live');
  if (shared.clock.scale !== 1 && live.length > 0) {
    throw new Error(
      `the rehearsal clock (scale ${shared.clock.scale}) cannot run with live connections: ${live.join(', ')}. Start with --sandbox FILE, or without --clock`,
    );
  }
  return openConnections(
    Object.entries(connections).map(([name, connection]) => {
      const connector = registry[connection.connector];
      if (!connector)
        throw new Error(
          `connection ${name}: there is no connector ${connection.connector}; known: ${Object.keys(registry).join(', ')}`,
        );
      const capabilities = connector.connect({
        ...shared,
        name,
        connection,
        budget: shared.budgets.of(name, connection, connector.manifest),
        tokens: shared.tokensOf(name),
      });
      const watched = countCalls(capabilities, (how) => shared.calls.note(name, how));
      if (watched.check) shared.budgets.probeBy(name, watched.check);
      return { name, connector: connection.connector, mode: connection.mode, capabilities: watched };
    }),
  );
}
