import { z } from 'zod';
import type { Json } from '../../../domain/model.ts';
import type { Crm } from '../../kit/capabilities.ts';
import type { HubSpotClient } from '../client.ts';
import { paths } from '../paths.ts';
import { created } from '../schemas.ts';
import { associated, readObjects } from './objects.ts';
import { escapeHtml, textToHtml } from './task-body.ts';

/**
 * Default association types from a task to others. Direction matters: 191 and 203 are the way back.
 * https://developers.hubspot.com/docs/api-reference/latest/crm/associations/associations-guide
 */
export const TASK_TO_COMPANY = 192;
export const TASK_TO_CONTACT = 204;

const payload = z.object({
  companyId: z.string(),
  marker: z.string(),
  request: z.object({
    properties: z.record(z.string(), z.string()),
    associations: z.array(
      z.object({
        to: z.object({ id: z.string() }),
        types: z.array(z.object({ associationCategory: z.string(), associationTypeId: z.number() })),
      }),
    ),
  }),
});

/**
 * A to-do for an owner, on the company and, where given, the contact. HubSpot takes no idempotency key: an unknown
 * outcome is settled by the marker in the body of the company's tasks, read by association. A search would miss a task
 * of the last seconds. https://developers.hubspot.com/docs/api-reference/latest/crm/activities/tasks/guide
 */
export function createTask(client: HubSpotClient): Crm['createTask'] {
  return {
    name: 'createTask',
    idempotency: 'find',
    settleMs: 5_000,
    timeoutMs: 20_000,
    prepare: (task): Json => ({
      companyId: task.companyId,
      marker: task.marker,
      request: {
        properties: {
          // When it is due; HubSpot refuses a task without it.
          hs_timestamp: task.dueAt,
          hs_task_subject: task.subject,
          hs_task_body: textToHtml(task.body.includes(task.marker) ? task.body : `${task.body}\n\nRef: ${task.marker}`),
          hs_task_status: 'NOT_STARTED',
          hs_task_priority: task.priority,
          hs_task_type: 'TODO',
          ...(task.ownerId === null ? {} : { hubspot_owner_id: task.ownerId }),
        },
        associations: [
          association(task.companyId, TASK_TO_COMPANY),
          ...(task.contactId === null ? [] : [association(task.contactId, TASK_TO_CONTACT)]),
        ],
      },
    }),
    explain: (stored) => {
      const { companyId, marker, request } = payload.parse(stored);
      return {
        to: `company ${companyId}`,
        what: request.properties.hs_task_subject ?? 'a task',
        where: `the tasks of company ${companyId} in HubSpot`,
        lookFor: `"Ref: ${marker}" at the end of the task's text`,
      };
    },
    send: async (stored, call) => {
      const { request } = payload.parse(stored);
      const path = paths.objects('tasks');
      const { id } = await client.write(
        { operation: 'createTask', method: 'POST', path, body: request, reply: created },
        'find',
        call,
      );
      return { taskId: id };
    },
    find: async (stored, call) => {
      const { companyId, marker } = payload.parse(stored);
      const ids = (await associated(client, { to: 'tasks' }, [companyId], call)).get(companyId) ?? [];
      const newestFirst = ids.sort((a, b) => Number(b) - Number(a));
      for await (const tasks of readObjects(client, 'tasks', newestFirst, ['hs_task_body'], call)) {
        const match = tasks.find(({ properties }) => properties.hs_task_body?.includes(escapeHtml(marker)));
        if (match) return { kind: 'found', result: { taskId: match.id } };
      }
      return { kind: 'absent' };
    },
  };
}

function association(id: string, associationTypeId: number) {
  return { to: { id }, types: [{ associationCategory: 'HUBSPOT_DEFINED', associationTypeId }] };
}
