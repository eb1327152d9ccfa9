import { z } from 'zod';
import type { Crm } from '../../kit/capabilities.ts';
import type { HubSpotClient } from '../client.ts';
import { paths } from '../paths.ts';
import { anyObject, crmObject } from '../schemas.ts';
import { textToHtml } from './task-body.ts';

const payload = z.object({ taskId: z.string(), note: z.string() });

/**
 * Ticks a task off and says why under its text: a task has no comments of its own. Done twice, the note stands there
 * once. A task that somebody deleted is a RefusedError.
 */
export function completeTask(client: HubSpotClient): Crm['completeTask'] {
  const operation = 'completeTask';
  return {
    name: operation,
    idempotency: 'natural',
    settleMs: 5_000,
    timeoutMs: 20_000,
    prepare: ({ taskId, note }) => ({ taskId, note }),
    explain: (stored) => {
      const { taskId, note } = payload.parse(stored);
      return { to: `task ${taskId}`, what: note, where: `task ${taskId} in HubSpot`, lookFor: 'its status Completed' };
    },
    send: async (stored, call) => {
      const { taskId, note } = payload.parse(stored);
      const path = paths.object('tasks', taskId);
      const query = { properties: 'hs_task_body' };
      const task = await client.read({ operation, method: 'GET', path, query, reply: crmObject }, call);
      const body = task.properties.hs_task_body ?? '';
      const addition = textToHtml(note);
      const hs_task_body = note === '' || body.includes(addition) ? body : `${body}<br><br>${addition}`;
      const properties = { hs_task_status: 'COMPLETED', hs_task_body };
      await client.write({ operation, method: 'PATCH', path, body: { properties }, reply: anyObject }, 'natural', call);
      return { taskId };
    },
  };
}
