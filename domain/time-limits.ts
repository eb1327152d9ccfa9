/**
 * How long one attempt at an outward change may take, in wire milliseconds. The ledger's fencing rests on it: a call
 * that outlives its activity would still write while the next attempt looks.
 */

/** One outward change, from the activity's start: `startToCloseTimeout` of the profile `act`. */
export const ACT_MS = 45_000;
/** A call ends at least so long before its activity's own timeout. */
export const MARGIN_MS = 5_000;
/** Before a message: what guardrails rest on is read anew. */
export const REFRESH_MS = 10_000;
/** A sweep that fails so often is given up until its Schedule brings the next: profile `sweep`. */
export const SWEEP_ATTEMPTS = 3;
/** No operation may ask for more. */
export const LONGEST_CALL_MS = ACT_MS - MARGIN_MS - REFRESH_MS;
