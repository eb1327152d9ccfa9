import type { Config } from '../../config/schema/index.ts';
import type { UsageSource } from '../../connectors/kit/capabilities.ts';
import type { CohortFact } from '../../store/index.ts';

/** The facts that this connection pushes: a number counts the cohort's members, true or false says whether there are any. */
export function cohortFacts(config: Config, connection: string, usage: UsageSource): CohortFact[] {
  return Object.entries(config.facts).flatMap(([fact, { from, read, sample }]): CohortFact[] => {
    const cohort = from === connection ? (usage.cohortOf?.(read) ?? null) : null;
    return cohort === null ? [] : [{ fact, cohort, as: typeof sample === 'boolean' ? 'flag' : 'count' }];
  });
}
