import type { Crm } from '../../kit/capabilities.ts';
import type { HubSpotClient } from '../client.ts';
import { isObjectType } from '../paths.ts';
import { associated } from './objects.ts';

/** The companies of a contact, ticket or activity: a strongly consistent read. One that is gone has none. */
export function accountsOf(client: HubSpotClient): NonNullable<Crm['accountsOf']> {
  return async ({ type, id }, call) => {
    if (type === 'companies') return [id];
    if (!isObjectType(type)) return [];
    return (await associated(client, { from: type, to: 'companies' }, [id], call)).get(id) ?? [];
  };
}
