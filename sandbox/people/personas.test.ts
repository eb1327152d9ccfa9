import { expect, test } from 'vitest';
import { personaOf } from './personas.ts';

const accounts = Array.from({ length: 200 }, (_, n) => `a_${n}`);

test('the same seed makes the same people, another seed others', () => {
  const people = (seed: string) => accounts.map((account) => personaOf(seed, account, {}));
  expect(people('s')).toEqual(people('s'));
  expect(people('s')).not.toEqual(people('t'));
});

test('among many accounts every way to behave is there', () => {
  const people = accounts.map((account) => personaOf('s', account, {}));
  expect(new Set(people.map(({ mail }) => mail)).size).toBe(5);
  expect(new Set(people.map(({ am }) => am)).size).toBe(4);
  expect(new Set(people.map(({ trial, scanner }) => `${trial} ${scanner}`)).size).toBe(4);
});

test('a cast role replaces what the seed says, and no more than that', () => {
  const plain = personaOf('s', 'a_1', {});
  expect(personaOf('s', 'a_1', { a_1: { trial: 'convert', am: 'trial_in_crm' } })).toEqual({
    ...plain,
    trial: 'convert',
    am: 'trial_in_crm',
  });
});
