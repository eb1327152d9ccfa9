import { z } from 'zod';
import type { Crm } from '../../kit/capabilities.ts';
import type { SalesforceClient } from '../client.ts';
import { nothing } from '../schemas.ts';
import { recordId } from '../soql.ts';
import { type AccountFields, apiName, ownName } from './account-fields.ts';

const payload = z.object({ accountId: z.string(), fields: z.record(z.string(), z.string()) });

/** Sets fields of the account, whatever they were: the QBR tag and what the last trigger said. */
export function tagAccount(client: SalesforceClient, accountFields: AccountFields): Crm['tagAccount'] {
  const operation = 'tagAccount';
  return {
    name: operation,
    idempotency: 'natural',
    settleMs: 20_000,
    timeoutMs: 30_000,
    prepare: ({ companyId, fields }) => ({
      accountId: recordId(companyId),
      fields: Object.fromEntries(Object.entries(fields).map(([field, value]) => [ownName(field), value])),
    }),
    explain: (stored) => {
      const { accountId, fields } = payload.parse(stored);
      const set = Object.entries(fields).map(([own, value]) => ({ name: apiName(own), value }));
      return {
        to: `account ${accountId}`,
        what: set.map(({ name, value }) => `${name} = ${value}`).join(', '),
        where: `the fields of account ${accountId} in Salesforce`,
        lookFor: set.map(({ name }) => name).join(', '),
      };
    },
    send: async (stored, call) => {
      const { accountId, fields } = payload.parse(stored);
      const body = await accountFields.toRecord(fields, call);
      const path = `/sobjects/Account/${accountId}`;
      await client.write({ operation, method: 'PATCH', path, body, reply: nothing }, 'natural', call);
      return { companyId: accountId };
    },
  };
}
