/**
 * Limits of a Professional account, counted as HubSpot counts: ten seconds of the wire clock, and a day of the business
 * clock (shown only). https://developers.hubspot.com/docs/developer-tooling/platform/usage-guidelines
 */
import { randomUUID } from 'node:crypto';
import type { Json } from '../../../domain/model.ts';

const MAX = 190;
const INTERVAL_MS = 10_000;
const DAILY = 650_000;

/** What was asked of the account, as its owner would see it. */
export interface Usage {
  max: number;
  intervalMs: number;
  /** Answered, and refused for coming too many at a time. */
  calls: number;
  refused: number;
  /** The fullest ten seconds, refused calls among them. */
  most: number;
}

export interface Taken {
  headers: Record<string, string>;
  /** The body of a 429, or null: go on. */
  refusal: Json;
}

/** @param enforced false: counted and shown, but nobody is refused */
export function rateLimit(
  businessDay: () => string,
  enforced: boolean,
): { take: (wireNow: number) => Taken; usage: () => Usage } {
  let calls: number[] = [];
  let asked: number[] = [];
  let day = { name: '', calls: 0 };
  const usage: Usage = { max: MAX, intervalMs: INTERVAL_MS, calls: 0, refused: 0, most: 0 };
  const take = (wireNow: number): Taken => {
    calls = calls.filter((at) => at > wireNow - INTERVAL_MS);
    asked = [...asked.filter((at) => at > wireNow - INTERVAL_MS), wireNow];
    usage.most = Math.max(usage.most, asked.length);
    if (day.name !== businessDay()) day = { name: businessDay(), calls: 0 };
    const refused = enforced && calls.length >= MAX;
    usage[refused ? 'refused' : 'calls'] += 1;
    if (!refused) {
      calls.push(wireNow);
      day.calls += 1;
    }
    return {
      headers: {
        'x-hubspot-ratelimit-max': String(MAX),
        'x-hubspot-ratelimit-remaining': String(Math.max(0, MAX - calls.length)),
        'x-hubspot-ratelimit-interval-milliseconds': String(INTERVAL_MS),
        'x-hubspot-ratelimit-daily': String(DAILY),
        'x-hubspot-ratelimit-daily-remaining': String(DAILY - day.calls),
      },
      refusal: refused
        ? {
            status: 'error',
            message: 'You have reached your ten_secondly_rolling limit.',
            errorType: 'RATE_LIMIT',
            correlationId: randomUUID(),
            policyName: 'TEN_SECONDLY_ROLLING',
            requestId: randomUUID(),
          }
        : null,
    };
  };
  return { take, usage: () => ({ ...usage }) };
}
