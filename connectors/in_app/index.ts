import { defineConnector } from '../kit/connector.ts';
import { manifest } from './manifest.ts';
import { sendPrompt } from './send.ts';

export const inApp = defineConnector({
  manifest,
  connect: ({ prompts }) => ({ message: { send: sendPrompt(prompts) } }),
});
