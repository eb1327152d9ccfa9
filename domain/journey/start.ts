import type { StartJourney } from './types.ts';

export const startJourney: StartJourney = ({ account, product, play, lead, triggerEventIds, now }) => ({
  account,
  product,
  play,
  phase: 'running',
  stepIndex: 0,
  subject: lead,
  triggerEventIds: [...new Set([lead, ...triggerEventIds])],
  outcome: 'none',
  trialEnded: null,
  held: [],
  waitUntil: null,
  touchesSent: 0,
  alertsSent: 0,
  suppressed: [],
  startedAt: now,
  end: null,
});
