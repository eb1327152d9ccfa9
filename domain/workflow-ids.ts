/** Ids of workflows, from business keys. They stand in histories and in the outbox: changing one is a migration. */

/** One journey an account and product; its runs follow one another under this id. */
export function journeyWorkflowId(account: string, product: string): string {
  return `journey:${account}:${product}`;
}

export function trialWorkflowId(offerId: string): string {
  return `trial:${offerId}`;
}

export function onboardingWorkflowId(subscriptionId: string, version: number): string {
  return `onboarding:${subscriptionId}:${version}`;
}

/** One Schedule a connection; its runs get `-<timestamp>` appended by the server. */
export function sweepScheduleId(connection: string): string {
  return `sweep:${connection}`;
}

export const UPKEEP_SCHEDULE_ID = 'upkeep';

/** One thing to do outside of any journey. */
export function errandWorkflowId(what: string): string {
  return `errand:${what}`;
}
