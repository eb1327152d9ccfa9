import type { Ticket } from '../../../domain/model.ts';
import type { Call } from '../../kit/operation.ts';
import type { SalesforceClient } from '../client.ts';
import { idList, isoOf, query, textOf } from '../soql.ts';
import { byAccount } from './rows.ts';

/**
 * Open cases of accounts; `accounts` says which account of ours each is. One that is no longer among them is closed.
 * IsClosed says it, the words of Status are each org's own:
 * https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_case.htm
 */
export async function readCases(
  client: SalesforceClient,
  accounts: Map<string, string>,
  call: Call,
): Promise<Map<string, Ticket[]>> {
  const { priority_field, severe_priorities } = client.settings;
  const severe = new Set(severe_priorities.map((name) => name.toLowerCase()));
  const soql = `SELECT Id, AccountId, Subject, CreatedDate, ${priority_field} FROM Case WHERE AccountId IN ${idList([...accounts.keys()])} AND IsClosed = false ORDER BY Id`;
  return byAccount(
    await query(client, 'read cases', soql, call),
    (row): Ticket => ({
      account: accounts.get(textOf(row, 'AccountId') ?? '') ?? '',
      externalId: textOf(row, 'Id') ?? '',
      severe: severe.has(textOf(row, priority_field)?.toLowerCase() ?? ''),
      open: true,
      subject: textOf(row, 'Subject'),
      at: isoOf(row, 'CreatedDate') ?? new Date(0).toISOString(),
    }),
  );
}
