/**
 * The org's calls of the last 24 hours, which all its integrations share, on the business clock.
 * https://developer.salesforce.com/docs/platform/salesforce-app-limits-cheatsheet/guide/salesforce-app-limits-platform-api.html
 */
import { SalesforceProblem } from './problem.ts';

const HOUR_MS = 3_600_000;
/** An Enterprise org with twenty licences. */
const DAILY = 120_000;

export class DailyCalls {
  limit = DAILY;
  readonly #byHour = new Map<number, number>();

  used(nowMs: number): number {
    const hour = Math.floor(nowMs / HOUR_MS);
    let used = 0;
    for (const [at, calls] of this.#byHour) {
      if (at <= hour - 24) this.#byHour.delete(at);
      else used += calls;
    }
    return used;
  }

  /** @throws SalesforceProblem when none is left */
  take(nowMs: number): void {
    if (this.used(nowMs) >= this.limit) {
      throw new SalesforceProblem(403, 'REQUEST_LIMIT_EXCEEDED', 'TotalRequests Limit exceeded.');
    }
    const hour = Math.floor(nowMs / HOUR_MS);
    this.#byHour.set(hour, (this.#byHour.get(hour) ?? 0) + 1);
  }
}
