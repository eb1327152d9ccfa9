/** HubSpot's property values are text; these say what they mean, or null where they mean nothing. */
import type { Cents, Iso } from '../../../domain/model.ts';
import { toZone as zoneNamed } from '../../kit/account-values.ts';

type Text = string | null | undefined;

/** Date-times come as ISO text, from some endpoints as milliseconds since 1970. */
export function toIso(value: Text): Iso | null {
  if (!value) return null;
  const ms = /^-?\d+$/.test(value) ? Number(value) : Date.parse(value);
  return Number.isFinite(ms) ? new Date(ms).toISOString() : null;
}

/** A date property is a day without a zone: midnight UTC, whichever way it is written. */
export function toDay(value: Text): string | null {
  return toIso(value)?.slice(0, 10) ?? null;
}

/** From whole currency units. */
export function toCents(value: Text): Cents | null {
  const amount = value ? Number(value) : Number.NaN;
  return Number.isFinite(amount) ? Math.round(amount * 100) : null;
}

/** HubSpot's own lists of zones write a slash as `_slash_` and all in lower case; a text property holds the name as it is. */
export const toZone = (value: Text): string | null => zoneNamed(value?.replaceAll('_slash_', '/'));
