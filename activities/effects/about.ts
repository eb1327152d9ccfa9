import type { OperationName } from './operations.ts';
import type { EffectPlan } from './plan.ts';

type About = EffectPlan<OperationName>['about'];

/** An effect that is no touch and reaches only our own people or a vendor, unless `more` says otherwise. */
export function internalEffect(more: Pick<About, 'key' | 'account'> & Partial<About>): About {
  return {
    product: null,
    person: null,
    play: null,
    step: null,
    journeyId: null,
    triggerEventId: null,
    offerId: null,
    customerFacing: false,
    touch: false,
    channel: null,
    category: null,
    mode: 'live',
    ...more,
  };
}
