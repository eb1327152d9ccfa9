import { createHash } from 'node:crypto';
import type { TriggerEvent } from '../../domain/model.ts';
import type { Trip } from '../../domain/usage/types.ts';

/** The same trip always has the same id, so a page that is read again adds nothing. */
export function triggerEventId(key: string): string {
  return `te_${createHash('sha256').update(key).digest('base64url').slice(0, 22)}`;
}

const STATUS = { fire: 'open', at_start: 'at_start', expired: 'expired' } as const;
const REASON = {
  fire: null,
  at_start: 'already so when we first looked',
  expired: 'older than max_age when it was learned',
} as const;

export function toTriggerEvent(trip: Trip): TriggerEvent {
  return {
    id: triggerEventId(trip.key),
    account: trip.account,
    product: trip.product,
    metric: trip.metric,
    trigger: trip.trigger,
    kind: trip.kind,
    play: trip.play,
    label: trip.label,
    occurredAt: trip.occurredAt,
    receivedAt: trip.receivedAt,
    used: trip.used,
    limit: trip.limit,
    utilization: trip.utilization,
    forecast: trip.forecast,
    evidence: trip.evidence,
    mode: trip.mode,
    status: STATUS[trip.disposition],
    reason: REASON[trip.disposition],
  };
}
