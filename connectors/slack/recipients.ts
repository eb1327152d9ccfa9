import type { Call } from '../kit/operation.ts';
import type { SlackClient } from './client.ts';
import { slackCode } from './errors.ts';
import { CHANNEL_ID } from './manifest.ts';
import { openReply, userReply } from './schemas.ts';

const USER_ID = /^[UW][A-Z0-9]{6,}$/;

/**
 * Where an alert goes, best first. A person's address becomes their user id (posting there is a direct message from
 * the app); the configured channel follows, for people whose CRM address is not their Slack address.
 */
export async function recipients(slack: SlackClient, to: string, fallback: string, call: Call): Promise<string[]> {
  const first = to.includes('@') ? await userByEmail(slack, to, call) : to;
  return [...new Set([...(first === null ? [] : [first]), fallback])];
}

async function userByEmail(slack: SlackClient, email: string, call: Call): Promise<string | null> {
  try {
    const { user } = await slack({
      operation: 'find_user',
      method: 'users.lookupByEmail',
      args: { email },
      reply: userReply,
      call,
    });
    return user.deleted ? null : user.id;
  } catch (error) {
    if (slackCode(error) === 'users_not_found') return null;
    throw error;
  }
}

/** The conversation id whose history can be read; null for a channel known by its name only. */
export async function conversationId(slack: SlackClient, recipient: string, call: Call): Promise<string | null> {
  if (CHANNEL_ID.test(recipient)) return recipient;
  if (!USER_ID.test(recipient)) return null;
  const opened = await slack({
    operation: 'open_conversation',
    method: 'conversations.open',
    args: { users: recipient },
    reply: openReply,
    call,
  });
  return opened.channel.id;
}
