import { describe, expect, test } from 'vitest';
import { normaliseEmail } from './email.ts';
import { primaryAdmin } from './primary-admin.ts';
import type { Candidate } from './types.ts';

describe('an address', () => {
  test.each([
    ['Ana@Acme.Example', 'ana@acme.example'],
    ['  ana@acme.example \n', 'ana@acme.example'],
    ['Ana Lima <Ana@acme.example>', 'ana@acme.example'],
    ['a.b+tag@acme.example', 'a.b+tag@acme.example'],
  ])('%j is kept as %j', (text, address) => {
    expect(normaliseEmail(text)).toBe(address);
    expect(normaliseEmail(address)).toBe(address);
  });

  test.each(['', 'ana', 'ana@acme', 'a b@acme.example', 'a@b@c.example', 'a@acme.example, b@acme.example', '<>'])(
    '%j is none',
    (text) => {
      expect(normaliseEmail(text)).toBeNull();
    },
  );
});

describe('the primary admin', () => {
  const person = (
    key: string,
    roles: Candidate['roles'],
    since: string | null = null,
    hardBounced = false,
  ): Candidate => ({ key, roles, since, hardBounced });
  const order = ['crm_role', 'billing_contact', 'oldest_admin'] as const;
  const pick = (people: Candidate[]) => primaryAdmin(people, [...order]);

  test('comes from the first source that names someone', () => {
    const people = [person('b', ['billing_contact']), person('c', ['crm_role']), person('d', ['admin'])];
    expect(pick(people)).toEqual({ key: 'c', source: 'crm_role' });
    expect(primaryAdmin(people, ['oldest_admin', 'crm_role'])).toEqual({ key: 'd', source: 'oldest_admin' });
  });

  test('is the one who has been there longest; unknown beginnings come last, the key decides a tie', () => {
    expect(
      pick([person('a', ['admin'], '2026-02-01'), person('b', ['admin'], '2026-01-01'), person('c', ['admin'])])?.key,
    ).toBe('b');
    expect(pick([person('a', ['admin']), person('b', ['admin'], '2026-01-01')])?.key).toBe('b');
    expect(pick([person('b', ['admin'], '2026-01-01'), person('a', ['admin'])])?.key).toBe('b');
    expect(pick([person('b', ['admin']), person('a', ['admin'])])?.key).toBe('a');
    expect(pick([person('a', ['admin']), person('b', ['admin'])])?.key).toBe('a');
  });

  test('is nobody whose mail comes back', () => {
    expect(pick([person('a', ['crm_role'], null, true), person('b', ['admin'])])).toEqual({
      key: 'b',
      source: 'oldest_admin',
    });
    expect(pick([person('a', ['crm_role'], null, true)])).toBeNull();
    expect(pick([])).toBeNull();
  });
});
