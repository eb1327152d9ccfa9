import { DateTime } from 'luxon';
import { z } from 'zod';
import type { Json } from '../../../domain/model.ts';
import type { Crm, TaskInput } from '../../kit/capabilities.ts';
import { InvalidInputError } from '../../kit/errors.ts';
import type { Call } from '../../kit/operation.ts';
import type { SalesforceClient } from '../client.ts';
import { manifest } from '../manifest.ts';
import { saved } from '../schemas.ts';
import { query, quoted, recordId, textOf } from '../soql.ts';
import { describedFields, missingField } from './fields.ts';

const SUBJECT_CHARACTERS = 255;
/** Of the comments; longer ones are refused. */
export const DESCRIPTION_CHARACTERS = 32_000;

const payload = z.object({ accountId: z.string(), marker: z.string(), fields: z.record(z.string(), z.string()) });

const PRIORITIES: Record<TaskInput['priority'], string> = { HIGH: 'High', MEDIUM: 'Normal', LOW: 'Low' };

/**
 * A to-do for a user, on the account and, where given, the contact. Salesforce takes no idempotency key of its own.
 * Where the org's field for ours is an External ID, the task is made by upsert, and the same key twice is one task; else
 * an unknown outcome is settled by a query, which sees every committed row, deleted ones too.
 * https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/dome_upsert.htm
 */
export function createTask(client: SalesforceClient, timezone: string): Crm['createTask'] {
  const { task_key_field: keyField, task_key_is_external_id: byKey } = client.settings;
  const operation = 'createTask';
  const checkKey = keyFieldCheck(client);
  return {
    name: operation,
    idempotency: byKey ? 'vendor_key' : 'find',
    // Triggers and flows of the org run inside the insert: it has 10 s of processor time and waits 10 s for a locked row.
    settleMs: 20_000,
    timeoutMs: 30_000,
    prepare: (task): Json => ({
      accountId: recordId(task.companyId),
      marker: task.marker,
      fields: {
        Subject: task.subject.slice(0, SUBJECT_CHARACTERS),
        Description: withReference(task.body, task.marker),
        // A day and no hour: the day that it is where the company is.
        ActivityDate: DateTime.fromISO(task.dueAt, { zone: timezone }).toISODate() ?? task.dueAt.slice(0, 10),
        Priority: PRIORITIES[task.priority],
        WhatId: recordId(task.companyId),
        ...(task.contactId === null ? {} : { WhoId: recordId(task.contactId) }),
        ...(task.ownerId === null ? {} : { OwnerId: recordId(task.ownerId) }),
        // No Status: an upsert that comes late must not reopen what somebody has ticked off. A new task begins open.
        ...(keyField === undefined || byKey ? {} : { [keyField]: task.marker }),
      },
    }),
    explain: (stored) => {
      const { accountId, marker, fields } = payload.parse(stored);
      const inField = keyField === undefined ? null : `${keyField} = ${marker}`;
      return {
        to: `account ${accountId}`,
        what: fields.Subject ?? 'a task',
        where: `the activities of account ${accountId} in Salesforce, the recycle bin included`,
        // An own body may hold the key already, as in a link: then no reference stands beneath it.
        lookFor: inField ?? `${marker} in the comments of a task`,
      };
    },
    send: async (stored, call) => {
      const { fields, marker } = payload.parse(stored);
      await checkKey(call);
      const request = byKey
        ? { method: 'PATCH' as const, path: `/sobjects/Task/${keyField}/${encodeURIComponent(marker)}` }
        : { method: 'POST' as const, path: '/sobjects/Task' };
      const { id } = await client.write(
        { operation, ...request, body: fields, reply: saved },
        byKey ? 'vendor_key' : 'find',
        call,
      );
      return { taskId: id };
    },
    find: async (stored, call) => {
      const { accountId, marker } = payload.parse(stored);
      await checkKey(call);
      const own = keyField === undefined ? '' : ` AND ${keyField} = ${quoted(marker)}`;
      const soql = `SELECT Id${keyField === undefined ? ', Description' : ''} FROM Task WHERE WhatId = ${quoted(accountId)}${own} ORDER BY CreatedDate DESC, Id DESC`;
      const rows = await query(client, 'find task', soql, call, true);
      // Comments cannot be searched by a query, only read.
      const match = keyField === undefined ? rows.find((row) => textOf(row, 'Description')?.includes(marker)) : rows[0];
      const taskId = match ? textOf(match, 'Id') : null;
      return taskId === null ? { kind: 'absent' } : { kind: 'found', result: { taskId } };
    },
  };
}

/** Comments are plain text. The reference stands at their end and is never cut off. */
function withReference(body: string, marker: string): string {
  const reference = `Ref: ${marker}`;
  const text = body.includes(marker) ? body : `${body}\n\n${reference}`;
  if (text.length <= DESCRIPTION_CHARACTERS) return text;
  return `${text.slice(0, DESCRIPTION_CHARACTERS - reference.length - 3)}…\n\n${reference}`;
}

/** Before the first task of an hour: is the field for our key what config says of it? */
function keyFieldCheck(client: SalesforceClient): (call: Call) => Promise<void> {
  const { task_key_field: name, task_key_is_external_id: byKey } = client.settings;
  const fieldOf = describedFields(client, 'Task');
  return async (call) => {
    if (name === undefined) return;
    const field = await fieldOf(name, call);
    const kind = byKey ? 'Text(64), External ID and Unique' : 'Text(64)';
    if (!field) throw missingField('Activity', name, kind);
    if (!byKey || (field.externalId && field.unique)) return;
    throw new InvalidInputError(
      `${name} of Activity is not both External ID and Unique: two tasks could get the same key. Mend the field, or leave task_key_is_external_id out`,
      { connector: manifest.name, operation: 'check fields' },
    );
  };
}
