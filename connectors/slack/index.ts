import { defineConnector } from '../kit/connector.ts';
import { ownSettings } from '../kit/settings.ts';
import { slackClient } from './client.ts';
import { manifest, settings } from './manifest.ts';
import { postAlert } from './operations/post-alert.ts';
import { updateAlert } from './operations/update-alert.ts';
import { userEmail } from './operations/user-email.ts';
import { authReply } from './schemas.ts';
import { receiveSlack } from './webhook.ts';

export const slack = defineConnector({
  manifest,
  connect: (deps) => {
    const client = slackClient(deps);
    const chosen = settings.parse(ownSettings(deps.connection));
    const signingSecret = () => {
      const reference = deps.connection.webhook_secret;
      try {
        return reference === undefined ? null : deps.secret(reference);
      } catch {
        // A reference to nothing is as good as none: the route answers 503 and says so.
        return null;
      }
    };
    return {
      chat: {
        postAlert: postAlert(client, chosen),
        updateAlert: updateAlert(client, chosen),
        userEmail: userEmail(client),
      },
      receive: receiveSlack(signingSecret, deps.clock),
      check: async (call) => {
        await client({ operation: 'check', method: 'auth.test', args: {}, reply: authReply, call });
      },
    };
  },
});
