import type { SocialProof } from './types.ts';

/** Fewer accounts than this prove nothing, and might point at one of them. */
const AT_LEAST = 20;
const SEGMENT_NAMES = { smb: 'small', mid_market: 'mid-sized', enterprise: 'large' } as const;

/** The sentence that RevOps wrote, or the true number of accounts; never an invented one. */
export const socialProof: SocialProof = ({ product, nextPlan, segment, accountsThere }) => {
  const source = product.social_proof[nextPlan];
  if (source === undefined) return null;
  if (typeof source === 'string') return source;
  if (segment === null || accountsThere < AT_LEAST) return null;
  const plan = product.plans[nextPlan]?.name ?? nextPlan;
  return `${accountsThere} ${SEGMENT_NAMES[segment]} companies already work on ${plan}.`;
};
