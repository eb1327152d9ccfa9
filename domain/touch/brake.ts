import type { Guardrails } from '../../config/schema/index.ts';
import { formatDuration } from '../text.ts';

export type BrakeKind = keyof Guardrails['brake'];

/** How many of a play's newest effects went wrong, each kind counted over its own stretch of time. */
export type BrakeCounts = { [Kind in BrakeKind]: { of: number; bad: number } };

export interface BrakeDecision {
  kind: BrakeKind;
  /** For the person who finds the play paused. */
  reason: string;
}

const WORDS: { [Kind in BrakeKind]: string } = {
  bounces: 'messages came back',
  complaints: 'messages were reported as spam',
  opt_outs: 'messages were answered by an opt-out',
  provider_errors: 'effects were refused by a vendor, or nobody knows whether they arrived',
};

/**
 * Must this play stop until a person has looked? A few bad ones are nothing: both the number and the share decide.
 * The first kind with an objection is told; what harms customers most stands first.
 */
export function judgeBrake(counts: BrakeCounts, rules: Guardrails['brake']): BrakeDecision | null {
  for (const kind of ['complaints', 'opt_outs', 'bounces', 'provider_errors'] as const) {
    const { of, bad } = counts[kind];
    const { share, at_least, within } = rules[kind];
    if (bad < at_least || bad <= share * of) continue;
    const most = `${Math.round(share * 1_000) / 10} %`;
    const reason = `automatic brake: ${bad} of ${of} ${WORDS[kind]} within ${formatDuration(within)}, more than ${most}`;
    return { kind, reason };
  }
  return null;
}
