import { z } from 'zod';
import type { Crm } from '../../../capabilities.ts';
import { notWritten } from '../../../not-written.ts';
import type { AcmeClient } from '../../common/client.ts';

const payload = z.object({ companyId: z.string(), fields: z.record(z.string(), z.string()) });

/** Sets fields of the company: set twice is set once. */
export function tagAccount(_client: AcmeClient): Crm['tagAccount'] {
  return {
    name: 'tagAccount',
    idempotency: 'natural',
    settleMs: 5_000,
    timeoutMs: 20_000,
    prepare: ({ companyId, fields }) => ({ companyId, fields }),
    send: async (stored, _call) => {
      payload.parse(stored);
      return notWritten('connectors/acme/operations/tag-account.ts: `send` sets the fields with client.write(…)');
    },
  };
}
