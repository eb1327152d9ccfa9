import { fileURLToPath } from 'node:url';
import type { DataConverter } from '@temporalio/common';
import { bundleWorkflowCode, DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import type { Deps } from '../activities/deps.ts';
import { createActivities } from '../activities/index.ts';
import { TASK_QUEUE } from './task-queue.ts';
import { FAILURE_CONVERTER } from './temporal/converter.ts';

/** What a worker runs. A measurement brings its own beside ours, so that production bundles stay free of it. */
export interface Work {
  /** File whose exports are the workflow types. */
  workflowsPath: string;
  activities: (deps: Deps) => object;
}

const OURS: Work = {
  workflowsPath: fileURLToPath(new URL('../workflows/index.ts', import.meta.url)),
  activities: createActivities,
};

export interface RunningWorker {
  /** Rejects when the worker fails for good. */
  failed: Promise<never>;
  stop: () => Promise<void>;
}

let installed = false;

/** Temporal's own log lines go where ours go, redacted like them. The first worker of a process decides. */
function installRuntime({ log }: Pick<Deps, 'log'>): void {
  if (installed) return;
  installed = true;
  Runtime.install({
    logger: new DefaultLogger('ERROR', ({ message, meta }) => log.error(meta ?? {}, `Temporal: ${message}`)),
    shutdownSignals: [],
    telemetryOptions: { logging: { filter: 'ERROR', forward: {} } },
  });
}

/** Polls for workflow and activity tasks until stopped; tasks under way are finished first. */
export async function startWorker(
  deps: Deps,
  place: {
    temporalAddress: string;
    namespace: string;
    cachedWorkflows?: number;
    dataConverter: DataConverter;
    work?: Work;
  },
): Promise<RunningWorker> {
  const { workflowsPath, activities } = place.work ?? OURS;
  installRuntime(deps);
  const connection = await NativeConnection.connect({ address: place.temporalAddress });
  const workflowBundle = await bundleWorkflowCode({
    workflowsPath,
    failureConverterPath: FAILURE_CONVERTER,
    logger: {
      log: () => {},
      trace: () => {},
      debug: () => {},
      info: () => {},
      warn: (m) => deps.log.warn(m),
      error: (m) => deps.log.error(m),
    },
  });
  const worker = await Worker.create({
    connection,
    namespace: place.namespace,
    taskQueue: TASK_QUEUE,
    workflowBundle,
    dataConverter: place.dataConverter,
    activities: activities(deps),
    workflowThreadPoolSize: 1,
    maxCachedWorkflows: place.cachedWorkflows ?? 1_000,
    maxConcurrentActivityTaskExecutions: 40,
    workflowTaskPollerBehavior: { type: 'simple-maximum', maximum: 4 },
    activityTaskPollerBehavior: { type: 'simple-maximum', maximum: 4 },
    // A worker that was killed held its runs' sticky queue: the next one takes over after this, not after 10 s.
    stickyQueueScheduleToStartTimeout: '2s',
    maxHeartbeatThrottleInterval: '2s',
    defaultHeartbeatThrottleInterval: '1s',
    shutdownGraceTime: '10s',
  });
  const run = worker.run();
  let stopping = false;
  const failed = new Promise<never>((_, reject) => {
    run.then(
      () => stopping || reject(new Error('the Temporal worker ended by itself')),
      (error: unknown) => reject(error),
    );
  });
  // Whoever waits for `failed` sees it; without a waiter it must not end the process while stopping.
  failed.catch(() => undefined);
  return {
    failed,
    stop: async () => {
      stopping = true;
      if (worker.getState() === 'RUNNING') worker.shutdown();
      await run.catch(() => undefined);
      await connection.close();
    },
  };
}
