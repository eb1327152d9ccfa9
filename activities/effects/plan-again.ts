import { modeAfterUpgrade } from '../../domain/onboarding/mode.ts';
import type { TouchFacts } from '../../domain/touch/types.ts';
import { type EffectView, inTransaction, readTriggerEvents } from '../../store/index.ts';
import type { OpenConnection } from '../connections.ts';
import type { Deps } from '../deps.ts';
import { refreshAccount } from '../fresh.ts';
import { modeNow } from '../journey/mode.ts';
import type { OperationName } from './operations.ts';
import type { EffectPlan } from './plan.ts';
import { forInternal, forServiceMail, forTouch } from './verdicts.ts';

/** The plan of an effect as its ledger row tells it, with modes and guardrails as config has them now. */
export async function planAgain<N extends OperationName>(
  deps: Deps,
  effect: EffectView,
  connection: OpenConnection,
  operation: N,
): Promise<EffectPlan<N>> {
  const { guardrails } = deps.configs.current().config;
  const decide = effect.touch ? forTouch(guardrails) : effect.customerFacing ? forServiceMail(guardrails) : forInternal;
  return {
    connection,
    operation,
    about: { ...effect, mode: await modeOf(deps, effect) },
    render: () => Promise.reject(new Error(`effect ${effect.key} was rendered at its claim and never is again`)),
    decide,
    ...(effect.touch ? { refresh: () => refreshAccount(deps, effect.account) } : {}),
  };
}

async function modeOf(deps: Deps, effect: EffectView): Promise<TouchFacts['mode']> {
  const { play, triggerEventId, offerId } = effect;
  if (play !== null && triggerEventId !== null) {
    const [event] = await inTransaction(deps.store, (tx) => readTriggerEvents(tx, [triggerEventId]));
    return event ? modeNow(deps, play, event) : 'off';
  }
  // A person asked for the trial; everything else follows an upgrade.
  return offerId === null ? modeAfterUpgrade(deps.configs.current().config) : 'live';
}
