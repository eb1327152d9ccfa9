/** Bundle entry: the explicit list of workflow types. */
export { accountJourney } from './account-journey/workflow.ts';
export { errand } from './errand/workflow.ts';
export { onboarding } from './onboarding/workflow.ts';
export { trialRun } from './trial-run/workflow.ts';
export { upkeep } from './upkeep/workflow.ts';
export { usageSweep } from './usage-sweep/workflow.ts';
