import { createHash } from 'node:crypto';

/** Domain of the company that runs the hub: its own people have their addresses there (as in the world files). */
export const VENDOR_DOMAIN = 'vendor.example';

/** Whose secrets stand below by name; any other vendor has one, NAME_TOKEN. */
const WELL_KNOWN = new Set(['mixpanel', 'stripe', 'hubspot', 'slack', 'smtp', 'in_app']);

/**
 * The secrets that the twins accept and sign with, by environment variable. They look like the vendors' test keys,
 * are worth nothing outside a sandbox, and are the same for the same seed.
 */
export function makeSecrets(seed: string, vendors: string[] = []): Record<string, string> {
  const hex = (name: string, length: number) =>
    createHash('sha256').update(`${seed}/${name}`).digest('hex').slice(0, length);
  const known: Record<string, string> = {
    MIXPANEL_USER: `sandbox.${hex('mixpanel-user', 6)}.mp-service-account`,
    MIXPANEL_SECRET: hex('mixpanel-secret', 32),
    MIXPANEL_WEBHOOK_LOGIN: `mixpanel:${hex('mixpanel-webhook', 32)}`,
    STRIPE_KEY: `sk_test_${hex('stripe-key', 40)}`,
    STRIPE_WEBHOOK_SECRET: `whsec_${hex('stripe-webhook', 40)}`,
    HUBSPOT_TOKEN: `pat-na1-${hex('hubspot', 32)}`,
    SALESFORCE_CLIENT_ID: `3MVG9${hex('salesforce-client-id', 60)}`,
    SALESFORCE_CLIENT_SECRET: hex('salesforce-client-secret', 64),
    HUBSPOT_CLIENT_SECRET: hex('hubspot-client', 36),
    SLACK_BOT_TOKEN: `xoxb-${hex('slack-bot', 36)}`,
    SLACK_SIGNING_SECRET: hex('slack-signing', 32),
    SMTP_USER: `sandbox-${hex('smtp-user', 6)}`,
    // Standard Webhooks: 32 bytes in base64.
    SMTP_WEBHOOK_SECRET: `whsec_${Buffer.from(hex('smtp-webhook', 64), 'hex').toString('base64')}`,
    SMTP_PASSWORD: hex('smtp-password', 24),
    HEADROOM_PRODUCT_TOKEN: `hr_product_${hex('product-token', 40)}`,
    REVOPS_EMAIL: `revops@${VENDOR_DOMAIN}`,
  };
  for (const vendor of vendors.filter((one) => !WELL_KNOWN.has(one)))
    known[`${vendor.toUpperCase()}_TOKEN`] = `${vendor}_${hex(vendor, 32)}`;
  return known;
}
