import { z } from 'zod';
import type { Manifest } from '../kit/connector.ts';

/** Slack's ids of conversations: channel, private channel, direct message. */
export const CHANNEL_ID = /^[CGD][A-Z0-9]{6,}$/;

/**
 * A message may be posted to a channel's name; its history is read by id only. Names could be looked up with one more
 * scope, but a channel that is renamed would be lost then, in the middle of a doubt.
 */
const BY_NAME =
  'with may_read_history: true a channel is named by its id, since Slack reads no history by name. Copy it from Slack: the channel’s name > About, at the bottom; such as C0123456789';

export const settings = z
  .strictObject({
    channel: z
      .string()
      .min(1)
      .meta({
        description:
          'Where alerts go when a person is not found in the workspace: its id, or its name where `may_read_history` is off',
        examples: ['C0123456789', '#expansion'],
      }),
    may_read_history: z.boolean().default(false).meta({
      description:
        'The app has channels:history, groups:history and im:history: an alert with an unknown outcome can be looked up. Needs the ids of channels, not their names',
    }),
  })
  .refine(({ channel, may_read_history }) => !may_read_history || CHANNEL_ID.test(channel), {
    path: ['channel'],
    error: BY_NAME,
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
  refuseAddress: (address, { may_read_history }) =>
    may_read_history === true && address.startsWith('#') ? BY_NAME : null,
};
