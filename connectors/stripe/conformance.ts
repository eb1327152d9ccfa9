/** How the conformance suite tries Stripe: the twin's customers are the world's companies, on plan starter of core. */
import { z } from 'zod';
import type { Json } from '../../domain/model.ts';
import type { TrialInput } from '../kit/capabilities.ts';
import { allOf, defineConformance, doWrite, offered, type Scene } from '../kit/conformance.ts';

const TRIAL_DAYS = 14;
const ONE_CUSTOMER = 'it asks about one customer, who is there';
/** As it would be stored. */
const json = (value: unknown): Json => JSON.parse(JSON.stringify(value));
const invoiceId = z.object({ invoiceId: z.string() });
const seconds = (iso: string) => Math.floor(Date.parse(iso) / 1_000);

/** The customer's paid subscription, and the price of the next plan. */
async function customerOf(scene: Scene) {
  const billing = offered(scene.capabilities.billing);
  const customers = await allOf(billing.readCustomers(scene.call()));
  const customer = customers.find(({ account }) => account === scene.account);
  const [subscription] = customer?.subscriptions ?? [];
  const prices = await billing.readPrices(scene.call());
  const team = prices.find(({ product, plan }) => product === 'core' && plan === 'team');
  if (!customer || !subscription || !team) throw new Error('Stripe shows no customer with a plan and a next one');
  return { billing, customer, customerId: customer.customerId, subscription, priceId: team.priceId };
}

async function changeOf(scene: Scene) {
  const { billing, customerId, subscription, priceId } = await customerOf(scene);
  const { id: subscriptionId, itemId } = subscription;
  return { billing, input: { customerId, subscriptionId, itemId, priceId, quantity: 25 } };
}

async function trial(scene: Scene): Promise<TrialInput> {
  const { customerId, subscription, priceId } = await customerOf(scene);
  return {
    offerId: scene.id,
    account: scene.account,
    customerId,
    originalSubscriptionId: subscription.id,
    priceId,
    quantity: 25,
    product: 'core',
    plan: 'team',
    trialEnd: seconds(scene.now) + TRIAL_DAYS * 86_400,
    journeyId: null,
  };
}

export const conformance = defineConformance({
  connection: {
    account_key: 'metadata.account_id',
    auth: { key: 'env:STRIPE_KEY' },
    webhook_secret: 'file:webhook-secret',
  },
  writes: [
    {
      operation: 'billing.startTrial',
      request: { method: 'POST', path: '^/v1/subscriptions$' },
      input: trial,
      isEffect: ({ kind, account }, input) => kind === 'subscription_created' && account === input.account,
    },
    {
      operation: 'billing.endTrial',
      request: { method: 'DELETE', path: '^/v1/subscriptions/' },
      input: async (scene) => {
        const { startTrial } = offered(scene.capabilities.billing);
        const { subscriptionId } = await doWrite(startTrial, await trial(scene), scene);
        return { subscriptionId };
      },
      isEffect: ({ kind, id }, { subscriptionId }) => kind === 'subscription_ended' && id === subscriptionId,
    },
    {
      operation: 'billing.changePlan',
      request: { method: 'POST', path: '^/v1/subscriptions/' },
      input: async (scene) => {
        const { subscription, priceId } = await customerOf(scene);
        const { id, itemId } = subscription;
        return { subscriptionId: id, itemId, priceId, quantity: 25, prorationDate: seconds(scene.now) };
      },
      isEffect: ({ kind, account }, _, scene) => kind === 'subscription_changed' && account === scene.account,
    },
  ],
  reads: [
    {
      name: 'billing.readCustomers',
      request: { method: 'GET', path: '^/v1/customers$' },
      pages: 120,
      needs: 'id',
      read: async (scene) => json(await allOf(offered(scene.capabilities.billing).readCustomers(scene.call()))),
    },
    {
      name: 'billing.readCustomer',
      request: { method: 'GET', path: '^/v1/customers/' },
      needs: 'id',
      read: async (scene) => {
        const billing = offered(scene.capabilities.billing);
        const [first] = await allOf(billing.readCustomers(scene.call()));
        return json(await billing.readCustomer(first?.customerId ?? 'cus_nobody', scene.call()));
      },
      empty: null,
    },
    {
      name: 'billing.readInvoice',
      request: { method: 'GET', path: '^/v1/invoices/' },
      needs: 'status',
      read: async (scene) => {
        const { billing, customer } = await customerOf(scene);
        // Each read is of the same one.
        const [owed] = customer.overdueInvoices;
        const id = owed?.id ?? invoiceId.parse(await scene.act('mark_overdue', { account: scene.account })).invoiceId;
        return json(await billing.readInvoice(id, scene.call()));
      },
      notApplicable: { empty: 'it asks about one invoice, which is there' },
    },
    {
      name: 'billing.readPrices',
      request: { method: 'GET', path: '^/v1/prices$' },
      needs: 'id',
      read: async (scene) => json(await offered(scene.capabilities.billing).readPrices(scene.call())),
      notApplicable: { empty: 'prices are those that config names, and the sandbox has them without any customer' },
    },
    {
      name: 'billing.previewChange',
      request: { method: 'POST', path: '^/v1/invoices/create_preview$' },
      needs: 'amount_due',
      read: async (scene) => {
        const { billing, input } = await changeOf(scene);
        return json(await billing.previewChange({ ...input, prorationDate: seconds(scene.now) }, scene.call()));
      },
      notApplicable: { empty: ONE_CUSTOMER },
    },
    {
      name: 'billing.upgradeLink',
      request: { method: 'POST', path: '^/v1/billing_portal/sessions$' },
      needs: 'url',
      read: async (scene) => {
        const { billing, input } = await changeOf(scene);
        const link = await billing.upgradeLink({ ...input, returnUrl: 'https://hub.example/' }, scene.call());
        // Each one is another page of the same portal.
        return new URL(link).origin;
      },
      notApplicable: { empty: ONE_CUSTOMER },
    },
    {
      name: 'billing.entitlements',
      request: { method: 'GET', path: '^/v1/entitlements/active_entitlements$' },
      needs: 'lookup_key',
      read: async (scene) => {
        const { billing, customerId } = await customerOf(scene);
        return billing.entitlements(customerId, scene.call());
      },
      notApplicable: { empty: ONE_CUSTOMER },
    },
  ],
  webhook: {
    secret: 'STRIPE_WEBHOOK_SECRET',
    provoke: async (scene, times) => {
      for (let n = 1; n <= times; n++)
        await scene.act('give_discount', { account: scene.account, product: 'core', percent: 10 * n });
    },
  },
});
