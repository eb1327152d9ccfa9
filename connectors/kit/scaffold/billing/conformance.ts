/** How the conformance suite tries Acme: the twin has one subscription for each company of the world. */
import type { Json } from '../../../../domain/model.ts';
import type { TrialInput } from '../../capabilities.ts';
import { allOf, defineConformance, doWrite, offered, type Scene } from '../../conformance.ts';

const TRIAL_S = 14 * 86_400;
const seconds = (iso: string) => Math.floor(Date.parse(iso) / 1_000);
const subscriptionOf = (scene: Scene) => `sub_${scene.account}`;
/** As it would be stored. */
const json = (value: unknown): Json => JSON.parse(JSON.stringify(value));

const trial = (scene: Scene): TrialInput => ({
  offerId: scene.id,
  account: scene.account,
  customerId: scene.account,
  originalSubscriptionId: subscriptionOf(scene),
  priceId: 'core_team_monthly',
  quantity: 25,
  product: 'core',
  plan: 'team',
  trialEnd: seconds(scene.now) + TRIAL_S,
  journeyId: null,
});

export const conformance = defineConformance({
  connection: { auth: { token: 'env:ACME_TOKEN' } },
  writes: [
    {
      operation: 'billing.startTrial',
      request: { method: 'POST', path: '^/v1/subscriptions$' },
      input: async (scene) => trial(scene),
      isEffect: ({ kind, key }, { offerId }) => kind === 'subscription_created' && key === offerId,
    },
    {
      operation: 'billing.endTrial',
      request: { method: 'DELETE', path: '^/v1/subscriptions/' },
      input: async (scene) => {
        const { startTrial } = offered(scene.capabilities.billing);
        const { subscriptionId } = await doWrite(startTrial, trial(scene), scene);
        return { subscriptionId };
      },
      isEffect: ({ kind, id }, { subscriptionId }) => kind === 'subscription_ended' && id === subscriptionId,
    },
    {
      operation: 'billing.changePlan',
      request: { method: 'PATCH', path: '^/v1/subscriptions/' },
      input: async (scene) => ({
        subscriptionId: subscriptionOf(scene),
        itemId: 'item',
        priceId: 'core_team_monthly',
        quantity: 25,
        prorationDate: seconds(scene.now),
      }),
      isEffect: ({ kind, id }, { subscriptionId }) => kind === 'subscription_changed' && id === subscriptionId,
    },
  ],
  reads: [
    {
      name: 'billing.readCustomers',
      request: { method: 'GET', path: '^/v1/accounts$' },
      pages: 120,
      needs: 'id',
      read: async (scene) => json(await allOf(offered(scene.capabilities.billing).readCustomers(scene.call()))),
    },
    {
      name: 'billing.readPrices',
      request: { method: 'GET', path: '^/v1/prices$' },
      needs: 'id',
      read: async (scene) => json(await offered(scene.capabilities.billing).readPrices(scene.call())),
      notApplicable: { empty: 'the price list is there without any customer' },
    },
  ],
});
