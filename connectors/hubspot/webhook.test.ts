import { createHmac } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { WebhookRequest } from '../kit/capabilities.ts';
import { receiveChanges } from './webhook.ts';

/**
 * HubSpot's own example of a v3 signature (Java), 2026-11-28:
 * https://developers.hubspot.com/docs/apps/developer-platform/build-apps/authentication/request-validation
 */
const VECTOR = {
  secret: 'cfc68c0b-4b4e-4ef8-b764-95350e4ea479',
  url: 'https://webhook.site/335453f5-94b3-49d9-b684-a55354d4b8df',
  timestamp: '1752613922216',
  signature: 'gbj1XPRvUt0noT7i7fXfTzOD4sLzQmf0VT28ZYq0EYg=',
  body: '[{"eventId":531833541,"subscriptionId":3923621,"portalId":48807704,"appId":16111050,"occurredAt":1752613920733,"subscriptionType":"contact.creation","attemptNumber":0,"objectId":138017612137,"changeFlag":"CREATED","changeSource":"CRM_UI","sourceId":"userId:76023669"}]',
};
const SENT_AT = Number(VECTOR.timestamp);
const SECRET = 'client-secret';
const URL_CALLED = 'https://hub.example/webhooks/crm';

function request(
  body: string,
  more: Partial<WebhookRequest> & { secret?: string; signedUrl?: string } = {},
): WebhookRequest {
  const { secret = SECRET, signedUrl = more.url ?? URL_CALLED, ...changes } = more;
  const signature = createHmac('sha256', secret).update(`POST${signedUrl}${body}${SENT_AT}`).digest('base64');
  return {
    method: 'POST',
    url: URL_CALLED,
    rawBody: Buffer.from(body),
    receivedAt: SENT_AT,
    ...changes,
    headers: {
      'content-type': 'application/json',
      'x-hubspot-request-timestamp': String(SENT_AT),
      'x-hubspot-signature-v3': signature,
      ...changes.headers,
    },
  };
}
const receive = receiveChanges(() => [SECRET]);
const one = { eventId: 1, portalId: 7, occurredAt: SENT_AT - 2_000, attemptNumber: 0 };
const eventsOf = (...events: unknown[]) => {
  const result = receive(request(JSON.stringify(events)));
  if (result.kind !== 'accepted') throw new Error(JSON.stringify(result));
  return result.events;
};

describe('the signature', () => {
  const published = (receivedAt = SENT_AT) =>
    receiveChanges(() => [VECTOR.secret])(
      request(VECTOR.body, {
        url: VECTOR.url,
        receivedAt,
        headers: { 'x-hubspot-signature-v3': VECTOR.signature, 'x-hubspot-request-timestamp': VECTOR.timestamp },
      }),
    );

  test('of HubSpot’s published example holds', () => {
    expect(published()).toMatchObject({
      kind: 'accepted',
      events: [
        {
          type: 'crm.changed',
          object: 'contacts/138017612137',
          occurredAt: '2025-07-15T21:12:00.733Z',
          body: { type: 'contacts', id: '138017612137' },
        },
      ],
    });
  });

  test.each([-300_000, 300_000])('holds %i ms off, and not a millisecond more', (offMs) => {
    expect(published(SENT_AT + offMs)).toMatchObject({ kind: 'accepted' });
    expect(published(SENT_AT + offMs + Math.sign(offMs))).toMatchObject({ kind: 'refused', status: 401 });
  });

  test('is over the address as HubSpot called it, with its own decoding of the query and of nothing else', () => {
    const url = 'https://hub.example/webhooks/c%3Arm?a=b%3Ac%2F%40%20d%25&e=%C3%A4#part';
    const signedUrl = 'https://hub.example/webhooks/c%3Arm?a=b:c/@%20d%25&e=%C3%A4';
    expect(receive(request('[]', { url, signedUrl }))).toMatchObject({ kind: 'accepted' });
    expect(receive(request('[]', { url, signedUrl: url }))).toMatchObject({ kind: 'refused', status: 401 });
  });

  test('may be made with the new secret or the old one while it is changed', () => {
    const both = receiveChanges(() => ['new', SECRET]);
    expect(both(request('[]'))).toMatchObject({ kind: 'accepted' });
    expect(both(request('[]', { secret: 'new' }))).toMatchObject({ kind: 'accepted' });
    expect(both(request('[]', { secret: 'older' }))).toMatchObject({ kind: 'refused', status: 401 });
  });

  test.each([
    ['another body', { rawBody: Buffer.from('[ ]') }, 401],
    ['another address', { signedUrl: 'https://elsewhere.example/webhooks/crm' }, 401],
    ['another method', { method: 'PUT' }, 401],
    ['no signature', { headers: { 'x-hubspot-signature-v3': undefined } }, 401],
    ['no timestamp', { headers: { 'x-hubspot-request-timestamp': undefined } }, 401],
    ['a timestamp in words', { headers: { 'x-hubspot-request-timestamp': 'yesterday' } }, 401],
    ['another content type', { headers: { 'content-type': 'text/plain' } }, 415],
    ['over a megabyte', { rawBody: Buffer.alloc(1_048_577) }, 413],
  ])('with %s is refused', (_what, more, status) => {
    expect(receive(request('[]', more))).toMatchObject({ kind: 'refused', status });
  });

  test('cannot be checked without a secret: 503', () => {
    expect(receiveChanges(() => [])(request('[]'))).toMatchObject({ kind: 'refused', status: 503 });
  });
});

