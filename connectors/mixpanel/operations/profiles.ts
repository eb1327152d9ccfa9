/** Gauges and facts from group profiles: one reading of all profiles serves all of them. */
import type { FactValue, Iso, Json, Reading } from '../../../domain/model.ts';
import type { FactRead, MetricRead, UsagePage, UsageRequest } from '../../kit/capabilities.ts';
import type { Profile } from '../schemas.ts';

export interface ProfileMetric {
  metric: MetricRead;
  property: string;
  limitProperty?: string;
}
export interface ProfileFact {
  fact: FactRead;
  property: string;
}

/** Only what is needed: each property makes every page larger. */
export function outputProperties(metrics: ProfileMetric[], facts: ProfileFact[], idProperty: string | null): string[] {
  const names = metrics.flatMap(({ property, limitProperty }) =>
    limitProperty ? [property, limitProperty] : [property],
  );
  return [...new Set([...names, ...facts.map(({ property }) => property), ...(idProperty ? [idProperty] : [])])];
}

/** Rows of one page. A missing property is unknown, not 0; a property of another type is rejected by name. */
export function readProfiles(input: {
  profiles: Profile[];
  metrics: ProfileMetric[];
  facts: ProfileFact[];
  /** Null: the profile's own id is the account (group profiles). */
  idProperty: string | null;
  source: string;
  request: Pick<UsageRequest, 'periodOf' | 'now'>;
}): Pick<UsagePage, 'readings' | 'facts' | 'rejects'> {
  const page: Pick<UsagePage, 'readings' | 'facts' | 'rejects'> = { readings: [], facts: [], rejects: [] };
  for (const profile of input.profiles) {
    const properties = profile.$properties;
    const id = input.idProperty ? properties[input.idProperty] : profile.$distinct_id;
    if (typeof id !== 'string' && typeof id !== 'number') {
      page.rejects.push({
        row: { profile: profile.$distinct_id },
        reason: `the profile has no ${input.idProperty}: it belongs to no account`,
      });
      continue;
    }
    const account = String(id);
    const reject = (property: string, reason: string) =>
      page.rejects.push({ row: { account, [property]: properties[property] ?? null }, reason });
    for (const { metric, property, limitProperty } of input.metrics) {
      const used = properties[property];
      if (used === undefined || used === null) continue;
      if (typeof used !== 'number' || used < 0) {
        reject(property, `${property} should be a number from 0 up`);
        continue;
      }
      const limit = limitProperty ? limitOf(properties[limitProperty]) : undefined;
      if (limitProperty && limit === 'unreadable') {
        reject(limitProperty, `${limitProperty} should be a number above 0, or "unlimited"`);
        continue;
      }
      page.readings.push(reading(input, metric, account, used, limit === 'unreadable' ? undefined : limit));
    }
    for (const { fact, property } of input.facts) {
      const value = properties[property];
      if (value === undefined || value === null) continue;
      if (isFactValue(value)) page.facts.push({ account, fact: fact.fact, value });
      else reject(property, `${property} should be a number, text or true/false`);
    }
  }
  return page;
}

function reading(
  input: { source: string; request: { periodOf: UsageRequest['periodOf']; now: Iso } },
  metric: MetricRead,
  account: string,
  used: number,
  limit: number | null | undefined,
): Reading {
  const period = metric.resets === 'billing_period' ? input.request.periodOf(account, metric.product) : null;
  return {
    source: input.source,
    account,
    product: metric.product,
    metric: metric.metric,
    observedAt: input.request.now,
    receivedAt: input.request.now,
    used,
    ...(limit === undefined ? {} : { limit }),
    ...(period ? { periodStart: period.start, periodEnd: period.end } : {}),
  };
}

/** Undefined: not told. Null: unlimited. */
function limitOf(value: Json | undefined): number | null | undefined | 'unreadable' {
  if (value === undefined || value === null) return undefined;
  if (value === 'unlimited') return null;
  return typeof value === 'number' && value > 0 ? value : 'unreadable';
}

function isFactValue(value: Json): value is FactValue {
  return typeof value === 'number' || typeof value === 'string' || typeof value === 'boolean';
}
