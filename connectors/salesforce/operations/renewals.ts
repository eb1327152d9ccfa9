import type { Cents } from '../../../domain/model.ts';
import type { Call } from '../../kit/operation.ts';
import type { SalesforceClient } from '../client.ts';
import { idList, listOf, numberOf, query, textOf } from '../soql.ts';
import { byAccount } from './rows.ts';

export interface Renewal {
  on: string | null;
  amountCents: Cents | null;
}

/**
 * The next open renewal of each account, where renewals are opportunities:
 * https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_opportunity.htm
 */
export async function readRenewals(
  client: SalesforceClient,
  accountIds: string[],
  call: Call,
): Promise<Map<string, Renewal>> {
  const types = client.settings.renewal_opportunities;
  if (types === undefined) return new Map();
  const soql = `SELECT AccountId, CloseDate, Amount FROM Opportunity WHERE AccountId IN ${idList(accountIds)} AND IsClosed = false AND Type IN ${listOf(types)} ORDER BY CloseDate, Id`;
  const renewals = byAccount(
    await query(client, 'read opportunities', soql, call),
    (row): Renewal => ({
      on: textOf(row, 'CloseDate'),
      amountCents: toCents(numberOf(row, 'Amount')),
    }),
  );
  return new Map([...renewals].flatMap(([id, [next]]) => (next ? [[id, next]] : [])));
}

/** From whole currency units. */
export const toCents = (amount: number | null): Cents | null => (amount === null ? null : Math.round(amount * 100));
