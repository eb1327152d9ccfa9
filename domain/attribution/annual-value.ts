import type { AnnualValue } from './types.ts';

/** Monthly recurring price after discounts, without tax, for a year. */
export const annualValue: AnnualValue = (fromMrrCents, toMrrCents) => (toMrrCents - fromMrrCents) * 12;
