import { createHash } from 'node:crypto';
import { z } from 'zod';
import { type BusinessClock, businessNow } from '../../domain/clock.ts';
import type { InboundEvent, IngestResult, ReceiveWebhook, WebhookRequest } from '../kit/capabilities.ts';
import { hmacSha256, isWithinWindow, oneHolds } from '../kit/signature.ts';
import { doubtBefore, parseJson, refused, type WebhookSecrets } from '../kit/webhook.ts';
import { type BlockActions, blockActions } from './schemas.ts';

const TOLERANCE_MS = 300_000;
const OUR_ACTIONS = new Set(['start_trial', 'on_it']);
/** Clicks come as a form, the check of a new address as JSON. */
const TYPES = ['application/x-www-form-urlencoded', 'application/json'];
const NOTHING: IngestResult = { kind: 'accepted', events: [] };

const challenge = z.object({ type: z.literal('url_verification'), challenge: z.string() });
const interaction = z.object({ type: z.string() });

/** Button clicks, and Slack's own checks of the address. */
export function receiveSlack(secrets: WebhookSecrets, clock: BusinessClock): ReceiveWebhook {
  return (request) => {
    const keys = secrets();
    const doubt = doubtBefore(request, keys, TYPES);
    if (doubt) return doubt;
    const text = request.rawBody.toString('utf8');
    const form = new URLSearchParams(text);
    // Slack's check of our certificate carries no signature and wants a 200; nothing is taken from it.
    if (form.get('ssl_check') === '1') return NOTHING;
    const distrust = signatureProblem(request, keys);
    if (distrust !== null) return refused(401, distrust);

    const payload = parseJson(form.get('payload') ?? text);
    const asked = challenge.safeParse(payload);
    if (asked.success) return { kind: 'challenge', contentType: 'text/plain', body: asked.data.challenge };
    const click = blockActions.safeParse(payload);
    if (click.success) return { kind: 'accepted', events: clickEvents(click.data, clock) };
    const known = interaction.safeParse(payload);
    if (known.success && known.data.type !== 'block_actions') return NOTHING;
    return refused(400, 'not an interaction payload of Slack');
  };
}

/**
 * Signature v0: HMAC-SHA256 over `v0:{timestamp}:{raw body}`. Timestamps from the future are refused like old ones.
 * https://docs.slack.dev/authentication/verifying-requests-from-slack
 */
function signatureProblem({ headers, rawBody, receivedAt }: WebhookRequest, secrets: string[]): string | null {
  const timestamp = headers['x-slack-request-timestamp'];
  const signature = headers['x-slack-signature'];
  if (timestamp === undefined || signature === undefined) return 'the signature headers are missing';
  if (!/^\d{1,12}$/.test(timestamp)) return 'the timestamp is not a number of seconds';
  if (!isWithinWindow(Number(timestamp) * 1000, receivedAt, TOLERANCE_MS)) return 'the timestamp is off by over 300 s';
  const base = Buffer.concat([Buffer.from(`v0:${timestamp}:`), rawBody]);
  const expected = secrets.map((secret) => `v0=${hmacSha256(secret, base, 'hex')}`);
  return oneHolds([signature], expected) ? null : 'the signature does not match';
}

/** Clicks outside a message (home, modal) and buttons that are not ours are left out. */
function clickEvents(click: BlockActions, clock: BusinessClock): InboundEvent[] {
  const ts = click.message?.ts ?? click.container?.message_ts;
  const channel = click.channel?.id ?? click.container?.channel_id;
  const teamId = click.team?.id ?? click.enterprise?.id;
  if (ts === undefined || channel === undefined || teamId === undefined) return [];
  return click.actions
    .filter(({ action_id }) => OUR_ACTIONS.has(action_id))
    .map(({ action_id, action_ts, value }) => ({
      id: createHash('sha256')
        .update(JSON.stringify([teamId, ts, action_id, click.user.id, action_ts]))
        .digest('base64url'),
      type: 'chat.action',
      object: ts,
      occurredAt: businessTime(action_ts, clock),
      body: {
        action: action_id,
        value: value ?? '',
        userId: click.user.id,
        userName: click.user.name ?? click.user.username ?? null,
        channel,
        ts,
        teamId,
        responseUrl: click.response_url ?? null,
      },
    }));
}

/** Slack's timestamps are wire time, `1548426417.840180` (seconds). */
function businessTime(slackSeconds: string, clock: BusinessClock): string | null {
  const seconds = Number(slackSeconds);
  return Number.isFinite(seconds) && seconds > 0 ? businessNow(clock, seconds * 1000) : null;
}
