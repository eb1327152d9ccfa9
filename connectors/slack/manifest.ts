import { z } from 'zod';
import type { Manifest } from '../kit/connector.ts';

export const settings = z.strictObject({
  channel: z
    .string()
    .min(1)
    .meta({ description: 'Where alerts go when a person is not found in the workspace', examples: ['#expansion'] }),
  may_read_history: z.boolean().default(false).meta({
    description:
      'The app has channels:history, groups:history and im:history: an alert with an unknown outcome can be looked up',
  }),
});
export type SlackSettings = z.output<typeof settings>;

/** Scopes: chat:write, chat:write.public, im:write, users:read, users:read.email; *:history with may_read_history. */
export const manifest: Manifest = {
  name: 'slack',
  title: 'Slack',
  settings,
  auth: ['token'],
  hosts: () => ['slack.com'],
  apiVersion: { name: 'Web API', url: 'https://docs.slack.dev/apis/web-api' },
  // https://docs.slack.dev/apis/web-api/rate-limits: about one message a second in a channel; else by method and tier.
  limits: [
    { name: 'channel', max: 1, per: '1s', of: 'channel', each: true },
    { name: 'tier_3', max: 50, per: '1m', of: 'tier_3', each: true },
    { name: 'tier_4', max: 100, per: '1m', of: 'tier_4', each: true },
  ],
  needsAccountKey: false,
  webhook: true,
  provides: ['chat'],
};
