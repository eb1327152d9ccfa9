import type { EffectStep, JourneyState, PerformResult } from '../../domain/journey/types.ts';
import { act } from '../activity-profiles.ts';

/** One activity for each outward effect of a step: an alert has one on every surface. */
export function perform(
  journey: { journeyId: string; state: JourneyState },
  step: EffectStep,
): Promise<PerformResult>[] {
  if ('send' in step) return [act.sendMessage({ ...journey, step })];
  if ('alert' in step) return step.alert.by.map((by) => act.alertPerson({ ...journey, step, by }));
  return [act.tagForQbr({ ...journey, step })];
}
