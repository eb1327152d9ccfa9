/** What CRMs keep as text about an account, whichever CRM it is; null where it means nothing. */
import { IANAZone } from 'luxon';
import type { Segment } from '../../domain/model.ts';

type Text = string | null | undefined;

export function toSegment(value: Text): Segment | null {
  const name = value?.trim().toLowerCase().replace(/[ -]+/g, '_');
  return name === 'smb' || name === 'mid_market' || name === 'enterprise' ? name : null;
}

/** An IANA zone, in its own spelling where the text is all in lower case. */
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
  if (!IANAZone.isValidZone(text)) return null;
  return /[A-Z]/.test(text) ? text : new Intl.DateTimeFormat('en', { timeZone: text }).resolvedOptions().timeZone;
}

/** Asking the system for a zone costs as much as reading a whole company: each name is asked once. */
const zones = new Map<string, string | null>();
