import type { Json } from '../../../domain/model.ts';
import type { Chat } from '../../kit/capabilities.ts';
import type { Call, Found, WriteCall } from '../../kit/operation.ts';
import type { SlackClient } from '../client.ts';
import { slackCode } from '../errors.ts';
import { alertsIn } from '../history.ts';
import type { SlackSettings } from '../manifest.ts';
import { alertArguments, type PostPayload, readPostPayload } from '../payload.ts';
import { conversationId, recipients } from '../recipients.ts';
import { postReply } from '../schemas.ts';

type Posted = { channel: string; ts: string; to: string | null };

/** Slack's clock and ours may differ by this much. */
const CLOCK_SKEW_S = 120;

/** Where Slack surely posted nothing and the next recipient may be tried. */
const NEXT_RECIPIENT = new Set(['channel_not_found', 'is_archived', 'not_in_channel', 'user_disabled']);

/**
 * chat.postMessage has no idempotency key. What settles an unknown outcome is our marker in the message's metadata,
 * where the app may read history.
 */
export function postAlert(slack: SlackClient, settings: SlackSettings): Chat['postAlert'] {
  const idempotency = settings.may_read_history ? 'find' : 'none';

  async function send(stored: Json, call: WriteCall): Promise<Posted> {
    const payload = readPostPayload(stored);
    const targets = await recipients(slack, payload.to, settings.channel, call);
    for (const [index, channel] of targets.entries()) {
      const last = index === targets.length - 1;
      try {
        const args = { channel, ...payload.message };
        const reply = await slack({
          operation: 'post_alert',
          method: 'chat.postMessage',
          args,
          reply: postReply,
          call,
          write: idempotency,
        });
        // The last one is the configured channel, whoever was meant.
        return { channel: reply.channel, ts: reply.ts, to: last ? channel : payload.to };
      } catch (error) {
        if (last || !NEXT_RECIPIENT.has(slackCode(error) ?? '')) throw error;
      }
    }
    throw new Error('recipients() gives at least the configured channel');
  }

  async function find(stored: Json, call: Call): Promise<Found<Posted>> {
    const payload = readPostPayload(stored);
    let doubt: string | null = null;
    for (const recipient of await recipients(slack, payload.to, settings.channel, call)) {
      const channel = await conversationId(slack, recipient, call);
      if (channel === null) {
        doubt = `the history of ${recipient} cannot be read by name: configure the channel's id`;
        continue;
      }
      const found = await findIn(channel, payload, call);
      if (found.kind === 'found') return found;
      if (found.kind === 'unknown') doubt = found.reason;
    }
    return doubt === null ? { kind: 'absent' } : { kind: 'unknown', reason: doubt };
  }

  async function findIn(channel: string, payload: PostPayload, call: Call): Promise<Found<Posted>> {
    const oldest = (payload.preparedAt - CLOCK_SKEW_S).toFixed(6);
    const { alerts, complete } = await alertsIn(slack, { channel, oldest }, call);
    const { marker } = payload.message.metadata.event_payload;
    const match = alerts.find((alert) => alert.marker === marker);
    if (match) return { kind: 'found', result: { channel, ts: match.ts, to: null } };
    return complete ? { kind: 'absent' } : { kind: 'unknown', reason: `too many messages in ${channel} since then` };
  }

  return {
    name: 'post_alert',
    idempotency,
    settleMs: 5_000,
    timeoutMs: 20_000,
    prepare: (input) => ({ to: input.to, preparedAt: Math.floor(Date.now() / 1000), message: alertArguments(input) }),
    explain: (stored) => {
      const { to, message } = readPostPayload(stored);
      const { marker } = message.metadata.event_payload;
      const where = `the conversation with ${to} in Slack, or in ${settings.channel}`;
      return { to, what: message.text, where, lookFor: `this text (marker ${marker} in the message's metadata)` };
    },
    send,
    ...(settings.may_read_history ? { find } : {}),
  };
}
