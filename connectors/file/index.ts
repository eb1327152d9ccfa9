import { defineConnector } from '../kit/connector.ts';
import { ownSettings } from '../kit/settings.ts';
import { manifest, settingsSchema } from './manifest.ts';
import { readUsage } from './read-usage.ts';

export const file = defineConnector({
  manifest,
  connect: ({ name, connection }) => {
    const { path } = settingsSchema.parse(ownSettings(connection));
    return { usage: { readUsage: (request, call) => readUsage(path, name, request, call) } };
  },
});
