import { randomUUID } from 'node:crypto';
import { Context } from '@temporalio/activity';
import { AuthenticationError } from '../../connectors/kit/errors.ts';
import { businessNow } from '../../domain/clock.ts';
import { dropSweepLease, finishSweep, inTransaction, pausedUntil, takeSweepLease } from '../../store/index.ts';
import { sweepBilling } from '../billing/sweep.ts';
import { sweepCrm } from '../crm/sweep.ts';
import type { Deps } from '../deps.ts';
import { pauseForCredentials } from '../effects/credentials.ts';
import { sweepUsage } from '../usage/sweep.ts';
import { sweepFailed } from './failed.ts';
import { LEASE_MS, type SweepRun } from './run.ts';

/** A sweep, all its pages included, never takes longer. */
const SWEEP_MS = 25 * 60_000;

export interface Counts {
  readings: number;
  rejects: number;
  trips: number;
  held: number;
  accounts: number;
  customers: number;
}
export type Swept = ({ kind: 'swept' } & Counts) | { kind: 'busy' | 'paused' | 'nothing_to_read' };

const NONE: Counts = { readings: 0, rejects: 0, trips: 0, held: 0, accounts: 0, customers: 0 };

/** Reads one connection whole. A lease row keeps one sweep a connection, whatever Schedules and retries do. */
export async function sweepConnection(deps: Deps, { connection }: { connection: string }): Promise<Swept> {
  const open = deps.connections.get(connection);
  if (!open) return { kind: 'nothing_to_read' };
  const { store } = deps;
  noteLag(deps);
  if (await inTransaction(store, (tx) => pausedUntil(tx, connection, deps.wireNow()))) return { kind: 'paused' };
  const { usage, billing, crm } = open.capabilities;
  const id = randomUUID();
  const lease = () =>
    inTransaction(store, (tx) =>
      takeSweepLease(tx, connection, id, { now: deps.now(), wireNow: deps.wireNow(), leaseMs: LEASE_MS }),
    );
  const taken = await lease();
  if (!taken) return { kind: 'busy' };

  const context = Context.current();
  const keep = setInterval(() => {
    lease().catch((error: unknown) =>
      deps.log.warn({ err: error, connection }, 'the lease of a sweep could not be kept'),
    );
  }, LEASE_MS / 3);
  const signal = AbortSignal.any([context.cancellationSignal, AbortSignal.timeout(SWEEP_MS)]);
  const run: SweepRun = {
    id,
    connection,
    checkpoint: taken.checkpoint,
    firstRead: taken.firstSight,
    call: { signal, deadline: performance.now() + SWEEP_MS, priority: 'sweep' },
    beat: (progress) => context.heartbeat(progress),
  };
  try {
    const counts: Counts = {
      ...NONE,
      ...(billing && (await sweepBilling(deps, billing, run))),
      ...(crm && (await sweepCrm(deps, crm, run))),
      ...(usage && (await sweepUsage(deps, usage, run))),
    };
    clearInterval(keep);
    await inTransaction(store, (tx) =>
      finishSweep(tx, connection, id, { now: deps.now(), wireNow: deps.wireNow(), ...counts }),
    );
    return { kind: 'swept', ...counts };
  } catch (error) {
    clearInterval(keep);
    await inTransaction(store, (tx) => dropSweepLease(tx, connection, id));
    // A worker that stops has failed at nothing: another one goes on.
    if (error instanceof AuthenticationError) await pauseForCredentials(deps, connection, error);
    else if (!context.cancellationSignal.aborted) await sweepFailed(deps, connection, error, context.info.attempt);
    throw error;
  }
}

/** A Schedule writes the moment a run was due into its id. */
function noteLag({ lag, clock, now }: Deps): void {
  const { workflowExecution } = Context.current().info;
  const due = /-(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)$/.exec(workflowExecution?.workflowId ?? '')?.[1];
  if (due !== undefined) lag.observe('sweep', businessNow(clock, Date.parse(due)), now());
}
