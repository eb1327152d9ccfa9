import { z } from 'zod';
import type { MessageChannel } from '../../../capabilities.ts';
import { notWritten } from '../../../not-written.ts';
import type { AcmeClient } from '../../common/client.ts';

const payload = z.object({ ref: z.string(), account: z.string(), to: z.string(), text: z.string(), html: z.string() });

/** Say here, with a link, why doing it again is harmless, or that nothing makes it so (`find`, `none`). */
export function sendMessage(_client: AcmeClient): MessageChannel['send'] {
  return {
    name: 'send',
    idempotency: 'vendor_key',
    settleMs: 10_000,
    timeoutMs: 20_000,
    // The vendor's request, made once: these bytes are stored, and every attempt sends them unchanged.
    prepare: ({ effectKey, account, to, subject, html }) => ({
      ref: effectKey,
      account,
      to: to.email,
      text: subject,
      html,
    }),
    send: async (stored, _call) => {
      payload.parse(stored);
      return notWritten('connectors/acme/operations/send.ts: `send` posts the payload with client.write(…)');
    },
  };
}
