import { z } from 'zod';
import type { Crm } from '../../../capabilities.ts';
import { notWritten } from '../../../not-written.ts';
import type { AcmeClient } from '../../common/client.ts';

const payload = z.object({ taskId: z.string(), note: z.string() });

/** Ticks a task off: done twice is done once. */
export function completeTask(_client: AcmeClient): Crm['completeTask'] {
  return {
    name: 'completeTask',
    idempotency: 'natural',
    settleMs: 5_000,
    timeoutMs: 20_000,
    prepare: ({ taskId, note }) => ({ taskId, note }),
    send: async (stored, _call) => {
      payload.parse(stored);
      return notWritten('connectors/acme/operations/complete-task.ts: `send` closes the task with client.write(…)');
    },
  };
}
