import type { AlertInstead, Guardrails, Step } from '../../config/schema/index.ts';
import type { JourneyState, PerformResult } from '../journey/types.ts';

/**
 * Why the account manager is told, now that a message to the customer waits or will not come: a moment that nobody hears
 * of is a lost upgrade. Null when there is no need: something of this journey was seen already, the play alerts somebody
 * itself, or the hold is one that passes by itself.
 */
export function alertInstead(
  result: PerformResult,
  { state, steps, guardrails }: { state: JourneyState; steps: Step[]; guardrails: Guardrails },
): AlertInstead | null {
  if (result.result === 'done' || state.touchesSent > 0 || state.alertsSent > 0) return null;
  if (steps.some(alerts)) return null;
  return guardrails.alert_instead.find((reason) => reason === result.reason) ?? null;
}

function alerts(step: Step): boolean {
  if ('then' in step) return step.then.some(alerts);
  if ('on_no_upgrade' in step) return false;
  return 'alert' in step;
}
