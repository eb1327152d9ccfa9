import type { Json } from '../../../domain/model.ts';
import type { Chat } from '../../kit/capabilities.ts';
import type { WriteCall } from '../../kit/operation.ts';
import type { SlackClient } from '../client.ts';
import { alertsIn } from '../history.ts';
import type { SlackSettings } from '../manifest.ts';
import { alertArguments, readUpdatePayload, type UpdatePayload } from '../payload.ts';
import { postReply } from '../schemas.ts';

/**
 * chat.update replaces every block, so writing the same alert twice is writing it once. A late update does not
 * overwrite a newer one where the app may read the message; elsewhere the order of sending decides.
 */
export function updateAlert(slack: SlackClient, settings: SlackSettings): Chat['updateAlert'] {
  async function isOutdated({ channel, ts, message }: UpdatePayload, call: WriteCall): Promise<boolean> {
    if (!settings.may_read_history) return false;
    const { alerts } = await alertsIn(slack, { channel, oldest: ts, latest: ts }, call);
    return alerts.some((alert) => alert.version > message.metadata.event_payload.version);
  }

  async function send(stored: Json, call: WriteCall) {
    const payload = readUpdatePayload(stored);
    const { channel, ts } = payload;
    if (await isOutdated(payload, call)) return { channel, ts };
    const { text, blocks, metadata } = payload.message;
    const reply = await slack({
      operation: 'update_alert',
      method: 'chat.update',
      args: { channel, ts, text, blocks, metadata },
      reply: postReply,
      call,
      write: 'natural',
    });
    return { channel: reply.channel, ts: reply.ts };
  }

  return {
    name: 'update_alert',
    idempotency: 'natural',
    settleMs: 5_000,
    timeoutMs: 15_000,
    prepare: (input) => ({ channel: input.channel, ts: input.ts, message: alertArguments(input) }),
    explain: (stored) => {
      const { channel, ts, message } = readUpdatePayload(stored);
      return { to: channel, what: message.text, where: `channel ${channel} in Slack`, lookFor: `the message of ${ts}` };
    },
    send,
  };
}
