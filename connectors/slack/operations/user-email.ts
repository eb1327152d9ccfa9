import type { Chat } from '../../kit/capabilities.ts';
import type { SlackClient } from '../client.ts';
import { slackCode } from '../errors.ts';
import { userReply } from '../schemas.ts';

/** Null for people who left, bots, and apps without users:read.email: nobody may act for them. */
export function userEmail(slack: SlackClient): Chat['userEmail'] {
  return async (userId, call) => {
    try {
      const { user } = await slack({
        operation: 'user_email',
        method: 'users.info',
        args: { user: userId },
        reply: userReply,
        call,
      });
      return user.deleted ? null : (user.profile.email ?? null);
    } catch (error) {
      if (slackCode(error) === 'user_not_found') return null;
      throw error;
    }
  };
}
