import { Context } from '@temporalio/activity';
import { closeAlerts, completeTasks } from './alerts/close-alerts.ts';
import { beating } from './beating.ts';
import type { Deps } from './deps.ts';
import { runErrand } from './errands/run-errand.ts';
import { alertPerson } from './journey/alert.ts';
import { beginJourney, lookAtFacts } from './journey/begin.ts';
import { answerCondition, closeJourney } from './journey/close.ts';
import { sendMessage } from './journey/send-message.ts';
import { tagForQbr } from './journey/tag.ts';
import { isPermanent, toFailure } from './map-errors.ts';
import { performOnboardingStep, planOnboarding, readOnboardingState } from './onboarding/onboarding.ts';
import { sweepConnection } from './sweep/sweep-connection.ts';
import { sendTrialMail, tagTrialForQbr, updateTrialAlert } from './trial/notices.ts';
import { readTrialOutcome, settleTrial } from './trial/outcome.ts';
import { checkUnlocked, endTrial, provisionTrial } from './trial/provision.ts';
import { upkeep } from './upkeep/upkeep.ts';

type Bound<F> = F extends (deps: Deps, ...args: infer A) => infer R ? (...args: A) => R : never;
type BoundAll<T> = { [K in keyof T]: Bound<T[K]> };

/** By kind of work: each kind has its timeouts and retries in workflows/activity-profiles.ts. */
const KINDS = {
  /** The store, and now and then one read at a vendor. */
  decide: {
    beginJourney,
    lookAtFacts,
    answerCondition,
    closeJourney,
    readTrialOutcome,
    settleTrial,
    planOnboarding,
    readOnboardingState,
  },
  /** One outward change each. */
  act: {
    sendMessage,
    alertPerson,
    closeAlerts,
    completeTasks,
    tagForQbr,
    provisionTrial,
    endTrial,
    checkUnlocked,
    sendTrialMail,
    updateTrialAlert,
    tagTrialForQbr,
    performOnboardingStep,
    runErrand,
  },
  /** Whole connections, page by page. */
  sweep: { sweepConnection, upkeep },
};

export type Activities = { [Kind in keyof typeof KINDS]: BoundAll<(typeof KINDS)[Kind]> };

/** What the worker registers: every activity bound to its dependencies, beating, with errors mapped once. */
export function createActivities(deps: Deps): Activities['decide'] & Activities['act'] & Activities['sweep'] {
  const all = { ...KINDS.decide, ...KINDS.act, ...KINDS.sweep };
  const bound = Object.entries(all).map(([name, activity]) => {
    // A Schedule brings the next sweep anyway. A journey or a trial that failed would be gone, with all it still owes.
    const isPatient = !(name in KINDS.sweep);
    // Each entry is called with its own arguments: the type below says which belong to which.
    const run = activity as (deps: Deps, ...args: unknown[]) => Promise<unknown>;
    return [
      name,
      async (...args: unknown[]) => {
        try {
          return await beating(() => run(deps, ...args));
        } catch (error) {
          const { attempt } = Context.current().info;
          if (isPatient && isPermanent(error))
            deps.log.error(
              { err: error, activity: name, attempt },
              'only a person can mend this; it is tried until then',
            );
          throw toFailure(error, isPatient ? { attempt } : null);
        }
      },
    ];
  });
  // Built from the same table that the type is made of.
  return Object.fromEntries(bound) as Activities['decide'] & Activities['act'] & Activities['sweep'];
}
