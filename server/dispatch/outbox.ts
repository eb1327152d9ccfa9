import {
  type Client,
  WithStartWorkflowOperation,
  WorkflowExecutionAlreadyStartedError,
  WorkflowNotFoundError,
} from '@temporalio/client';
import { z } from 'zod';
import type { Deps } from '../../activities/deps.ts';
import { redactText } from '../../connectors/kit/redact.ts';
import type { Errand } from '../../domain/errand.ts';
import { claimOutbox, inTransaction, markSent, type OutboxMessage, retryOutbox } from '../../store/index.ts';
import { wakeSignal } from '../../workflows/account-journey/messages.ts';
import type { accountJourney } from '../../workflows/account-journey/workflow.ts';
import type { errand as errandWorkflow } from '../../workflows/errand/workflow.ts';
import { onboardingWakeSignal } from '../../workflows/onboarding/messages.ts';
import type { onboarding } from '../../workflows/onboarding/workflow.ts';
import { grantTrialUpdate, trialWakeSignal } from '../../workflows/trial-run/messages.ts';
import type { trialRun } from '../../workflows/trial-run/workflow.ts';
import type { LagMeter } from '../lag.ts';
import { TASK_QUEUE, WORKFLOW_TASK_TIMEOUT } from '../task-queue.ts';
import { type Loop, startLoop } from './loop.ts';

const BATCH = 50;
const LEASE_MS = 10_000;

const wakeBody = z.object({ account: z.string(), product: z.string(), start: z.boolean() });
const trialBody = z.object({
  offerId: z.string(),
  account: z.string(),
  product: z.string(),
  actor: z.string(),
  surface: z.string(),
});
const onboardingBody = z.object({
  subscriptionId: z.string(),
  version: z.number(),
  account: z.string(),
  product: z.string(),
  /** It was stopped, and goes on. */
  again: z.boolean().default(false),
});
/** As domain/errand.ts has it. */
const errandBody = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('effect_again'), key: z.string(), resendIfUnknown: z.boolean() }),
  z.object({ kind: z.literal('tell_transition'), transition: z.number() }),
  z.object({
    kind: z.literal('tell_expiry'),
    connection: z.string(),
    secret: z.string(),
    expiresAt: z.string(),
    days: z.number(),
  }),
  z.object({ kind: z.literal('check_credentials'), connection: z.string(), wireSince: z.number() }),
]) satisfies z.ZodType<Errand>;

/** Tells workflows what the store has committed. At least once: a wake says only "look", so a second one is harmless. */
export function startOutbox(deps: Deps, client: Client, lag: LagMeter): Loop {
  const { store, log } = deps;
  return startLoop('outbox', 250, log, async () => {
    const messages = await inTransaction(store, (tx) =>
      claimOutbox(tx, BATCH, { wireNow: deps.wireNow(), leaseMs: LEASE_MS }),
    );
    const sent = await Promise.all(messages.map((message) => tryToSend(message)));
    const ids = sent.filter((id) => id !== null);
    await inTransaction(store, (tx) => markSent(tx, ids, deps.wireNow()));
    return messages.length === BATCH;
  });

  async function tryToSend(message: OutboxMessage): Promise<number | null> {
    try {
      lag.observe('outbox', message.createdAt, deps.now());
      await send(deps, client, message);
      return message.id;
    } catch (error) {
      const wait = Math.min(30_000, 200 * 2 ** message.attempts);
      log.warn(
        { err: error, target: message.target, attempts: message.attempts },
        'a workflow could not be told; trying again',
      );
      await inTransaction(store, (tx) => retryOutbox(tx, message.id, redactText(String(error)), deps.wireNow() + wait));
      return null;
    }
  }
}

async function send({ clock }: Deps, client: Client, { kind, target, body }: OutboxMessage): Promise<void> {
  const start = { workflowId: target, taskQueue: TASK_QUEUE, workflowTaskTimeout: WORKFLOW_TASK_TIMEOUT };
  switch (kind) {
    case 'wake': {
      const { account, product, start: begin } = wakeBody.parse(body);
      if (!begin) return await delivered(() => client.workflow.getHandle(target).signal(wakeSignal));
      await client.workflow.signalWithStart<typeof accountJourney>('accountJourney', {
        ...start,
        args: [{ clock, account, product, stage: null }],
        signal: wakeSignal,
      });
      return;
    }
    case 'start_trial': {
      const { actor, surface, ...trial } = trialBody.parse(body);
      return await delivered(async () => {
        await client.workflow.startUpdateWithStart(grantTrialUpdate, {
          args: [{ actor, surface }],
          updateId: trial.offerId,
          waitForStage: 'ACCEPTED',
          startWorkflowOperation: new WithStartWorkflowOperation<typeof trialRun>('trialRun', {
            ...start,
            workflowIdConflictPolicy: 'USE_EXISTING',
            workflowIdReusePolicy: 'REJECT_DUPLICATE',
            args: [{ clock, ...trial }],
          }),
        });
      });
    }
    case 'start_onboarding': {
      const { again, ...upgrade } = onboardingBody.parse(body);
      return await delivered(async () => {
        await client.workflow.start<typeof onboarding>('onboarding', {
          ...start,
          args: [{ clock, ...upgrade }],
          // Told twice, it must not begin a second time after its end. One that goes on does nothing twice all the same:
          // the effects of its steps have their keys.
          workflowIdReusePolicy: again ? 'ALLOW_DUPLICATE' : 'REJECT_DUPLICATE',
        });
      });
    }
    case 'signal_trial':
      return await delivered(() => client.workflow.getHandle(target).signal(trialWakeSignal));
    case 'signal_onboarding':
      return await delivered(() => client.workflow.getHandle(target).signal(onboardingWakeSignal));
    case 'errand': {
      const errand = errandBody.parse(body);
      return await delivered(async () => {
        await client.workflow.start<typeof errandWorkflow>('errand', {
          ...start,
          args: [{ clock, errand }],
          // Its id names the attempt that it is about: told twice, it must not act upon the next one.
          workflowIdReusePolicy: 'REJECT_DUPLICATE',
        });
      });
    }
    default:
      throw new Error(`unknown message ${kind satisfies never}`);
  }
}

/** A run that has ended, or one that runs already, has nothing more to be told. */
async function delivered(tell: () => Promise<void>): Promise<void> {
  try {
    await tell();
  } catch (error) {
    if (error instanceof WorkflowNotFoundError || error instanceof WorkflowExecutionAlreadyStartedError) return;
    throw error;
  }
}
