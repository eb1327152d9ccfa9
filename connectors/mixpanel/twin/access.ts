/** Who may ask, and how often. */
import { timingSafeEqual } from 'node:crypto';
import type { TwinContext } from '../../../sandbox/frame/types.ts';
import { PROJECT } from './project.ts';

/** https://docs.mixpanel.com/reference/rate-limits */
const QUERIES_PER_HOUR = 60;
const CONCURRENT_QUERIES = 5;
const HOUR_MS = 3_600_000;

export type Refusal = { status: 400 | 401 | 403 | 429; error: string };

/** Service account as Basic auth, and the project named on every call. */
export function checkAccess(
  context: TwinContext,
  authorization: string | undefined,
  projectId: string | undefined,
): Refusal | null {
  const encoded = /^Basic (.+)$/.exec(authorization ?? '')?.[1];
  const expected = `${context.secrets.MIXPANEL_USER}:${context.secrets.MIXPANEL_SECRET}`;
  const given = Buffer.from(encoded ?? '', 'base64').toString('utf8');
  if (!equal(given, expected)) return { status: 401, error: 'Invalid service account credentials' };
  if (projectId === undefined)
    return { status: 400, error: 'project_id is a required parameter for service account authentication' };
  if (projectId !== PROJECT.id)
    return { status: 403, error: `Service account does not have access to project ${projectId}` };
  return null;
}

function equal(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}

/** The project's query quota: 60 in any hour of business time and 5 at once. Refused queries count as well. */
export class QueryQuota {
  readonly #nowMs: () => number;
  #started: number[] = [];
  #running = 0;

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  enter(): Refusal | null {
    const now = this.#nowMs();
    this.#started = this.#started.filter((at) => now - at < HOUR_MS);
    this.#started.push(now);
    this.#running += 1;
    if (this.#started.length <= QUERIES_PER_HOUR && this.#running <= CONCURRENT_QUERIES) return null;
    const load = `${this.#running}/${CONCURRENT_QUERIES} queries running concurrently and ${this.#started.length}/${QUERIES_PER_HOUR} queries running in the last hour`;
    return { status: 429, error: `Query rate limit exceeded for project_id: ${PROJECT.id}. ${load}.` };
  }

  leave(): void {
    this.#running -= 1;
  }
}
