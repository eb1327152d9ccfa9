import { z } from 'zod';
import type { Crm } from '../../kit/capabilities.ts';
import type { SalesforceClient } from '../client.ts';
import { nothing, row } from '../schemas.ts';
import { recordId, textOf } from '../soql.ts';
import { DESCRIPTION_CHARACTERS } from './create-task.ts';

const payload = z.object({ taskId: z.string(), note: z.string() });

/**
 * Ticks a task off and says why under its comments. Done twice, the note stands there once. A task that somebody deleted
 * is a RefusedError.
 */
export function completeTask(client: SalesforceClient): Crm['completeTask'] {
  const operation = 'completeTask';
  return {
    name: operation,
    idempotency: 'natural',
    settleMs: 20_000,
    timeoutMs: 30_000,
    prepare: ({ taskId, note }) => ({ taskId: recordId(taskId), note }),
    explain: (stored) => {
      const { taskId, note } = payload.parse(stored);
      const lookFor = `its status ${client.settings.completed_status}`;
      return { to: `task ${taskId}`, what: note, where: `task ${taskId} in Salesforce`, lookFor };
    },
    send: async (stored, call) => {
      const { taskId, note } = payload.parse(stored);
      const path = `/sobjects/Task/${taskId}`;
      const task = await client.read(
        { operation, method: 'GET', path, query: { fields: 'Description' }, reply: row },
        call,
      );
      const body = textOf(task, 'Description') ?? '';
      const whole = note === '' || body.includes(note) ? body : `${body}\n\n${note}`.trim();
      const Description = whole.slice(0, DESCRIPTION_CHARACTERS);
      const fields = { Status: client.settings.completed_status, Description };
      await client.write({ operation, method: 'PATCH', path, body: fields, reply: nothing }, 'natural', call);
      return { taskId };
    },
  };
}
