import { z } from 'zod';
import type { Crm } from '../../kit/capabilities.ts';
import type { HubSpotClient } from '../client.ts';
import { paths } from '../paths.ts';
import { anyObject } from '../schemas.ts';
import { type EnsureProperties, propertyName } from './company-properties.ts';

const payload = z.object({ companyId: z.string(), properties: z.record(z.string(), z.string()) });

/** Sets properties of the company, whatever they were: the QBR tag and what the last trigger said. */
export function tagAccount(client: HubSpotClient, ensure: EnsureProperties): Crm['tagAccount'] {
  const operation = 'tagAccount';
  return {
    name: operation,
    idempotency: 'natural',
    settleMs: 5_000,
    timeoutMs: 20_000,
    prepare: ({ companyId, fields }) => ({
      companyId,
      properties: Object.fromEntries(Object.entries(fields).map(([field, value]) => [propertyName(field), value])),
    }),
    explain: (stored) => {
      const { companyId, properties } = payload.parse(stored);
      const what = Object.entries(properties).map(([name, value]) => `${name} = ${value}`);
      const where = `the properties of company ${companyId} in HubSpot`;
      return { to: `company ${companyId}`, what: what.join(', '), where, lookFor: Object.keys(properties).join(', ') };
    },
    send: async (stored, call) => {
      const { companyId, properties } = payload.parse(stored);
      await ensure(Object.keys(properties), call);
      const path = paths.object('companies', companyId);
      await client.write({ operation, method: 'PATCH', path, body: { properties }, reply: anyObject }, 'natural', call);
      return { companyId };
    },
  };
}
