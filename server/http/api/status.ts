import { z } from 'zod';
import { checkConnection } from '../../../activities/upkeep/check-credentials.ts';
import { WHAT_TO_DO } from '../../../domain/connection/judge.ts';
import packageJson from '../../../package.json' with { type: 'json' };
import {
  type HealthRow,
  inTransaction,
  listConfigVersions,
  listHealth,
  listHeld,
  listIncidents,
  listParked,
  listPauses,
  listSweeps,
  listTransitions,
  listUnclear,
  outboxBacklog,
  pausedUntil,
  type Tx,
} from '../../../store/index.ts';
import { byCaller } from '../auth.ts';
import type { HttpContext } from '../context.ts';
import { notFound } from '../errors.ts';
import type { Api } from './api.ts';
import { incident, iso, pause } from './schemas.ts';

const configVersion = z
  .object({ number: z.number(), hash: z.string(), appliedAt: iso, appliedBy: z.string() })
  .meta({ id: 'ConfigVersion' });

export const connectionState = z.enum(['healthy', 'degraded', 'paused']);

const health = z
  .object({
    state: connectionState,
    reason: z.string().nullable().describe('A code; null: healthy'),
    detail: z.string().nullable(),
    since: iso.nullable().describe('Null: never looked at yet'),
    until: z.string().nullable().describe('ISO 8601, UTC, real time: over by itself then'),
    whatToDo: z.string().nullable(),
  })
  .meta({ id: 'ConnectionHealth' });

const transition = z
  .object({
    at: iso,
    from: connectionState,
    fromReason: z.string().nullable(),
    state: connectionState,
    reason: z.string().nullable(),
    detail: z.string().nullable(),
    told: z.boolean().describe('The owner of connections was told in chat'),
  })
  .meta({ id: 'ConnectionTransition' });

const connection = z
  .object({
    name: z.string(),
    connector: z.string(),
    mode: z.enum(['sandbox', 'live']),
    health,
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

const checked = z
  .object({
    name: z.string(),
    works: z.boolean().describe('Also true where there is nothing to ask'),
    problem: z.string().nullable().describe('What the vendor said, or why it could not be asked'),
    lifted: z.boolean().describe('It stood still because of its credentials, and goes on'),
  })
  .meta({ id: 'ConnectionCheck' });

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
    '/connections/:name/history',
    {
      schema: {
        tags: ['operation'],
        summary: 'How a connection has been, newest first; at most 50 changes are kept',
        params: z.object({ name: z.string() }),
        response: { 200: z.object({ items: z.array(transition) }) },
      },
    },
    async ({ params: { name } }) => {
      if (!deps.connections.get(name)) throw notFound(`connection ${name}`, 'GET /api/v1/status lists them.');
      const rows = await inTransaction(deps.store, (tx) => listTransitions(tx, name));
      return { items: rows.map(({ fromState, ...row }) => ({ ...row, from: fromState })) };
    },
  );

  api.post(
    '/connections/:name/check',
    {
      schema: {
        tags: ['operation'],
        summary: 'Try now whether the credentials of a connection work',
        description: 'One cheap call. Where it works, a pause ends that refused credentials have set, and no other.',
        params: z.object({ name: z.string() }),
        response: { 200: checked },
      },
    },
    async (request) => {
      const { name } = request.params;
      if (!deps.connections.get(name)) throw notFound(`connection ${name}`, 'GET /api/v1/status lists them.');
      return { name, ...(await checkConnection(deps, name, byCaller(request, context))) };
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

function healthOf(row: HealthRow | undefined): z.input<typeof health> {
  if (!row) return { state: 'healthy', reason: null, detail: null, since: null, until: null, whatToDo: null };
  const { state, reason, detail, since, wireUntil, connection: name } = row;
  const until = wireUntil === null ? null : new Date(wireUntil).toISOString();
  const whatToDo = reason === null ? null : WHAT_TO_DO[reason].replaceAll('NAME', name);
  return { state, reason, detail, since, until, whatToDo };
}

async function connections(tx: Tx, { deps, sweepPlans }: HttpContext): Promise<z.input<typeof connection>[]> {
  const plans = new Map(sweepPlans().map((plan) => [plan.connection, plan]));
  const sweeps = new Map((await listSweeps(tx)).map((sweep) => [sweep.connection, sweep]));
  const healths = new Map((await listHealth(tx)).map((row) => [row.connection, row]));
  const views: z.input<typeof connection>[] = [];
  for (const { name, connector, mode } of deps.connections.all) {
    const paused = await pausedUntil(tx, name, deps.wireNow());
    const plan = plans.get(name);
    const last = sweeps.get(name);
    views.push({
      name,
      connector,
      mode,
      health: healthOf(healths.get(name)),
      vendorPause: paused && { until: new Date(paused.wireUntil).toISOString(), reason: paused.reason },
      sweep: plan
        ? { ...plan, lastStartedAt: last?.lastStartedAt ?? null, lastFinishedAt: last?.lastFinishedAt ?? null }
        : null,
    });
  }
  return views;
}
