import { addMs } from '../clock.ts';
import { DAY_MS } from '../time.ts';
import type { ScheduledStep, ScheduleOnboarding } from './types.ts';

/** The check-ins are built in: no sequence of config can lose them. */
export const scheduleOnboarding: ScheduleOnboarding = (upgradedAt, sequence) => {
  const day = (days: number) => addMs(upgradedAt, days * DAY_MS);
  const sends = (sequence?.steps ?? []).map(
    (step): ScheduledStep => ({ kind: 'send', id: step.id, at: addMs(upgradedAt, step.after), step }),
  );
  const steps: ScheduledStep[] = [
    ...sends,
    { kind: 'check_in', id: 'check_in_7', at: day(7), day: 7 },
    { kind: 'check_in', id: 'check_in_30', at: day(30), day: 30 },
    { kind: 'quality', id: 'quality_90', at: day(90) },
  ];
  return steps.sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
};
