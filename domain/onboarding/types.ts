import type { OnboardingSequence } from '../../config/schema/index.ts';
import type { Iso } from '../model.ts';

export type OnboardingStep = OnboardingSequence['steps'][number];
export type ScheduledStep =
  | { kind: 'send'; id: string; at: Iso; step: OnboardingStep }
  | { kind: 'check_in'; id: 'check_in_7' | 'check_in_30'; at: Iso; day: 7 | 30 }
  /** Closing look at what came of the upgrade. */
  | { kind: 'quality'; id: 'quality_90'; at: Iso };

/** domain/onboarding/schedule.ts: in order of time; days are counted from the upgrade. */
export type ScheduleOnboarding = (upgradedAt: Iso, sequence: OnboardingSequence | null) => ScheduledStep[];
