import { z } from 'zod';
import type { Crm } from '../../../capabilities.ts';
import { notWritten } from '../../../not-written.ts';
import type { AcmeClient } from '../../common/client.ts';

const payload = z.object({
  ref: z.string(),
  account: z.string(),
  text: z.string(),
  body: z.string(),
  dueAt: z.string(),
});

/** A vendor that takes no key is asked before the next attempt: `find` must be strongly consistent. */
export function createTask(_client: AcmeClient): Crm['createTask'] {
  return {
    name: 'createTask',
    idempotency: 'find',
    settleMs: 5_000,
    timeoutMs: 20_000,
    prepare: ({ companyId, subject, body, dueAt, marker }) => ({
      ref: marker,
      account: companyId,
      text: subject,
      body,
      dueAt,
    }),
    send: async (stored, _call) => {
      payload.parse(stored);
      return notWritten('connectors/acme/operations/create-task.ts: `send` posts the task with client.write(…)');
    },
    find: async (stored) => {
      payload.parse(stored);
      return notWritten('connectors/acme/operations/create-task.ts: `find` looks for the marker (`ref`) at the vendor');
    },
  };
}
