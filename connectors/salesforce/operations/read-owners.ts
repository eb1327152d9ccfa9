import type { Crm } from '../../kit/capabilities.ts';
import type { SalesforceClient } from '../client.ts';
import { isTrue, query, textOf } from '../soql.ts';

/**
 * People with a licence of their own, those who have left included: their accounts may still be theirs by name. Queues
 * own cases and tasks, not accounts. https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_user.htm
 */
export function readOwners(client: SalesforceClient): Crm['readOwners'] {
  return async (call) => {
    const soql = "SELECT Id, Email, Name, IsActive FROM User WHERE UserType = 'Standard' ORDER BY Id";
    const rows = await query(client, 'read users', soql, call);
    return rows.flatMap((row) => {
      const [id, email] = [textOf(row, 'Id'), textOf(row, 'Email')];
      return id && email ? [{ id, email, name: textOf(row, 'Name'), active: isTrue(row, 'IsActive') }] : [];
    });
  };
}
