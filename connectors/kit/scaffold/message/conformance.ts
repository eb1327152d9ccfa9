/** How the conformance suite tries Acme. */
import { defineConformance } from '../../conformance.ts';

export const conformance = defineConformance({
  connection: { auth: { token: 'env:ACME_TOKEN' } },
  writes: [
    {
      operation: 'message.send',
      request: { method: 'POST', path: '^/v1/messages$' },
      input: async (scene) => ({
        effectKey: scene.id,
        account: scene.account,
        to: { email: scene.email, name: null, userId: scene.userId },
        from: 'success@tidewater.example',
        subject: 'You have used 90 % of your seats',
        html: '<p>Hello</p>',
        text: 'Hello',
        link: null,
        unsubscribeUrl: null,
        category: 'service',
        expiresAt: null,
      }),
      isEffect: ({ kind, key }, { effectKey }) => kind === 'mail' && key === effectKey,
    },
  ],
  reads: [],
});
