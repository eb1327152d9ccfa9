import { expect, test } from 'vitest';
import { withAddedFields, withoutField } from './drift.ts';

const ANSWER = JSON.stringify({
  results: [{ id: '1', properties: { name: 'Acme' } }],
  paging: { next: { after: '1' } },
});

test('a vendor that adds fields adds them to the answer and to the items of its lists, not to maps within', () => {
  const added = { headroom_never_heard_of: { since: 'today' } };
  expect(JSON.parse(withAddedFields(ANSWER))).toEqual({
    results: [{ id: '1', properties: { name: 'Acme' }, ...added }],
    paging: { next: { after: '1' } },
    ...added,
  });
});

test('a field that is gone is gone wherever it stood; what is no JSON stays as it is', () => {
  expect(JSON.parse(withoutField(ANSWER, 'after'))).toEqual({
    results: [{ id: '1', properties: { name: 'Acme' } }],
    paging: { next: {} },
  });
  expect(withoutField('not JSON', 'after')).toBe('not JSON');
});
