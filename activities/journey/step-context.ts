import type { LoadedConfig } from '../../config/load.ts';
import type { JourneyState, PerformResult } from '../../domain/journey/types.ts';
import type { TriggerEvent } from '../../domain/model.ts';
import type { TouchFacts } from '../../domain/touch/types.ts';
import { type EffectView, inTransaction, listEffects, readTriggerEvents } from '../../store/index.ts';
import type { Deps } from '../deps.ts';
import type { EffectOutcome } from '../effects/plan.ts';
import { type AccountView, readAccountView } from '../messages/account-view.ts';
import { journeyConfig } from './begin.ts';
import { modeNow } from './mode.ts';

export interface StepContext {
  journeyId: string;
  state: JourneyState;
  /** The config with which this journey began. */
  loaded: LoadedConfig;
  /** The trigger event that leads. */
  event: TriggerEvent;
  view: AccountView;
  mode: TouchFacts['mode'];
  /** Effects of this journey's subject so far. */
  earlier: EffectView[];
}

/** All that a step needs, in one read. Null: the account or its event is gone. */
export async function stepContext(
  deps: Deps,
  { journeyId, state }: { journeyId: string; state: JourneyState },
): Promise<StepContext | null> {
  const loaded = await journeyConfig(deps, journeyId);
  const billing = deps.connections.with('billing')?.name ?? null;
  return await inTransaction(deps.store, async (tx) => {
    const [event] = await readTriggerEvents(tx, [state.subject]);
    const view = await readAccountView(tx, loaded.config, { account: state.account, product: state.product, billing });
    if (!event || !view) return null;
    const earlier = await listEffects(tx, { triggerEventId: event.id });
    return { journeyId, state, loaded, event, view, mode: modeNow(deps, state.play, event), earlier };
  });
}

/** What an effect's outcome means for the journey's step. */
export function toPerformResult(step: string, touch: boolean, outcome: EffectOutcome<unknown>): PerformResult {
  switch (outcome.kind) {
    case 'done':
    // Perhaps it arrived: the journey goes on as if it had, and a person settles the doubt.
    case 'unclear':
    case 'shadow':
      return { step, result: 'done', touch };
    case 'wait':
      return { step, result: 'held', until: outcome.until, reason: outcome.reason };
    case 'suppress':
      return { step, result: 'suppressed', reason: outcome.reason };
    case 'refused':
      return { step, result: 'suppressed', reason: 'refused' };
    case 'withdrawn':
      return { step, result: 'suppressed', reason: outcome.reason };
    default:
      return outcome satisfies never;
  }
}
