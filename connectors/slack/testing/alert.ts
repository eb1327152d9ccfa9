import type { AlertInput } from '../../kit/capabilities.ts';

/** An alert as the 95 % trigger makes it. */
export function alertInput(changes: Partial<AlertInput> = {}): AlertInput {
  return {
    to: '#expansion',
    title: 'Acme is close to its limit of API calls',
    meters: [{ name: 'API calls', used: 9_512, limit: 10_000, utilization: 0.9512, unit: 'calls' }],
    forecast: 'about 9 days left',
    facts: [
      { label: 'Account', value: 'Acme & Sons (a_0001)' },
      { label: 'Contact', value: 'Zoë <zoe@acme.example>' },
      { label: 'Plan', value: 'Starter' },
      { label: 'ARR', value: '$19,164' },
      { label: 'Recommended', value: 'Team' },
      { label: 'Trend', value: 'up 18 % in 4 weeks' },
    ],
    why: 'usage_95: 95.1 % of the limit for two readings',
    recommendation: 'Call this week and offer the trial of Team.',
    buttons: [
      { action: 'start_trial', label: 'Start 14-day trial', value: 'offer_1', confirm: 'Acme gets Team for 14 days.' },
      { action: 'on_it', label: "I'm on it", value: 'event_1' },
    ],
    status: null,
    version: 1,
    marker: 'hr-marker-1',
    ...changes,
  };
}
