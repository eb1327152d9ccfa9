import { addMs } from '../../../domain/clock.ts';
import type { Iso, Outreach } from '../../../domain/model.ts';
import { OUTREACH_LOOK_BACK_MS } from '../../kit/capabilities.ts';
import type { Call } from '../../kit/operation.ts';
import { chunk } from '../../kit/paginate.ts';
import type { SalesforceClient } from '../client.ts';
import { isUnknownObject } from '../errors.ts';
import type { SalesforceSettings } from '../manifest.ts';
import type { Row } from '../schemas.ts';
import { IDS_AT_ONCE, idList, isoOf, isTrue, moment, query, textOf } from '../soql.ts';
import { byAccount } from './rows.ts';

const DAY_MS = 86_400_000;
/** A task made as done is stamped done as it is made, give or take a moment. */
const LOGGED_WITHIN_MS = 60_000;

export type ReadOutreach = (
  accounts: Map<string, string>,
  /** What was changed since then is enough; null: all of the last 90 days. */
  changedSince: Iso | null,
  call: Call,
) => Promise<Map<string, Outreach[]>>;

type Contacted = Omit<Outreach, 'account'>;

/**
 * Calls, mails and meetings that our people logged with these accounts: Tasks that are done, and Events whose time has
 * come. To-dos, ours among them, are plans and no contact.
 * @param mailFrom the address that our own mails come from, with or without a name
 */
export function readOutreach(client: SalesforceClient, mailFrom: string, now: () => Iso): ReadOutreach {
  const ourSender = (/<([^>]+)>/.exec(mailFrom)?.[1] ?? mailFrom).trim().toLowerCase();
  return async (accounts, changedSince, call) => {
    const until = now();
    const lookBack = addMs(until, -OUTREACH_LOOK_BACK_MS);
    const since = changedSince !== null && changedSince > lookBack ? changedSince : lookBack;
    const ids = idList([...accounts.keys()]);
    const outreach = new Map<string, Outreach[]>();
    const take = (found: Map<string, Contacted[]>) => {
      for (const [id, contacts] of found) {
        const account = accounts.get(id);
        const held = contacts.filter(({ at }) => at >= lookBack && at <= until);
        if (account === undefined || held.length === 0) continue;
        outreach.set(id, [...(outreach.get(id) ?? []), ...held.map((one) => ({ account, ...one }))]);
      }
    };
    const tasks = await query(client, 'read tasks', tasksSince(ids, since), call);
    const notOurs = await mailsOfOurPeople(client, tasks, ourSender, call);
    take(byAccount(tasks, (row) => (notOurs(row) ? toContact(row, client.settings) : null)));
    take(byAccount(await query(client, 'read events', eventsSince(ids, since, { lookBack, until }), call), toMeeting));
    return outreach;
  };
}

/**
 * https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_task.htm:
 * TaskSubtype says what made it (log a call, send an email), Type is what people choose from a list.
 */
const tasksSince = (ids: string, since: Iso) =>
  `SELECT Id, AccountId, OwnerId, TaskSubtype, Type, CallDisposition, ActivityDate, CompletedDateTime, CreatedDate FROM Task WHERE AccountId IN ${ids} AND IsClosed = true AND SystemModstamp >= ${moment(since)} AND (TaskSubtype IN ('Call','Email') OR Type IN ('Call','Email','Meeting')) ORDER BY Id`;

/**
 * A meeting is entered long before it takes place, and nothing changes on it when its time comes: it counts when it was
 * changed or has begun since. Copies for each guest (IsChild) and the pattern of a series (IsRecurrence) are left out.
 * https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_event.htm
 */
const eventsSince = (ids: string, since: Iso, { lookBack, until }: { lookBack: Iso; until: Iso }) =>
  `SELECT Id, AccountId, OwnerId, StartDateTime FROM Event WHERE AccountId IN ${ids} AND IsChild = false AND IsRecurrence = false AND StartDateTime >= ${moment(lookBack)} AND StartDateTime <= ${moment(until)} AND (SystemModstamp >= ${moment(since)} OR StartDateTime >= ${moment(since)}) ORDER BY Id`;

const CHANNELS: Record<string, Outreach['channel']> = { call: 'call', email: 'email', meeting: 'meeting' };

function toContact(row: Row, settings: SalesforceSettings): Contacted | null {
  const channel =
    CHANNELS[textOf(row, 'TaskSubtype')?.toLowerCase() ?? ''] ?? CHANNELS[textOf(row, 'Type')?.toLowerCase() ?? ''];
  const result = textOf(row, 'CallDisposition')?.toLowerCase();
  if (channel === undefined || settings.failed_calls.some((one) => one.toLowerCase() === result)) return null;
  return contacted(row, channel, contactedAt(row));
}

const toMeeting = (row: Row): Contacted | null => contacted(row, 'meeting', isoOf(row, 'StartDateTime'));

function contacted(row: Row, channel: Outreach['channel'], at: Iso | null): Contacted | null {
  return at === null ? null : { by: textOf(row, 'OwnerId'), channel, at, externalId: textOf(row, 'Id') ?? '' };
}

/**
 * When it was ticked off. Who logs last week's call today makes a task that is done from the start and dates it back, by a
 * day without an hour; of a to-do that day only says when it was due.
 */
function contactedAt(row: Row): Iso | null {
  const created = isoOf(row, 'CreatedDate');
  const done = isoOf(row, 'CompletedDateTime') ?? created;
  const day = isoOf(row, 'ActivityDate');
  if (day === null || done === null) return done ?? day;
  if (created !== null && done > addMs(created, LOGGED_WITHIN_MS)) return done;
  const end = addMs(day, DAY_MS - 1);
  return end < done ? end : done;
}

/**
 * Which tasks are no mail that came in, and none that headroom itself sent and Salesforce logged (by BCC or a connected
 * inbox): those would hold back our own follow-up. The sender stands on the EmailMessage, where the org keeps one.
 * https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_emailmessage.htm
 */
async function mailsOfOurPeople(
  client: SalesforceClient,
  tasks: Row[],
  ourSender: string,
  call: Call,
): Promise<(task: Row) => boolean> {
  const mails = tasks.filter((row) => textOf(row, 'TaskSubtype') === 'Email').map((row) => textOf(row, 'Id') ?? '');
  const others = new Set<string | null>();
  for (const ids of chunk(mails, IDS_AT_ONCE)) {
    const soql = `SELECT ActivityId, FromAddress, Incoming FROM EmailMessage WHERE ActivityId IN ${idList(ids)} ORDER BY Id`;
    const messages = await query(client, 'read mails', soql, call).catch((error: unknown) => {
      if (isUnknownObject(error)) return [];
      throw error;
    });
    for (const row of messages) {
      const from = textOf(row, 'FromAddress')?.toLowerCase();
      if (isTrue(row, 'Incoming') || from === ourSender) others.add(textOf(row, 'ActivityId'));
    }
  }
  return (task) => !others.has(textOf(task, 'Id'));
}
