import type { TeamMember } from '../../../domain/model.ts';
import type { Crm } from '../../kit/capabilities.ts';
import { paginate } from '../../kit/paginate.ts';
import type { HubSpotClient } from '../client.ts';
import { manifest } from '../manifest.ts';
import { BATCH, paths } from '../paths.ts';
import { ownerPage } from '../schemas.ts';

/**
 * Owners by their `id`, which is what records carry and takes assignments; `userId` is another number and would be
 * refused. Queues own tickets, not accounts: https://developers.hubspot.com/docs/api-reference/latest/crm/owners/guide
 */
export function readOwners(client: HubSpotClient): Crm['readOwners'] {
  const operation = 'read owners';
  return async (call) => {
    const pages = paginate<TeamMember[], string>({ connector: manifest.name, operation }, async (after) => {
      const query = { limit: String(BATCH), archived: 'false', ...(after === null ? {} : { after }) };
      const request = { operation, method: 'GET' as const, path: paths.owners, query, reply: ownerPage };
      const { results, paging } = await client.read(request, call);
      const items = results.flatMap(({ id, type, email, firstName, lastName, archived }) =>
        email && type !== 'QUEUE'
          ? [{ id, email, name: [firstName, lastName].filter(Boolean).join(' ') || null, active: archived !== true }]
          : [],
      );
      return { items, next: paging?.next?.after ?? null };
    });
    const members: TeamMember[] = [];
    for await (const page of pages) members.push(...page);
    return members;
  };
}
