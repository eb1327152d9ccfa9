/**
 * How long each kind of work may take and how it is tried again. Retries belong to Temporal alone.
 * Every activity beats once a second while it runs, so that a worker killed with -9 is noticed within
 * `heartbeatTimeout` and not only after `startToCloseTimeout`.
 */
import { type ActivityOptions, proxyActivities } from '@temporalio/workflow';
import type { Activities } from '../activities/index.ts';
import { ACT_MS, SWEEP_ATTEMPTS } from '../domain/time-limits.ts';

const DEAD_WORKER = '5s';

/** Store only: short, safe to repeat as often as needed. */
export const decide = proxyActivities<Activities['decide']>({
  startToCloseTimeout: '15s',
  heartbeatTimeout: DEAD_WORKER,
  retry: { initialInterval: '200ms', backoffCoefficient: 2, maximumInterval: '10s' },
});

/**
 * One outward change. Calls end at least 5 s before this timeout (domain/time-limits.ts says why).
 * Never given up: an outage is waited out, and a doubt is returned as `unclear`, not thrown.
 */
export const ACT: ActivityOptions = {
  startToCloseTimeout: ACT_MS,
  heartbeatTimeout: DEAD_WORKER,
  retry: { initialInterval: '500ms', backoffCoefficient: 2, maximumInterval: '30s' },
};
const acting = (priorityKey: number) => proxyActivities<Activities['act']>({ ...ACT, priority: { priorityKey } });
/** The order in which workers take what waits, as for the permits of vendors: a click never stands behind a campaign. */
const [click, alert, message] = [acting(1), acting(2), acting(3)];

export const act: Activities['act'] = {
  provisionTrial: click.provisionTrial,
  endTrial: click.endTrial,
  checkUnlocked: click.checkUnlocked,
  updateTrialAlert: click.updateTrialAlert,
  alertPerson: alert.alertPerson,
  closeAlerts: alert.closeAlerts,
  sendMessage: message.sendMessage,
  sendTrialMail: message.sendTrialMail,
  completeTasks: message.completeTasks,
  tagForQbr: message.tagForQbr,
  tagTrialForQbr: message.tagTrialForQbr,
  performOnboardingStep: message.performOnboardingStep,
  runErrand: message.runErrand,
};

/** Reads whole connections, page by page; progress is in the store, so a new attempt goes on where the last one was. */
export const sweep = proxyActivities<Activities['sweep']>({
  startToCloseTimeout: '30m',
  heartbeatTimeout: '20s',
  // A Schedule brings the next run anyway: a sweep that keeps failing must not pile up behind itself.
  retry: { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '30s', maximumAttempts: SWEEP_ATTEMPTS },
  priority: { priorityKey: 4 },
});
