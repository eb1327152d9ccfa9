import { pino } from 'pino';
import { openConnections } from '../activities/connections.ts';
import { type Config, config as configSchema } from '../config/schema/index.ts';
import type { Conformance } from '../connectors/kit/conformance.ts';
import type { Json } from '../domain/model.ts';
import { type Core, openCore } from '../server/core.ts';
import { fixedRing } from '../store/index.ts';
import type { Lane } from './place.ts';
import { SHORT, withShortPauses, withWrites } from './short-times.ts';
import type { Subject } from './subject.ts';

/** Everything that a second process needs to connect the same way; plain JSON. */
export interface ConnectionPlan {
  /** Name of the connection: one for each cell, so that its pauses are its own. */
  connection: string;
  settings: Record<string, Json>;
  url: string;
  secrets: Record<string, string>;
}

/** The hub's own core (store, ledger, connection) for one connection to the twin, with short times. */
export async function connectHub(subject: Subject, plan: ConnectionPlan, lane: Lane): Promise<Core> {
  const { name, connector, conformance } = subject;
  const core = await openCore({
    databaseUrl: lane.databaseUrl,
    keys: fixedRing([lane.dataKey]),
    config: { dir: lane.folder, env: {}, sandbox: { addresses: { [name]: plan.url }, secrets: plan.secrets } },
    loaded: {
      config: companyWith(name, plan, conformance),
      hash: plan.connection,
      templates: new Map(),
      dir: lane.folder,
      files: {},
    },
    clock: null,
    publicUrl: 'http://127.0.0.1',
    log: pino({ enabled: false }),
    registry: { [name]: withShortPauses(connector) },
  });
  const receives = core.deps.connections.all.some(({ capabilities }) => capabilities.receive);
  if (receives && !connector.manifest.webhook) {
    await core.close();
    throw new Error(
      `${name} offers receive: say webhook: true in its manifest, so that its webhooks are tried as well`,
    );
  }
  const short = core.deps.connections.all.map((open) => ({
    ...open,
    capabilities: withWrites(open.capabilities, (_, op) => ({ ...op, ...SHORT })),
  }));
  return { ...core, deps: { ...core.deps, connections: openConnections(short) } };
}

function companyWith(connector: string, plan: ConnectionPlan, { connection, facts = {} }: Conformance): Config {
  const core = Object.fromEntries(
    ['starter', 'team', 'pro'].map((name) => [name, { price: `core_${name}_monthly`, limits: {} }]),
  );
  return configSchema.parse({
    version: 1,
    company: { name: 'Tidewater Analytics', timezone: 'America/New_York', currency: 'usd' },
    connections: {
      [plan.connection]: { ...connection, ...plan.settings, connector, mode: 'sandbox', sandbox_url: plan.url },
    },
    products: { core: { plans: core } },
    metrics: {},
    facts: Object.fromEntries(
      Object.entries(facts).map(([name, read]) => [name, { from: plan.connection, read, sample: 0 }]),
    ),
    triggers: {},
    play_order: [],
    plays: {},
    routing: { fallback: { slack: '#expansion', email: 'revops@vendor.example' } },
  });
}
