/** What is told to a journey in the moment in which a higher play takes it over. Real Temporal, activities of the test's own. */
import { Client, Connection } from '@temporalio/client';
import { expect, inject, test } from 'vitest';
import type { Deps } from '../../activities/deps.ts';
import type { BusinessClock } from '../../domain/clock.ts';
import { startJourney } from '../../domain/journey/start.ts';
import type { Instruction } from '../../domain/journey/types.ts';
import { journeyWorkflowId } from '../../domain/workflow-ids.ts';
import { TASK_QUEUE } from '../../server/task-queue.ts';
import { startWorker } from '../../server/worker.ts';
import { wakeSignal } from '../../workflows/account-journey/messages.ts';
import type { accountJourney, JourneyStage } from '../../workflows/account-journey/workflow.ts';
import { eventually } from '../support/eventually.ts';
import { freshNamespace } from '../support/namespace.ts';
import '../support/temporal-setup.ts';

const now = new Date().toISOString();
const clock: BusinessClock = { startedAt: now, epoch: now, scale: 1 };
const program: Instruction[] = [{ op: 'wait', step: 'a_week', any: [], forMs: 7 * 86_400_000 }];
const subject = { account: 'acme', product: 'core' };
const stage = (play: string): JourneyStage => ({
  journeyId: 'j_1',
  state: startJourney({ ...subject, play, lead: 'te_1', triggerEventIds: [], now }),
  program,
});

test('a wake that comes while a higher play takes over is looked at by the next run, not a week later', async () => {
  const place = await freshNamespace(inject('temporalAddress'));
  const connection = await Connection.connect({ address: place.temporalAddress });
  const client = new Client({ connection, namespace: place.namespace });
  const workflowId = journeyWorkflowId(subject.account, subject.product);
  const looked: string[] = [];
  const lookAtFacts = async ({ state }: { state: { play: string } }) => {
    looked.push(state.play);
    const facts = { now, upgraded: false, trialStarted: false, trialEnded: null, engaged: false, takenBack: false };
    if (looked.length > 1) return { facts, triggerEventIds: [], takeover: null };
    // Something happens after this look has read the store.
    await client.workflow.getHandle(workflowId).signal(wakeSignal);
    return { facts, triggerEventIds: [], takeover: stage('urgent') };
  };
  const worker = await startWorker({ log: console } as unknown as Deps, {
    ...place,
    dataConverter: {},
    work: {
      workflowsPath: new URL('../../workflows/index.ts', import.meta.url).pathname,
      activities: () => ({ beginJourney: async () => stage('gentle'), lookAtFacts }),
    },
  });
  try {
    await client.workflow.signalWithStart<typeof accountJourney>('accountJourney', {
      workflowId,
      taskQueue: TASK_QUEUE,
      args: [{ clock, ...subject, stage: null }],
      signal: wakeSignal,
    });
    await eventually(() => looked.length > 1);
    expect(looked).toEqual(['gentle', 'urgent']);
  } finally {
    await client.workflow.getHandle(workflowId).terminate();
    await worker.stop();
    await connection.close();
  }
});
