/** HubSpot's property values are text; these say what they mean, or null where they mean nothing. */
import { IANAZone } from 'luxon';
import type { Cents, Iso, Segment } from '../../../domain/model.ts';

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
export function toZone(value: Text): string | null {
  const text = value?.trim() ?? '';
  const known = zones.get(text);
  if (known !== undefined) return known;
  const zone = zoneOf(text);
  // Bounded, though the text comes from people: there are fewer than 600 zones.
  if (zones.size < 1_000) zones.set(text, zone);
  return zone;
}

function zoneOf(text: string): string | null {
  const name = text.replaceAll('_slash_', '/');
  if (!IANAZone.isValidZone(name)) return null;
  return name === text ? name : new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone;
}

/** Asking the system for a zone costs as much as reading a whole company: each name is asked once. */
const zones = new Map<string, string | null>();

export function toSegment(value: Text): Segment | null {
  const name = value?.trim().toLowerCase().replace(/[ -]+/g, '_');
  return name === 'smb' || name === 'mid_market' || name === 'enterprise' ? name : null;
}
