import { z } from 'zod';
import type { Chat } from '../../../capabilities.ts';
import { notWritten } from '../../../not-written.ts';
import type { AcmeClient } from '../../common/client.ts';

const payload = z.object({ channel: z.string(), ts: z.string(), text: z.string(), status: z.string().nullable() });

/** Replaces the whole alert: written twice is written once. */
export function updateAlert(_client: AcmeClient): Chat['updateAlert'] {
  return {
    name: 'update_alert',
    idempotency: 'natural',
    settleMs: 5_000,
    timeoutMs: 15_000,
    prepare: ({ channel, ts, title, status }) => ({ channel, ts, text: title, status }),
    send: async (stored, _call) => {
      payload.parse(stored);
      return notWritten('connectors/acme/operations/update-alert.ts: `send` replaces the alert with client.write(…)');
    },
  };
}
