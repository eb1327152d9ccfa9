import { setHandler } from '@temporalio/workflow';
import type { BusinessClock } from '../../domain/clock.ts';
import type { ScheduledStep } from '../../domain/onboarding/types.ts';
import { act, decide } from '../activity-profiles.ts';
import { until } from '../waiting.ts';
import { onboardingWakeSignal } from './messages.ts';

export interface OnboardingInput {
  clock: BusinessClock;
  subscriptionId: string;
  version: number;
  account: string;
  product: string;
}

/**
 * What follows an upgrade: the new tier's mails, the CSM's check-ins at day 7 and 30, a look at what was bought and
 * used, and the state after 90 days. Stops when the upgrade is taken back or another one follows.
 */
export async function onboarding(
  input: OnboardingInput,
): Promise<{ done: string[]; ended: 'complete' | 'taken_back' | 'followed' }> {
  let woken = false;
  setHandler(onboardingWakeSignal, () => {
    woken = true;
  });
  const { clock, ...upgrade } = input;
  const steps: ScheduledStep[] = await decide.planOnboarding(upgrade);
  const done: string[] = [];
  for (const step of steps) {
    for (;;) {
      const wokenFirst = await until(clock, step.at, () => woken);
      if (wokenFirst) {
        woken = false;
        const state = await decide.readOnboardingState(upgrade);
        if (state !== 'current') return { done, ended: state };
        continue;
      }
      const result = await act.performOnboardingStep({ ...upgrade, step });
      if (result.kind === 'ended') return { done, ended: result.state };
      if (result.kind !== 'wait') break;
      step.at = result.until;
    }
    done.push(step.id);
  }
  return { done, ended: 'complete' };
}
