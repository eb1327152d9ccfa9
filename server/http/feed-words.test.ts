import { expect, test } from 'vitest';
import type { FeedEntry } from '../../store/index.ts';
import { feedWords } from './feed-words.ts';
import { explainReason } from './words.ts';

const blank = {
  at: '2026-03-02T10:00:00.000Z',
  id: '1',
  account: 'acme',
  accountName: 'Acme',
  product: 'core',
  trigger: 'usage_80',
  reason: null,
  detail: null,
  until: null,
  operation: null,
  connection: null,
  channel: null,
  person: null,
  plan: null,
  acvCents: null,
};

const TOLD: [FeedEntry, ReturnType<typeof feedWords>][] = [
  [
    { ...blank, source: 'trigger_event', name: 'live', reason: 'held', detail: '81 % of seats' },
    { what: 'usage_80 came true (held: unusually many at once)', why: '81 % of seats', sent: null },
  ],
  [
    {
      ...blank,
      source: 'decision',
      name: 'wait',
      reason: 'quiet_hours',
      operation: 'message.send',
      until: '2026-03-03T13:00:00.000Z',
    },
    {
      what: 'the message waits until 2026-03-03 13:00 UTC',
      why: 'It is outside working hours where the customer is; the message waits for the next morning.',
      sent: null,
    },
  ],
  [
    {
      ...blank,
      source: 'decision',
      name: 'suppress',
      reason: 'account_cap',
      detail: '2 of 2',
      operation: 'chat.postAlert',
    },
    {
      what: 'chat post alert does not go out',
      why: 'The account has had all the messages it may have for now. 2 of 2',
      sent: null,
    },
  ],
  [
    {
      ...blank,
      source: 'effect',
      name: 'confirmed',
      operation: 'message.send',
      channel: 'email',
      person: 'jo@acme.example',
      connection: 'mail',
    },
    { what: 'e-mail sent', why: null, sent: 'to jo@acme.example' },
  ],
  [
    { ...blank, source: 'effect', name: 'confirmed', operation: 'crm.createTask', connection: 'crm' },
    { what: 'task created', why: null, sent: 'in HubSpot' },
  ],
  [
    {
      ...blank,
      source: 'effect',
      name: 'confirmed',
      operation: 'chat.postAlert',
      connection: 'chat',
      person: 'am_09@vendor.example',
    },
    { what: 'alert posted', why: null, sent: 'in Slack to am_09@vendor.example' },
  ],
  [
    { ...blank, source: 'effect', name: 'confirmed', operation: 'chat.postAlert', connection: 'chat' },
    { what: 'alert posted', why: null, sent: 'in Slack' },
  ],
  [
    { ...blank, source: 'trial', name: 'granting', plan: 'pro', detail: 'ana@own.example' },
    { what: 'trial granted: pro, asked by ana@own.example', why: null, sent: null },
  ],
  [
    { ...blank, source: 'upgrade', name: 'expansion', plan: 'pro', acvCents: 240_000, reason: 'engaged last' },
    { what: 'upgraded to pro (+2,400 a year)', why: 'engaged last', sent: null },
  ],
  [
    { ...blank, source: 'upgrade', name: 'contraction', acvCents: -60_000 },
    { what: 'contracted by 600 a year', why: null, sent: null },
  ],
];

test.each(TOLD.map(([entry, words]) => ({ entry, words })))('$entry.source: $words.what', ({ entry, words }) => {
  expect(feedWords(entry, (connection) => ({ crm: 'HubSpot', chat: 'Slack' })[connection] ?? connection)).toEqual(
    words,
  );
});

test('a code without a sentence is still readable, a sentence stays as it is', () => {
  expect(explainReason('some_new_code')).toBe('Some new code.');
  expect(explainReason('90 at once, 4 is usual')).toBe('90 at once, 4 is usual');
});

test.each([
  'message.send',
  'chat.postAlert',
  'chat.updateAlert',
  'crm.createTask',
  'crm.completeTask',
  'crm.tagAccount',
  'billing.startTrial',
  'billing.endTrial',
  'billing.changePlan',
  'usage.writeBack',
])('a line about %s says nothing twice', (operation) => {
  const entry = { ...blank, source: 'effect', name: 'confirmed', operation, connection: 'vendor' } as const;
  const { what, sent } = feedWords(entry, () => 'Vendor');
  const words = `${what} ${sent ?? ''}`.toLowerCase().match(/[a-z]{4,}/g) ?? [];
  expect(words).toEqual([...new Set(words)]);
});
