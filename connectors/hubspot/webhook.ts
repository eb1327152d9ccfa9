/**
 * Subscriptions to changes of CRM objects, in HubSpot's older words (`contact.creation`) and the generic ones
 * (`object.creation` with the type's id):
 * https://developers.hubspot.com/docs/guides/webhooks/create-generic-webhook-subscriptions
 */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { CrmRecord, InboundEvent, ReceiveWebhook, WebhookRequest } from '../kit/capabilities.ts';
import { hmacSha256, isWithinWindow, oneHolds } from '../kit/signature.ts';
import { doubtBefore, parseJson, refused, type WebhookSecrets } from '../kit/webhook.ts';
import type { ObjectType } from './paths.ts';

const TOLERANCE_MS = 300_000;

/** https://developers.hubspot.com/docs/guides/crm/using-object-apis; tasks are plans, and no news. */
const TYPE_IDS: Record<string, ObjectType> = {
  '0-1': 'contacts',
  '0-2': 'companies',
  '0-5': 'tickets',
  '0-47': 'meetings',
  '0-48': 'calls',
  '0-49': 'emails',
};
/** As subscription types and types of association begin or end with them. */
const TYPE_NAMES: Record<string, ObjectType> = { contact: 'contacts', company: 'companies', ticket: 'tickets' };

const id = z.union([z.number().int(), z.string().min(1)]).transform(String);
const change = z.object({
  eventId: z.union([z.number(), z.string()]).optional(),
  portalId: z.number().optional(),
  subscriptionType: z.string(),
  /** Milliseconds since 1970. */
  occurredAt: z.number().int(),
  objectId: id.optional(),
  objectTypeId: z.string().optional(),
  propertyName: z.string().optional(),
  propertyValue: z.unknown().optional(),
  // https://developers.hubspot.com/changelog/new-subscription-types-for-webhooks
  primaryObjectId: id.optional(),
  newObjectId: id.nullish(),
  mergedObjectIds: z.array(id).optional(),
  fromObjectId: id.optional(),
  toObjectId: id.optional(),
  fromObjectTypeId: z.string().optional(),
  toObjectTypeId: z.string().optional(),
  /** `TICKET_TO_COMPANY` */
  associationType: z.string().optional(),
  associationRemoved: z.boolean().optional(),
});
type Change = z.output<typeof change>;
/** Up to a hundred at a time; one that we do not understand takes nothing from the others. */
const delivery = z.array(z.unknown());

export function receiveChanges(secrets: WebhookSecrets): ReceiveWebhook {
  return (request) => {
    const keys = secrets();
    const doubt = doubtBefore(request, keys, ['application/json']);
    if (doubt) return doubt;
    const distrust = signatureProblem(request, keys);
    if (distrust !== null) return refused(401, distrust);
    const parsed = delivery.safeParse(parseJson(request.rawBody.toString('utf8')));
    if (!parsed.success) return refused(400, 'not a list of events');
    return { kind: 'accepted', events: parsed.data.flatMap((one) => toEvent(change.safeParse(one).data)) };
  };
}

/**
 * Signature v3: HMAC-SHA256 over method, address, raw body and time. Both directions of time are refused: a moment in the
 * future would let a captured delivery be replayed for as long.
 * https://developers.hubspot.com/docs/apps/developer-platform/build-apps/authentication/request-validation
 */
function signatureProblem(request: WebhookRequest, secrets: string[]): string | null {
  const { method, url, headers, rawBody, receivedAt } = request;
  const signature = headers['x-hubspot-signature-v3'];
  const timestamp = headers['x-hubspot-request-timestamp'];
  if (!signature || !timestamp) return 'the signature headers are missing';
  if (!/^\d{1,15}$/.test(timestamp)) return 'the timestamp is not a number of milliseconds';
  if (!isWithinWindow(Number(timestamp), receivedAt, TOLERANCE_MS)) return 'the timestamp is off by over 300 s';
  const signed = Buffer.concat([Buffer.from(`${method}${signedAddress(url)}`), rawBody, Buffer.from(timestamp)]);
  const expected = secrets.map((secret) => hmacSha256(secret, signed, 'base64'));
  return oneHolds([signature], expected) ? null : 'the signature does not match';
}

/** What HubSpot decodes in the query before it signs; all else stays as it was sent. */
const DECODED = /%(?:3A|2F|3F|40|21|24|27|28|29|2A|2C|3B)/gi;

function signedAddress(url: string): string {
  const [whole = ''] = url.split('#', 1);
  const query = whole.indexOf('?');
  if (query < 0) return whole;
  return whole.slice(0, query) + whole.slice(query).replace(DECODED, decodeURIComponent);
}

function toEvent(found: Change | undefined): InboundEvent[] {
  const record = found && recordOf(found);
  if (!found || !record) return [];
  const identity = identityOf(found);
  return [record, ...mergedAway(found, record)].map((one) => ({
    id: one === record ? identity : `${identity}/${one.id}`,
    type: 'crm.changed',
    object: `${one.type}/${one.id}`,
    occurredAt: new Date(found.occurredAt).toISOString(),
    body: { ...one },
  }));
}

/** Companies that a merge has ended: each is looked for, and found to be gone. */
function mergedAway({ primaryObjectId, mergedObjectIds = [] }: Change, { type, id: kept }: CrmRecord): CrmRecord[] {
  if (type !== 'companies' || mergedObjectIds.length === 0) return [];
  const ids = new Set([...(primaryObjectId === undefined ? [] : [primaryObjectId]), ...mergedObjectIds]);
  return [...ids].filter((one) => one !== kept).map((id) => ({ type, id }));
}

/** Whose picture has changed. */
function recordOf(one: Change): (CrmRecord & { type: ObjectType }) | null {
  const [subject = '', verb = ''] = one.subscriptionType.split('.');
  if (verb === 'associationChange') return associatedRecord(one);
  const type = TYPE_NAMES[subject] ?? TYPE_IDS[one.objectTypeId ?? ''];
  const objectId = verb === 'merge' ? (one.newObjectId ?? one.primaryObjectId ?? one.objectId) : one.objectId;
  return type === undefined || objectId === undefined || verb === 'privacyDeletion' ? null : { type, id: objectId };
}

/**
 * Of an association with a company: the other record, which leads to the company and whose creation is mostly told beside
 * it; once the association is gone, the company itself.
 */
function associatedRecord(one: Change): (CrmRecord & { type: ObjectType }) | null {
  const [from = '', to = ''] = (one.associationType ?? '').toLowerCase().split('_to_');
  const sides = [
    { type: TYPE_IDS[one.fromObjectTypeId ?? ''] ?? TYPE_NAMES[from], id: one.fromObjectId },
    { type: TYPE_IDS[one.toObjectTypeId ?? ''] ?? TYPE_NAMES[to], id: one.toObjectId },
  ];
  const company = sides.find(({ type }) => type === 'companies');
  const other = sides.find((side) => side !== company && side.type !== undefined);
  const { type, id } = (one.associationRemoved ? company : company && other) ?? company ?? {};
  return type === undefined || id === undefined ? null : { type, id };
}

/** `eventId` "is not guaranteed to be unique", and `attemptNumber` differs between attempts: the change itself is the key. */
function identityOf({ occurredAt, ...rest }: Change): string {
  const parts = [occurredAt, ...Object.entries(rest).sort(([a], [b]) => (a < b ? -1 : 1))];
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url');
}
