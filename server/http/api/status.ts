import { z } from 'zod';
import packageJson from '../../../package.json' with { type: 'json' };
import {
  inTransaction,
  listConfigVersions,
  listHeld,
  listIncidents,
  listParked,
  listPauses,
  listSweeps,
  listUnclear,
  outboxBacklog,
  pausedUntil,
  type Tx,
} from '../../../store/index.ts';
import type { HttpContext } from '../context.ts';
import type { Api } from './api.ts';
import { incident, iso, pause } from './schemas.ts';

const configVersion = z
  .object({ number: z.number(), hash: z.string(), appliedAt: iso, appliedBy: z.string() })
  .meta({ id: 'ConfigVersion' });

const connection = z
  .object({
    name: z.string(),
    connector: z.string(),
    mode: z.enum(['sandbox', 'live']),
    vendorPause: z
      .object({ until: z.string().describe('ISO 8601, UTC, real time'), reason: z.string() })
      .nullable()
      .describe('The vendor asked us to wait'),
    sweep: z
      .object({
        everyMs: z.number().describe('As configured, business time'),
        actualMs: z.number().describe("Longer where the vendor's quota needs it"),
        lastStartedAt: iso.nullable(),
        lastFinishedAt: iso.nullable(),
      })
      .nullable(),
  })
  .meta({ id: 'ConnectionStatus' });

const status = z
  .object({
    version: z.string(),
    company: z.string(),
    clock: z.object({ now: iso, scale: z.number(), lagP95Hours: z.number().nullable() }),
    config: configVersion.nullable(),
    connections: z.array(connection),
    pauses: z.array(pause),
    incidents: z.array(incident),
    waiting: z.object({
      outbox: z.number(),
      parked: z.number(),
      held: z.number(),
      unclear: z.number(),
    }),
  })
  .meta({ id: 'Status' });

/** Counts of a status line stop here: beyond it the exact number helps nobody. */
const ENOUGH = 1_000;

export function statusRoutes(api: Api, context: HttpContext): void {
  const { deps, lagP95Hours } = context;
  api.get(
    '/config',
    {
      schema: {
        tags: ['operation'],
        summary: 'The applied config, and earlier ones',
        response: { 200: z.object({ applied: configVersion.nullable(), earlier: z.array(configVersion) }) },
      },
    },
    async () => {
      const [applied = null, ...earlier] = await inTransaction(deps.store, (tx) => listConfigVersions(tx));
      return { applied, earlier };
    },
  );

  api.get(
    '/status',
    { schema: { tags: ['operation'], summary: 'How the hub is', response: { 200: status } } },
    async () =>
      await inTransaction(deps.store, async (tx) => ({
        version: packageJson.version,
        company: deps.configs.current().config.company.name,
        clock: { now: deps.now(), scale: deps.clock.scale, lagP95Hours: lagP95Hours() },
        config: (await listConfigVersions(tx, 1))[0] ?? null,
        connections: await connections(tx, context),
        pauses: await listPauses(tx),
        incidents: await listIncidents(tx, { open: true }),
        waiting: {
          outbox: (await outboxBacklog(tx)).waiting,
          parked: (await listParked(tx, ENOUGH)).length,
          held: (await listHeld(tx)).length,
          unclear: (await listUnclear(tx, ENOUGH)).length,
        },
      })),
  );
}

async function connections(tx: Tx, { deps, sweepPlans }: HttpContext): Promise<z.input<typeof connection>[]> {
  const plans = new Map(sweepPlans().map((plan) => [plan.connection, plan]));
  const sweeps = new Map((await listSweeps(tx)).map((sweep) => [sweep.connection, sweep]));
  const views: z.input<typeof connection>[] = [];
  for (const { name, connector, mode } of deps.connections.all) {
    const paused = await pausedUntil(tx, name, deps.wireNow());
    const plan = plans.get(name);
    const last = sweeps.get(name);
    views.push({
      name,
      connector,
      mode,
      vendorPause: paused && { until: new Date(paused.wireUntil).toISOString(), reason: paused.reason },
      sweep: plan
        ? { ...plan, lastStartedAt: last?.lastStartedAt ?? null, lastFinishedAt: last?.lastFinishedAt ?? null }
        : null,
    });
  }
  return views;
}
