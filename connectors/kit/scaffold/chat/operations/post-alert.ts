import { z } from 'zod';
import type { Chat } from '../../../capabilities.ts';
import { notWritten } from '../../../not-written.ts';
import type { AcmeClient } from '../../common/client.ts';

const payload = z.object({ ref: z.string(), to: z.string(), text: z.string() });

/** A vendor that takes no key is asked before the next attempt: `find` must be strongly consistent. */
export function postAlert(_client: AcmeClient): Chat['postAlert'] {
  return {
    name: 'post_alert',
    idempotency: 'find',
    settleMs: 5_000,
    timeoutMs: 20_000,
    prepare: ({ to, title, marker }) => ({ ref: marker, to, text: title }),
    send: async (stored, _call) => {
      payload.parse(stored);
      return notWritten('connectors/acme/operations/post-alert.ts: `send` posts the alert with client.write(…)');
    },
    find: async (stored) => {
      payload.parse(stored);
      return notWritten('connectors/acme/operations/post-alert.ts: `find` looks for the marker (`ref`) at the vendor');
    },
  };
}
