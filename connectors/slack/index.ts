import { defineConnector } from '../kit/connector.ts';
import { ownSettings } from '../kit/settings.ts';
import { webhookSecrets } from '../kit/webhook.ts';
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
    return {
      chat: {
        postAlert: postAlert(client, chosen),
        updateAlert: updateAlert(client, chosen),
        userEmail: userEmail(client),
      },
      receive: receiveSlack(webhookSecrets(deps), deps.clock),
      check: async (call) => {
        await client({ operation: 'check', method: 'auth.test', args: {}, reply: authReply, call });
      },
    };
  },
});
