/** How the conformance suite tries Slack: alerts go to the account manager's direct messages. */
import type { AlertInput, Chat } from '../kit/capabilities.ts';
import { defineConformance, doWrite, offered, type Scene, type VisibleEntry } from '../kit/conformance.ts';

/** #expansion of the simulated workspace: by its id, since history cannot be read by name. */
const CHANNEL = 'C270NP1PIZA';
/** The account manager of the first account there. */
const MANAGER = 'U3E8QT5BFHA';
const POST = { method: 'POST', path: '/chat.postMessage$' };

function alert(scene: Scene): AlertInput {
  return {
    to: scene.managerEmail,
    title: `${scene.account} is close to its limit of seats`,
    meters: [{ name: 'Seats', used: 9, limit: 10, utilization: 0.9, unit: 'seats' }],
    forecast: null,
    facts: [{ label: 'Account', value: scene.account }],
    why: 'usage_80',
    recommendation: 'Call this week.',
    buttons: [{ action: 'on_it', label: "I'm on it", value: scene.id }],
    status: null,
    version: 1,
    marker: scene.id,
  };
}

async function posted(scene: Scene): Promise<Parameters<Chat['updateAlert']['prepare']>[0]> {
  const { channel, ts } = await doWrite(offered(scene.capabilities.chat).postAlert, alert(scene), scene);
  return { ...alert(scene), channel, ts, status: 'Trial started', version: 2, buttons: [] };
}

const isPosted = ({ kind, key }: VisibleEntry, { marker }: AlertInput) => kind === 'chat_message' && key === marker;

export const conformance = defineConformance({
  connection: {
    auth: { token: 'env:SLACK_BOT_TOKEN' },
    webhook_secret: 'file:webhook-secret',
    channel: CHANNEL,
    may_read_history: true,
  },
  writes: [
    { operation: 'chat.postAlert', request: POST, input: async (scene) => alert(scene), isEffect: isPosted },
    {
      operation: 'chat.postAlert',
      title: 'may not read history',
      settings: { may_read_history: false },
      request: POST,
      input: async (scene) => alert(scene),
      isEffect: isPosted,
    },
    {
      operation: 'chat.updateAlert',
      request: { method: 'POST', path: '/chat.update$' },
      input: posted,
      isEffect: ({ kind, key }, { marker }) => kind === 'chat_update' && key === marker,
    },
  ],
  reads: [
    {
      name: 'chat.userEmail',
      request: { method: 'POST', path: '/users.info$' },
      needs: 'user',
      read: (scene) => offered(scene.capabilities.chat).userEmail(MANAGER, scene.call()),
      // A workspace without our people knows nobody by that id.
      empty: null,
    },
  ],
  webhook: {
    secret: 'SLACK_SIGNING_SECRET',
    provoke: async (scene, times) => {
      const { channel, ts } = await doWrite(offered(scene.capabilities.chat).postAlert, alert(scene), scene);
      const click = { channel, ts, actionId: 'on_it', value: scene.id, email: scene.managerEmail };
      for (let n = 0; n < times; n++) await scene.act('click', click);
    },
  },
});
