import type { TwinContext } from '../../../sandbox/frame/types.ts';
import { accountOf } from './account-of.ts';
import { readableText } from './block-text.ts';
import type { Message, Workspace } from './workspace.ts';

export type Posted = 'posted' | 'updated';

/** A message became visible: into the ledger, and to the people who read the channel. */
export function publish(workspace: Workspace, message: Message, posted: Posted, context: TwinContext): void {
  const channel = workspace.channel(message.channel, false);
  const text = readableText(message.blocks);
  const marker = message.metadata?.event_payload.marker;
  context.record({
    kind: posted === 'posted' ? 'chat_message' : 'chat_update',
    account: accountOf(context.directory, `${message.text}\n${text}`, channel?.email ?? null),
    to: channel?.label ?? message.channel,
    id: `${message.channel}/${message.ts}`,
    key: typeof marker === 'string' ? marker : null,
    summary: message.text,
    data: { channel: message.channel, ts: message.ts, text, metadata: message.metadata },
  });
  const { channel: id, ts, blocks } = message;
  context.emit('chat.message', {
    channel: id,
    ts,
    text: message.text,
    blocks,
    updated: posted === 'updated',
    at: context.now(),
  });
}
