/** How the conformance suite tries in-app prompts: the product asks the hub for them and shows each once. */
import { defineConformance, type NotApplicable, type WriteFault } from '../kit/conformance.ts';

const OURS = 'the prompt is put into our own database: no vendor is called, so nothing between us can fail';

const NO_VENDOR: NotApplicable<WriteFault> = {
  before_send: OURS,
  accept_then_reset: OURS,
  accept_then_timeout: OURS,
  rate_limited: OURS,
  rate_limited_unsaid: OURS,
  error_before: OURS,
  error_after: OURS,
  hang: OURS,
  half_body: OURS,
  wrong_shape: OURS,
  auth_expired: OURS,
  restarted: OURS,
  commits_late: OURS,
};

export const conformance = defineConformance({
  connection: {},
  writes: [
    {
      operation: 'message.send',
      notApplicable: NO_VENDOR,
      input: async (scene) => ({
        effectKey: scene.id,
        account: scene.account,
        to: { email: scene.email, name: null, userId: scene.userId },
        from: 'success@tidewater.example',
        subject: 'You are at 90 % of your seats',
        html: '',
        text: 'Team has room for you.',
        link: null,
        unsubscribeUrl: null,
        category: 'service',
        expiresAt: new Date(Date.parse(scene.now) + 86_400_000).toISOString(),
      }),
      look: async (scene) => {
        await scene.act('poll', { account: scene.account, user: scene.userId });
      },
      isEffect: ({ kind, key }, { effectKey }) => kind === 'prompt_shown' && key === effectKey,
    },
  ],
  reads: [],
});
