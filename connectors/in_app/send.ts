import { z } from 'zod';
import type { MessageChannel } from '../kit/capabilities.ts';
import type { PromptBox } from '../kit/connector.ts';
import { InvalidInputError } from '../kit/errors.ts';

const prompt = z.object({
  key: z.string(),
  account: z.string(),
  user: z.string(),
  title: z.string(),
  body: z.string(),
  link: z.object({ label: z.string(), url: z.string() }).nullable(),
  expiresAt: z.string().nullable(),
});

const origin = { connector: 'in_app', operation: 'send' };

/** Puts the prompt where the product picks it up. Its key is the effect's: put twice, it is one prompt. */
export function sendPrompt(prompts: PromptBox): MessageChannel['send'] {
  return {
    name: 'send_in_app',
    idempotency: 'vendor_key',
    settleMs: 0,
    timeoutMs: 10_000,
    prepare: ({ effectKey, account, to, subject, text, link, expiresAt }) => {
      if (to.userId === null) throw new InvalidInputError('the person has no user id in the product', origin);
      return { key: effectKey, account, user: to.userId, title: subject, body: text, link, expiresAt };
    },
    explain: (stored) => {
      const { key, account, user, title } = prompt.parse(stored);
      const where = "the product's own list of the user's prompts (GET /api/v1/prompts)";
      return { to: `${user} of ${account}`, what: title, where, lookFor: `prompt ${key}` };
    },
    send: async (stored, call) => {
      const parsed = prompt.safeParse(stored);
      if (!parsed.success) throw new InvalidInputError('the stored payload is not a prompt', origin);
      await call.sending();
      await prompts.put(parsed.data);
      return { messageId: parsed.data.key };
    },
  };
}
