import { z } from 'zod';
import type { Manifest } from '../kit/connector.ts';

/** Types and behaviour of the `stripe` package belong to this version; a webhook endpoint should be made with it too. */
export const API_VERSION = '2026-10-28.endive';

/** Where a customer carries our account id, unless the connection names another field. */
export const ACCOUNT_KEY = 'metadata.account_id';

export const settings = z.strictObject({
  portal_configuration: z.string().startsWith('bpc_').optional().meta({
    description:
      "The billing portal configuration (bpc_…) that allows the configured prices; absent: the account's own",
  }),
});

export const manifest: Manifest = {
  name: 'stripe',
  title: 'Stripe',
  settings,
  auth: ['key'],
  hosts: () => ['api.stripe.com'],
  apiVersion: { name: API_VERSION, url: 'https://docs.stripe.com/changelog' },
  // https://docs.stripe.com/rate-limits; with a key of a sandbox set `limits: { account: 25 }`.
  limits: [
    { name: 'account', max: 100, per: '1s' },
    { name: 'endpoint', max: 25, per: '1s', of: 'endpoint', each: true },
  ],
  needsAccountKey: true,
  webhook: true,
  provides: ['billing'],
};
