/** How the conformance suite tries a mail relay. Its replies are no HTTP, so the twin itself plays the faults. */
import type { MessageInput } from '../kit/capabilities.ts';
import { defineConformance, doWrite, offered, type Scene } from '../kit/conformance.ts';

const NO_HTTP = 'SMTP has no 429 and no Retry-After: a relay that wants us later answers 4yz, which the 5xx cell plays';

const mail = (scene: Scene): MessageInput => ({
  effectKey: scene.id,
  account: scene.account,
  to: { email: scene.email, name: 'Zoë Álvarez', userId: scene.userId },
  from: 'Customer success <success@tidewater.example>',
  subject: `You have used 90 % of your seats (${scene.id})`,
  html: '<p>Hello</p>',
  text: 'Hello',
  link: null,
  unsubscribeUrl: null,
  category: 'service',
  expiresAt: null,
});

export const conformance = defineConformance({
  connection: {
    auth: { user: 'env:SMTP_USER', password: 'env:SMTP_PASSWORD' },
    host: 'smtp.sandbox.example',
    domain: 'tidewater.example',
  },
  writes: [
    {
      operation: 'message.send',
      twinFaults: {
        accept_then_reset: 'accept_then_reset',
        accept_then_timeout: 'accept_then_timeout',
        error_before: 'try_later_after_data',
        hang: 'hang',
        half_body: 'half_reply',
        wrong_shape: 'wrong_reply',
        auth_expired: 'refuse_login',
        commits_late: 'commit_late',
      },
      notApplicable: {
        rate_limited: NO_HTTP,
        rate_limited_unsaid: NO_HTTP,
        error_after: 'a 4yz or 5yz reply to DATA says that the relay has not taken the mail (RFC 5321 §4.2.1)',
      },
      input: async (scene) => mail(scene),
      isEffect: ({ kind, summary }, { subject }) => kind === 'mail' && summary === subject,
    },
  ],
  reads: [],
  webhook: {
    secret: 'SMTP_WEBHOOK_SECRET',
    provoke: async (scene, times) => {
      const { messageId } = await doWrite(offered(scene.capabilities.message).send, mail(scene), scene);
      for (let n = 0; n < times; n++) await scene.act('bounce', { messageId, bounce: 'soft' });
    },
  },
});
