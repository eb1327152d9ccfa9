import { createHash } from 'node:crypto';
import type { Json } from '../../../domain/model.ts';
import type { OutcomeEvent } from '../../kit/capabilities.ts';
import type { WriteOperation } from '../../kit/operation.ts';
import { chunk } from '../../kit/paginate.ts';
import type { MixpanelClient } from '../client.ts';
import { eventsPayload } from '../schemas.ts';

/** https://docs.mixpanel.com/reference/import-events */
const EVENTS_PER_REQUEST = 2_000;
const INSERT_ID_BYTES = 36;

/**
 * Our trigger events and outcomes as Mixpanel events of the account. Mixpanel keeps one of those that agree in (event,
 * time, distinct_id, $insert_id), and all four are fixed here (https://docs.mixpanel.com/reference/event-deduplication).
 */
export function writeBack(client: MixpanelClient): WriteOperation<OutcomeEvent[], Json, { imported: number }> {
  return {
    name: 'writeBack',
    idempotency: 'vendor_key',
    settleMs: 60_000,
    timeoutMs: 25_000,
    prepare: (events) =>
      events.map(({ name, account, at, properties }) => ({
        event: name,
        // No person did this: an empty distinct_id keeps it out of people's behaviour, the group key gives it its account.
        // `ip: 0` keeps our server's location from being put down as the customer's.
        properties: { ...properties, [client.accountKey]: account, time: Date.parse(at), distinct_id: '', ip: 0 },
      })),
    explain: (payload, key) => {
      const events = eventsPayload.parse(payload);
      const names = [...new Set(events.map(({ event }) => event))].join(', ');
      const where = 'Events in Mixpanel';
      return { to: `${events.length} accounts' events`, what: names, where, lookFor: `$insert_id ${insertId(key, 0)}` };
    },
    send: async (payload, call) => {
      const events = eventsPayload.parse(payload).map(({ event, properties }, index) => ({
        event,
        properties: { ...properties, $insert_id: insertId(call.idempotencyKey, index) },
      }));
      let imported = 0;
      for (const batch of chunk(events, EVENTS_PER_REQUEST))
        imported += (await client.importEvents(batch, call)).imported;
      return { imported };
    },
  };
}

/** Letters and digits only, and at most 36 bytes: the effect's key itself is too long and may hold a "_". */
function insertId(idempotencyKey: string, index: number): string {
  return createHash('sha256').update(`${idempotencyKey}:${index}`).digest('hex').slice(0, INSERT_ID_BYTES);
}
