import type { Heard } from '../kit/budget.ts';

/** The window of the manifest's `burst`: a header that counts another one says nothing about it. */
const BURST_MS = '10000';

/**
 * What every answer says of the account's limits (searches and OAuth apps leave some of it out):
 * https://developers.hubspot.com/docs/developer-tooling/platform/usage-guidelines
 */
export function heardLimits(headers: Headers): Heard[] {
  const number = (name: string) => {
    const value = headers.get(`x-hubspot-ratelimit-${name}`);
    return value !== null && /^\d+$/.test(value) ? Number(value) : undefined;
  };
  const burst = headers.get('x-hubspot-ratelimit-interval-milliseconds') === BURST_MS ? number('max') : undefined;
  return [
    { limit: 'burst', max: burst },
    { limit: 'daily', max: number('daily'), left: number('daily-remaining') },
  ].filter(({ max }) => max !== undefined);
}
