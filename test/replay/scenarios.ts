/** What a history must exist of, by workflow type. A test records each: see `keepHistory`. */
export const SCENARIOS = {
  'journey-upgraded': 'accountJourney',
  'journey-not-upgraded': 'accountJourney',
  'journey-held': 'accountJourney',
  'journey-taken-over': 'accountJourney',
  'journey-takes-over': 'accountJourney',
  'journey-nothing-new': 'accountJourney',
  'journey-released': 'accountJourney',
  'journey-vendor-away': 'accountJourney',
  'journey-engaged-upgraded': 'accountJourney',
  'trial-converted': 'trialRun',
  'trial-reverted': 'trialRun',
  'trial-refused': 'trialRun',
  'trial-undone': 'trialRun',
  'onboarding-complete': 'onboarding',
  'onboarding-taken-back': 'onboarding',
  errand: 'errand',
  sweep: 'usageSweep',
  upkeep: 'upkeep',
} as const;

export type Scenario = keyof typeof SCENARIOS;

export function isScenario(name: string): name is Scenario {
  return Object.hasOwn(SCENARIOS, name);
}
