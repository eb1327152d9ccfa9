import { z } from 'zod';
import { cohortFacts } from '../../activities/usage/cohort-facts.ts';
import type { CohortChange } from '../../connectors/kit/capabilities.ts';
import { inTransaction, takeCohortPage, writeCohortFacts } from '../../store/index.ts';
import type { HandleEvent } from './handlers.ts';

const cohortChange: z.ZodType<CohortChange> = z.object({
  action: z.enum(['replace', 'add', 'remove']),
  cohort: z.object({ id: z.string(), name: z.string() }),
  session: z.string(),
  page: z.number(),
  pages: z.number(),
  members: z.array(z.object({ id: z.string(), accounts: z.array(z.string()) })),
});

/** Who is in a group of users now, and with it the facts that count them. */
export const takeCohortEvent: HandleEvent = async ({ deps }, { name, capabilities: { usage } }, row) => {
  if (!usage) return;
  const change = cohortChange.parse(row.body);
  const facts = cohortFacts(deps.configs.current().config, name, usage);
  const nameless = change.members.filter(({ accounts }) => accounts.length === 0).length;
  if (nameless > 0 && change.action !== 'remove')
    deps.log.warn(
      { source: name, cohort: change.cohort.name, members: nameless },
      'members of a cohort name no account',
    );
  await inTransaction(deps.store, async (tx) => {
    await takeCohortPage(tx, name, change, deps.now());
    await writeCohortFacts(tx, name, facts, deps.now());
  });
};
