import { z } from 'zod';
import type { Manifest } from '../../connectors/kit/connector.ts';
import type { Registry } from '../load.ts';

type Own = Pick<Manifest, 'settings' | 'auth' | 'provides'> & Partial<Manifest>;

function manifest(name: string, title: string, own: Own): Manifest {
  return {
    name,
    title,
    hosts: () => [],
    apiVersion: { name: 'test', url: 'https://example.com' },
    limits: [],
    needsAccountKey: false,
    webhook: false,
    ...own,
  };
}

const none = z.strictObject({});

/** Manifests with the shapes that the real ones have, so that tests of config need no vendor's code. */
export const registry = {
  mixpanel: manifest('mixpanel', 'Mixpanel', {
    settings: z.strictObject({
      region: z.enum(['us', 'eu', 'in']),
      project_id: z.string().regex(/^\d+$/, 'expected digits'),
      timezone: z.string(),
      data_group_id: z.string().optional(),
    }),
    auth: ['username', 'secret'],
    readSchema: z.union([
      z.strictObject({ segmentation: z.strictObject({ event: z.string().min(1) }) }),
      z.strictObject({ engage: z.strictObject({ property: z.string().min(1) }) }),
    ]),
    limits: [{ name: 'queries', max: 40, per: '1h', of: 'query' }],
    needsAccountKey: true,
    provides: ['usage'],
  }),
  stripe: manifest('stripe', 'Stripe', {
    // Lenient and with a default account key, as a connector's schema may be.
    settings: z.object({ account_key: z.string().default('metadata.account_id') }),
    auth: ['key'],
    needsAccountKey: true,
    webhook: true,
    provides: ['billing'],
  }),
  hubspot: manifest('hubspot', 'HubSpot', {
    settings: none,
    auth: ['token'],
    needsAccountKey: true,
    provides: ['crm'],
  }),
  slack: manifest('slack', 'Slack', {
    settings: z.strictObject({ channel: z.string() }),
    auth: ['token'],
    webhook: true,
    provides: ['chat'],
  }),
  smtp: manifest('smtp', 'E-mail (SMTP)', {
    settings: z.object({ host: z.string(), port: z.number().default(587), domain: z.string() }),
    auth: ['user?', 'password?'],
    provides: ['email'],
  }),
  in_app: manifest('in_app', 'In-app prompts', { settings: none, auth: [], provides: ['in_app'] }),
} satisfies Registry;
