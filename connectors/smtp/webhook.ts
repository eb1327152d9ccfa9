/**
 * What becomes of a mail after the relay took it: bounces, complaints and answers, signed as Standard Webhooks. The body
 * is either JSON, which a few lines at any provider can make, or the mail in which the report came. docs/operating.md
 * says both.
 */
import { z } from 'zod';
import { type BusinessClock, businessNow } from '../../domain/clock.ts';
import type { InboundEvent, IngestResult, MailReport, WebhookRequest } from '../kit/capabilities.ts';
import { signingKey, verifyStandard } from '../kit/standard-webhooks.ts';
import { doubtBefore, mediaType, parseJson, refused, type WebhookSecrets } from '../kit/webhook.ts';
import { normaliseMessageId, reportsInMail } from './report-mail.ts';

const JSON_TYPE = 'application/json';
const MAIL_TYPE = 'message/rfc822';

const about = { message_id: z.string().min(3).optional(), recipient: z.string().min(3).optional() };
const named = <T extends z.ZodType<{ message_id?: string | undefined; recipient?: string | undefined }>>(data: T) =>
  data.refine((one) => one.message_id ?? one.recipient, 'message_id or recipient is needed');
const timestamp = z.iso.datetime({ offset: true }).optional();
const event = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('mail.bounced'),
    timestamp,
    data: named(z.object({ ...about, bounce: z.enum(['hard', 'soft']), reason: z.string().optional() })),
  }),
  z.object({
    type: z.literal('mail.complained'),
    timestamp,
    data: named(z.object({ ...about, reason: z.string().optional() })),
  }),
  z.object({
    type: z.literal('mail.replied'),
    timestamp,
    data: named(z.object({ ...about, automatic: z.boolean().default(false) })),
  }),
]);
type MailEvent = z.output<typeof event>;
const delivery = z.union([event.transform((one) => [one]), z.array(event).min(1)]);

export function receiveMailReports(secrets: WebhookSecrets, clock: BusinessClock) {
  return async (request: WebhookRequest): Promise<IngestResult> => {
    const given = secrets();
    const doubt = doubtBefore(request, given, [JSON_TYPE, MAIL_TYPE]);
    if (doubt) return doubt;
    const keys = given.flatMap((secret) => signingKey(secret) ?? []);
    if (keys.length === 0) return refused(503, 'the webhook secret is not whsec_ and 24 to 64 bytes in base64');
    const verified = verifyStandard(request, keys);
    if ('distrust' in verified) return refused(401, verified.distrust);

    if (mediaType(request.headers) === MAIL_TYPE) {
      const reports = await reportsInMail(request.rawBody);
      return {
        kind: 'accepted',
        events: toEvents(
          verified.id,
          reports.map((report) => ({ report, at: null })),
        ),
      };
    }
    const parsed = delivery.safeParse(parseJson(request.rawBody.toString('utf8')));
    if (!parsed.success) return refused(400, `not a mail event: ${parsed.error.issues[0]?.message}`);
    const reports = parsed.data.map((one) => ({
      report: toReport(one),
      at: one.timestamp === undefined ? null : businessNow(clock, Date.parse(one.timestamp)),
    }));
    return { kind: 'accepted', events: toEvents(verified.id, reports) };
  };
}

/** Reports on one mail are handled one after another, and so are those that name only an address. */
function toEvents(id: string, reports: { report: MailReport; at: string | null }[]): InboundEvent[] {
  return reports.map(({ report, at }, index) => ({
    id: reports.length === 1 ? id : `${id}/${index}`,
    type: 'mail.reported',
    object: report.messageIds[0] ?? report.address ?? '',
    occurredAt: at,
    body: { ...report },
  }));
}

function toReport({ type, data }: MailEvent): MailReport {
  const messageIds = data.message_id === undefined ? [] : [normaliseMessageId(data.message_id)];
  const common = { messageIds, address: data.recipient ?? null };
  switch (type) {
    case 'mail.bounced':
      return { kind: 'bounced', counts: data.bounce === 'hard', reason: data.reason ?? null, ...common };
    case 'mail.complained':
      return { kind: 'complained', counts: true, reason: data.reason ?? null, ...common };
    case 'mail.replied':
      return { kind: 'replied', counts: !data.automatic, reason: null, ...common };
    default:
      throw new Error(`unknown event ${type satisfies never}`);
  }
}
