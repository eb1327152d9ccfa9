import {
  type Client,
  ScheduleAlreadyRunning,
  ScheduleNotFoundError,
  type ScheduleOptionsAction,
  ScheduleOverlapPolicy,
} from '@temporalio/client';
import type { Deps } from '../activities/deps.ts';
import { readsOf } from '../config/reads.ts';
import { callsPerHour, limitsOf } from '../connectors/kit/budget.ts';
import { connectors } from '../connectors/registry.ts';
import { sweepScheduleId, UPKEEP_SCHEDULE_ID } from '../domain/workflow-ids.ts';
import { inTransaction, listSweeps } from '../store/index.ts';
import type { SweepPlan } from './http/context.ts';
import { wireInterval } from './lag.ts';
import { TASK_QUEUE } from './task-queue.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const CRM_EVERY_MS = 15 * MINUTE_MS;
/** Webhooks bring changes at once; this finds what got lost. Before a message leaves, what is too old is read again. */
const BEHIND_WEBHOOKS_MS = 24 * HOUR_MS;
const UPKEEP_EVERY_MS = 6 * HOUR_MS;

/** How often each connection is read: as config asks, or slower where the vendor's hourly quota needs it. */
export function planSweeps(deps: Deps, accounts: number): SweepPlan[] {
  const { config } = deps.configs.current();
  return deps.connections.all.flatMap(({ name: connection, connector, capabilities }) => {
    const metrics = Object.values(config.metrics).filter((metric) => metric.from === connection);
    const pushes = capabilities.receive !== undefined && config.connections[connection]?.webhook_secret !== undefined;
    const wanted = [
      ...metrics.map((metric) => metric.every),
      ...(capabilities.crm ? [pushes ? BEHIND_WEBHOOKS_MS : CRM_EVERY_MS] : []),
      ...(capabilities.billing ? [BEHIND_WEBHOOKS_MS] : []),
    ];
    if (wanted.length === 0) return [];
    const everyMs = Math.min(...wanted);
    const { limits = [], callsPerSweep } = connectors[connector]?.manifest ?? {};
    const perHour = callsPerHour(limitsOf(limits, config.connections[connection]?.limits));
    const calls = callsPerSweep?.(readsOf(config, connection), accounts) ?? 0;
    const least = perHour === null ? 0 : Math.ceil((calls * HOUR_MS) / perHour);
    return [{ connection, everyMs, actualMs: Math.max(everyMs, least) }];
  });
}

/** What a person may wonder about later: readings that come more rarely than config asks. */
export function warnOfStretched({ log }: Deps, plans: SweepPlan[]): void {
  for (const { connection, everyMs, actualMs } of plans) {
    if (actualMs <= everyMs) continue;
    const minutes = (ms: number) => `${Math.ceil(ms / MINUTE_MS)} min`;
    log.warn(
      `${connection} is read every ${minutes(actualMs)} instead of every ${minutes(everyMs)}: its vendor allows no more calls an hour`,
    );
  }
}

/** Creates or updates one Schedule a connection, and the upkeep's. */
export async function keepSchedules(deps: Deps, client: Client, plans: SweepPlan[]): Promise<void> {
  const sweeps = await inTransaction(deps.store, (tx) => listSweeps(tx));
  const read = new Set(sweeps.filter((sweep) => sweep.lastFinishedAt !== null).map((sweep) => sweep.connection));
  for (const { connection, actualMs } of plans) {
    const id = sweepScheduleId(connection);
    await keep(client, id, wireInterval(deps.clock, actualMs), action('usageSweep', id, [{ connection }]));
    // Intervals begin at fixed hours: a new hub would know no plans until the next one.
    if (!read.has(connection)) await client.schedule.getHandle(id).trigger(ScheduleOverlapPolicy.SKIP);
  }
  await keep(
    client,
    UPKEEP_SCHEDULE_ID,
    wireInterval(deps.clock, UPKEEP_EVERY_MS),
    action('upkeep', UPKEEP_SCHEDULE_ID, []),
  );
}

function action(workflowType: string, workflowId: string, args: object[]): ScheduleOptionsAction {
  return { type: 'startWorkflow', workflowType, workflowId, args, taskQueue: TASK_QUEUE, workflowRunTimeout: '1h' };
}

async function keep(client: Client, scheduleId: string, everyMs: number, act: ScheduleOptionsAction): Promise<void> {
  const spec = { intervals: [{ every: everyMs }] };
  // A sweep that is still running is as good as the next one; after an outage one sweep catches up with all.
  const policies = { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: '10s' as const };
  const handle = client.schedule.getHandle(scheduleId);
  try {
    await handle.update((previous) => ({ ...previous, spec, policies, action: act }));
  } catch (error) {
    if (!(error instanceof ScheduleNotFoundError)) throw error;
    await client.schedule.create({ scheduleId, spec, policies, action: act }).catch((again: unknown) => {
      // Another process of ours was faster.
      if (!(again instanceof ScheduleAlreadyRunning)) throw again;
    });
  }
}
