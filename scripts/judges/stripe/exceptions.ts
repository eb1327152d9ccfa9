/**
 * Where we rightly differ from the specification that stripe-mock 0.203.0 carries (2026-08-26.dahlia): fields of the
 * newer API version that the connector pins, each with Stripe's own page about it. An entry that no exchange needs any
 * more fails the tests.
 */
export interface Exception {
  in: 'request' | 'answer';
  method: string;
  /** As the specification names it. */
  path: string;
  /** As a problem names it: places of a list are `*`. */
  at: string;
  reason: string;
  url: string;
}

export const EXCEPTIONS: readonly Exception[] = [];
