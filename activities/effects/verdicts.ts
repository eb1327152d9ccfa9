import type { Guardrails } from '../../config/schema/index.ts';
import { decideInternal, decideServiceMail, decideTouch } from '../../domain/touch/decide-touch.ts';
import type { TouchDecision } from '../../domain/touch/types.ts';
import type { Decide } from '../../store/index.ts';

/** Where no fact tells when a hold ends, a wake does; this only bounds how long a lost wake can matter. */
const LOOK_AGAIN_MS = 6 * 3_600_000;

const boundedBy = (decide: Decide): Decide => {
  return (facts) => {
    const verdict = decide(facts);
    if (verdict.kind !== 'wait' || verdict.until !== null) return verdict;
    return { ...verdict, until: new Date(Date.parse(facts.now) + LOOK_AGAIN_MS).toISOString() } satisfies TouchDecision;
  };
};

/** A `send` step of a play: all guardrails. */
export const forTouch = (guardrails: Guardrails): Decide => boundedBy((facts) => decideTouch(facts, guardrails));

/** A mail of a trial or of onboarding. */
export const forServiceMail = (guardrails: Guardrails): Decide =>
  boundedBy((facts) => decideServiceMail(facts, guardrails));

/** Alerts, tasks and tags for our own people; changes at billing that a person asked for. */
export const forInternal: Decide = boundedBy(decideInternal);