describe('a delivery', () => {
  test('says which record changed, event by event; what we do not follow is left out', () => {
    const events = eventsOf(
      { ...one, subscriptionType: 'object.creation', objectTypeId: '0-5', objectId: 11 },
      {
        ...one,
        subscriptionType: 'object.propertyChange',
        objectTypeId: '0-48',
        objectId: 12,
        propertyName: 'hs_call_status',
      },
      { ...one, subscriptionType: 'company.propertyChange', objectId: 13, propertyName: 'hubspot_owner_id' },
      { ...one, subscriptionType: 'ticket.deletion', objectId: 14 },
      { ...one, subscriptionType: 'deal.creation', objectId: 15 },
      { ...one, subscriptionType: 'object.creation', objectTypeId: '0-27', objectId: 16 },
      { ...one, subscriptionType: 'contact.privacyDeletion', objectId: 17 },
      { unexpected: 'shape' },
      {
        ...one,
        subscriptionType: 'contact.merge',
        objectId: 18,
        primaryObjectId: 18,
        newObjectId: 19,
        mergedObjectIds: [20],
      },
    );
    expect(events.map(({ object }) => object)).toEqual([
      'tickets/11',
      'calls/12',
      'companies/13',
      'tickets/14',
      'contacts/19',
    ]);
  });

  test('a merge of companies says that the others are gone, beside the one that is left', () => {
    const merge = { ...one, subscriptionType: 'company.merge', primaryObjectId: 18, newObjectId: 19 };
    const events = eventsOf(
      { ...merge, mergedObjectIds: [20, 21] },
      { ...merge, newObjectId: 18, mergedObjectIds: [22] },
    );
    expect(events.map(({ object }) => object)).toEqual([
      ...['companies/19', 'companies/18', 'companies/20', 'companies/21'],
      ...['companies/18', 'companies/22'],
    ]);
    expect(new Set(events.map(({ id }) => id)).size).toBe(6);
  });

  test('an association leads to its company by the other record, and once it is gone by the company itself', () => {
    const generic = {
      ...one,
      subscriptionType: 'object.associationChange',
      fromObjectTypeId: '0-5',
      toObjectTypeId: '0-2',
    };
    const older = { ...one, subscriptionType: 'company.associationChange', associationType: 'COMPANY_TO_CONTACT' };
    const sides = { fromObjectId: 1, toObjectId: 2 };
    const events = eventsOf(
      { ...generic, ...sides },
      { ...generic, ...sides, associationRemoved: true },
      { ...older, ...sides },
      { ...older, ...sides, associationRemoved: true },
      { ...one, subscriptionType: 'ticket.associationChange', associationType: 'TICKET_TO_CONTACT', ...sides },
      { ...one, subscriptionType: 'company.associationChange', associationType: 'COMPANY_TO_DEAL', ...sides },
    );
    expect(events.map(({ object }) => object)).toEqual([
      'tickets/1',
      'companies/2',
      'contacts/2',
      'companies/1',
      'companies/1',
    ]);
  });

  test('repeated has the same ids, whatever the attempt; another change has another', () => {
    const ticket = {
      ...one,
      subscriptionType: 'object.propertyChange',
      objectTypeId: '0-5',
      objectId: 11,
      propertyName: 'a',
    };
    const [first, again, other] = eventsOf(ticket, { ...ticket, attemptNumber: 3 }, { ...ticket, propertyName: 'b' });
    expect(again?.id).toBe(first?.id);
    // HubSpot's event ids are not unique.
    expect(other?.id).not.toBe(first?.id);
  });

  test.each(['', '{}', 'null', '{"events":[]}'])('%j is a bad request', (body) => {
    expect(receive(request(body))).toMatchObject({ kind: 'refused', status: 400 });
  });
});
