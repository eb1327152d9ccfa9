import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { bigint, customType } from 'drizzle-orm/pg-core';
import type { Iso } from '../../domain/model.ts';

/** PostgreSQL writes `2025-01-31 12:00:00+00`; all our code speaks ISO 8601 in UTC. */
export function toIso(value: string): Iso {
  return new Date(value).toISOString();
}

/** A moment of the business clock, always given by the caller. */
export const iso = customType<{ data: Iso; driverData: string }>({
  dataType: () => 'timestamp (3) with time zone',
  fromDriver: toIso,
});

/** Milliseconds since 1970 of the wire clock; columns of this type are named `wire…`. */
export const wireMs = () => bigint({ mode: 'number' });

export const cents = () => bigint({ mode: 'number' });

export const bytea = customType<{ data: Buffer }>({ dataType: () => 'bytea' });

/**
 * JSON that PostgreSQL takes: it stores neither NUL nor half a surrogate pair, which senders of events may well contain.
 * Both become the replacement character. `JSON.stringify` writes them, and only them, as these escapes.
 */
export function jsonText(value: unknown): string {
  return JSON.stringify(value).replace(/(?<!\\)((?:\\\\)*)\\u(?:0000|d[89a-f][0-9a-f]{2})/g, '$1\ufffd');
}

/**
 * JSON as the caller typed it. Drizzle's own jsonb reads columns of JSON text a second time, so a stored string
 * would come back parsed; pg already parses once.
 */
export const json = customType<{ data: unknown; driverData: string }>({
  dataType: () => 'jsonb',
  toDriver: jsonText,
  fromDriver: (value) => value,
});

/**
 * JSON that PostgreSQL never looks into, deflated: the memories of a few hundred meters, written at every sweep, are
 * then a tenth of their size and stay out of TOAST.
 */
export const packedJson = customType<{ data: unknown; driverData: Buffer }>({
  dataType: () => 'bytea',
  // Level 1: written far more often than read, and small at any level.
  toDriver: (value) => deflateRawSync(JSON.stringify(value), { level: 1 }),
  fromDriver: (value) => JSON.parse(inflateRawSync(value).toString('utf8')),
});
