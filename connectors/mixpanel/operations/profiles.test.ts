import { describe, expect, test } from 'vitest';
import type { Json } from '../../../domain/model.ts';
import { documented } from '../fixtures/documented.ts';
import { engageReply } from '../schemas.ts';
import { seats, usageRequest } from '../test-support.ts';
import { outputProperties, readProfiles } from './profiles.ts';

const metrics = [{ metric: seats, property: 'seats', limitProperty: 'seats_limit' }];
const facts = [{ fact: { fact: 'api_keys', read: {} }, property: 'api_keys' }];
const now = '2026-03-20T12:00:00Z';
const read = (properties: Record<string, Json>, idProperty: string | null = null) =>
  readProfiles({
    profiles: [{ $distinct_id: 'a1', $properties: properties }],
    metrics,
    facts,
    idProperty,
    source: 'mp',
    request: usageRequest(now),
  });

describe('a profile', () => {
  test('gives a reading with its own limit, and facts', () => {
    expect(read({ seats: 8, seats_limit: 10, api_keys: 2, other: 'x' })).toEqual({
      readings: [
        {
          source: 'mp',
          account: 'a1',
          product: 'core',
          metric: 'seats',
          observedAt: now,
          receivedAt: now,
          used: 8,
          limit: 10,
        },
      ],
      facts: [{ account: 'a1', fact: 'api_keys', value: 2 }],
      rejects: [],
    });
  });

  test.each<[Json | undefined, number | null | undefined]>([
    ['unlimited', null],
    [undefined, undefined],
    [null, undefined],
  ])('with the limit %s has the limit %s', (property, limit) => {
    const [reading] = read({ seats: 8, ...(property === undefined ? {} : { seats_limit: property }) }).readings;
    expect(reading?.limit).toBe(limit);
  });

  test('says nothing of what it does not hold: unknown is not 0', () => {
    expect(read({})).toEqual({ readings: [], facts: [], rejects: [] });
  });

  test.each<[string, Record<string, Json>, string]>([
    ['a text where a number belongs', { seats: '8' }, 'seats should be a number'],
    ['a negative number', { seats: -1 }, 'seats should be a number'],
    ['a limit of 0', { seats: 8, seats_limit: 0 }, 'seats_limit should be'],
    ['a list as a fact', { api_keys: [1] }, 'api_keys should be'],
  ])('with %s is rejected by name, and nothing else of it is lost', (_name, properties, reason) => {
    const page = read({ api_keys: 3, ...properties });
    expect(page.rejects).toEqual([
      { row: expect.objectContaining({ account: 'a1' }), reason: expect.stringContaining(reason) },
    ]);
    expect(page.readings).toEqual([]);
    if (!('api_keys' in properties)) expect(page.facts).toHaveLength(1);
  });

  test('of a person belongs to the account that its property names, as text', () => {
    expect(read({ company_id: 42, seats: 8 }, 'company_id').readings[0]?.account).toBe('42');
    expect(read({ seats: 8 }, 'company_id').rejects[0]?.reason).toContain('has no company_id');
  });

  test('in the documented answer is understood, its numeric id as text', () => {
    expect(engageReply.parse(documented.engage).results[0]?.$distinct_id).toBe('4');
  });
});

test('only the properties that are needed are asked for, each once', () => {
  expect(outputProperties([...metrics, ...metrics], facts, 'company_id')).toEqual([
    'seats',
    'seats_limit',
    'api_keys',
    'company_id',
  ]);
});
