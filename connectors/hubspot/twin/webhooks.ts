/**
 * The app of this account, and what it has subscribed to: changes are collected for a moment and sent as HubSpot does, up
 * to a hundred at a time, signed (v3), with the number of the attempt in each event.
 * https://developers.hubspot.com/docs/guides/webhooks/create-generic-webhook-subscriptions
 */
import { createHmac } from 'node:crypto';
import type { Json } from '../../../domain/model.ts';
import type { TwinContext } from '../../../sandbox/frame/types.ts';
import { MARKETING_OPT_OUT, type ObjectType } from './definitions.ts';
import type { Portal, PortalChange } from './portal.ts';

/** Where the app's target address points; `HUBSPOT_WEBHOOK_PATH` overrides it. */
const PATH = '/webhooks/crm';
const PORTAL_ID = 48_807_704;
const APP_ID = 16_111_050;
const MOST_EVENTS = 100;
/** Ten tries, as HubSpot has it, but within minutes. */
const RETRY = { attempts: 10, firstWaitMs: 500 };

const TYPE_IDS: Partial<Record<ObjectType, string>> = {
  contacts: '0-1',
  companies: '0-2',
  tickets: '0-5',
  meetings: '0-47',
  calls: '0-48',
  emails: '0-49',
};
/** Of which properties the app hears; a hub that heard of its own marks would only read again for nothing. */
const PROPERTIES: Partial<Record<ObjectType, string[]>> = {
  companies: ['name', 'hubspot_owner_id', 'timezone', 'headroom_account_id', 'headroom_segment', 'headroom_csm'],
  contacts: [
    'email',
    'headroom_role',
    'headroom_user_id',
    'hs_email_optout',
    MARKETING_OPT_OUT,
    'hs_email_hard_bounce_reason_enum',
  ],
  tickets: ['hs_pipeline', 'hs_pipeline_stage', 'hs_ticket_priority'],
  calls: ['hs_call_status'],
  meetings: ['hs_meeting_outcome'],
};

interface Event {
  [key: string]: Json;
}

export function sendWebhooks(portal: Portal, context: TwinContext): void {
  let waiting: Event[] = [];
  let lastId = 0;
  portal.onChange = (change) => {
    const event = eventOf(change);
    if (event === null) return;
    lastId += 1;
    const common = { eventId: lastId, subscriptionId: 3_923_621, portalId: PORTAL_ID, appId: APP_ID };
    waiting.push({ ...common, occurredAt: Date.parse(change.at), changeSource: 'CRM_UI', ...event });
    // What one act changes leaves together.
    if (waiting.length === 1) setImmediate(flush);
  };

  function flush(): void {
    for (let from = 0; from < waiting.length; from += MOST_EVENTS) deliver(waiting.slice(from, from + MOST_EVENTS));
    waiting = [];
  }

  function deliver(events: Event[]): void {
    const bodyOf = (attemptNumber: number) => JSON.stringify(events.map((event) => ({ ...event, attemptNumber })));
    const delivery = context.deliver({
      path: context.secrets.HUBSPOT_WEBHOOK_PATH ?? PATH,
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: bodyOf(0),
      retry: RETRY,
      perAttempt: ({ number, url }) => {
        const body = bodyOf(number);
        const timestamp = String(Date.now());
        const signature = createHmac('sha256', context.secrets.HUBSPOT_CLIENT_SECRET ?? '')
          .update(`POST${url}${body}${timestamp}`)
          .digest('base64');
        return { body, headers: { 'x-hubspot-request-timestamp': timestamp, 'x-hubspot-signature-v3': signature } };
      },
    });
    delivery.catch((error: unknown) => context.log(`hubspot: a webhook was not delivered: ${String(error)}`));
  }
}

/** Null for what the app did not subscribe to. */
function eventOf(change: PortalChange): Event | null {
  switch (change.kind) {
    case 'created': {
      const objectTypeId = TYPE_IDS[change.record.type];
      if (objectTypeId === undefined) return null;
      return { subscriptionType: 'object.creation', objectTypeId, objectId: Number(change.record.id) };
    }
    case 'changed': {
      const { record, property, value } = change;
      if (!PROPERTIES[record.type]?.includes(property)) return null;
      const about = { objectTypeId: TYPE_IDS[record.type] ?? null, objectId: Number(record.id) };
      return { subscriptionType: 'object.propertyChange', ...about, propertyName: property, propertyValue: value };
    }
    case 'associated': {
      const { from, to } = change;
      const fromObjectTypeId = TYPE_IDS[from.type];
      const toObjectTypeId = TYPE_IDS[to.type];
      if (fromObjectTypeId === undefined || toObjectTypeId === undefined) return null;
      return {
        subscriptionType: 'object.associationChange',
        fromObjectTypeId,
        fromObjectId: Number(from.id),
        toObjectTypeId,
        toObjectId: Number(to.id),
        associationRemoved: false,
      };
    }
    default:
      throw new Error(`unknown change ${change satisfies never}`);
  }
}
