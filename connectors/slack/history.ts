import type { Call } from '../kit/operation.ts';
import type { SlackClient } from './client.ts';
import { EVENT_TYPE } from './payload.ts';
import { historyReply } from './schemas.ts';

const PAGE = 100;
const MAX_PAGES = 5;

export interface HistoryRange {
  channel: string;
  /** Slack timestamps (wire seconds), both included. */
  oldest: string;
  latest?: string;
}

/** Our alerts in a stretch of a channel, newest first. `complete` false: there is more than we read. */
export async function alertsIn(slack: SlackClient, range: HistoryRange, call: Call) {
  const alerts: { ts: string; marker: string; version: number }[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < MAX_PAGES; page++) {
    const reply = await slack({
      operation: 'read_history',
      method: 'conversations.history',
      // Without include_all_metadata Slack leaves event_payload out.
      args: { ...range, inclusive: true, limit: PAGE, include_all_metadata: true, cursor },
      reply: historyReply,
      call,
    });
    for (const { ts, metadata } of reply.messages) {
      const { marker, version } = metadata?.event_payload ?? {};
      if (metadata?.event_type === EVENT_TYPE && typeof marker === 'string') {
        alerts.push({ ts, marker, version: typeof version === 'number' ? version : 0 });
      }
    }
    cursor = reply.response_metadata?.next_cursor || undefined;
    if (!reply.has_more || cursor === undefined) return { alerts, complete: true };
  }
  return { alerts, complete: false };
}
