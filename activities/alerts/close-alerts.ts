import type { JourneyEnd, JourneyState } from '../../domain/journey/types.ts';
import { type EffectView, inTransaction, listEffects } from '../../store/index.ts';
import type { Deps } from '../deps.ts';
import { internalEffect } from '../effects/about.ts';
import { performEffect } from '../effects/perform.ts';
import { forInternal } from '../effects/verdicts.ts';
import { openWith } from '../journey/alert.ts';
import { updateAlert } from './update-alert.ts';

interface Closing {
  journeyId: string;
  state: JourneyState;
  end: JourneyEnd;
}

const STATUS: Record<JourneyEnd, string> = {
  upgraded: 'Upgraded. Nothing left to do here',
  not_upgraded: 'No upgrade this time',
  suppressed: 'Closed: guardrails held every message back',
  withdrawn: 'Closed: the usage behind it was taken back',
};

/** The alerts of a journey say how it ended; their buttons are gone. */
export async function closeAlerts(deps: Deps, { journeyId, end }: Closing): Promise<void> {
  const posted = await confirmed(deps, journeyId, 'chat.postAlert');
  for (const { triggerEventId } of posted) {
    if (triggerEventId !== null)
      await updateAlert(deps, triggerEventId, { status: STATUS[end], version: end, buttons: 'none' });
  }
}

/** The customer has upgraded: the tasks that asked for it are done. Otherwise they stay the owner's to close. */
export async function completeTasks(deps: Deps, { journeyId, end }: Closing): Promise<void> {
  const crm = openWith(deps, 'crm');
  if (!crm || end !== 'upgraded') return;
  for (const task of await confirmed(deps, journeyId, 'crm.createTask')) {
    const taskId = taskIdOf(task.result);
    if (taskId === null) continue;
    const { account, product, play, step, triggerEventId } = task;
    await performEffect(deps, {
      connection: crm,
      operation: 'crm.completeTask',
      about: internalEffect({ key: `${task.key}:complete`, account, product, play, step, journeyId, triggerEventId }),
      render: async () => ({ input: { taskId, note: 'Completed by Headroom: the customer has upgraded.' } }),
      decide: forInternal,
    });
  }
}

async function confirmed(deps: Deps, journeyId: string, operation: string): Promise<EffectView[]> {
  const effects = await inTransaction(deps.store, (tx) => listEffects(tx, { journeyId, phases: ['confirmed'] }));
  return effects.filter((effect) => effect.operation === operation);
}

function taskIdOf(result: unknown): string | null {
  if (typeof result !== 'object' || result === null || !('taskId' in result)) return null;
  return typeof result.taskId === 'string' ? result.taskId : null;
}
