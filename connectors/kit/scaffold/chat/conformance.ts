/** How the conformance suite tries Acme. */
import type { AlertInput } from '../../capabilities.ts';
import { defineConformance, doWrite, offered, type Scene } from '../../conformance.ts';

const alert = (scene: Scene): AlertInput => ({
  to: scene.managerEmail,
  title: `${scene.account} is close to its limit of seats`,
  meters: [{ name: 'Seats', used: 9, limit: 10, utilization: 0.9, unit: 'seats' }],
  forecast: null,
  facts: [],
  why: 'usage_80',
  recommendation: 'Call this week.',
  buttons: [],
  status: null,
  version: 1,
  marker: scene.id,
});

export const conformance = defineConformance({
  connection: { auth: { token: 'env:ACME_TOKEN' } },
  writes: [
    {
      operation: 'chat.postAlert',
      request: { method: 'POST', path: '^/v1/alerts$' },
      input: async (scene) => alert(scene),
      isEffect: ({ kind, key }, { marker }) => kind === 'chat_message' && key === marker,
    },
    {
      operation: 'chat.updateAlert',
      request: { method: 'PATCH', path: '^/v1/alerts/' },
      input: async (scene) => {
        const { channel, ts } = await doWrite(offered(scene.capabilities.chat).postAlert, alert(scene), scene);
        return { ...alert(scene), channel, ts, status: 'Trial started', version: 2 };
      },
      isEffect: ({ kind, key }, { marker }) => kind === 'chat_update' && key === marker,
    },
  ],
  reads: [],
});
