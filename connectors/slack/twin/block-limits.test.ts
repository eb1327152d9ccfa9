import { describe, expect, test } from 'vitest';
import { blockProblems } from './block-limits.ts';

const x = (length: number) => 'x'.repeat(length);
const plain = (text: string) => ({ type: 'plain_text', text });
const markup = (text: string) => ({ type: 'mrkdwn', text });
const section = (text: string) => ({ type: 'section', text: markup(text) });
const actions = (...elements: unknown[]) => ({ type: 'actions', elements });
const button = (changes: object = {}) => ({ type: 'button', action_id: 'a', text: plain('Go'), ...changes });
const confirm = (changes: object = {}) => ({
  title: plain('Sure?'),
  text: plain('It starts now'),
  confirm: plain('Yes'),
  deny: plain('No'),
  ...changes,
});
const times = <T>(count: number, make: (index: number) => T) =>
  Array.from({ length: count }, (_, index) => make(index));

/** The most that Slack takes, and one more. https://docs.slack.dev/reference/block-kit */
const LIMITS: [string, unknown[], unknown[]][] = [
  ['50 blocks', times(50, () => section('a')), times(51, () => section('a'))],
  ['section text 3000', [section(x(3000))], [section(x(3001))]],
  ['header 150', [{ type: 'header', text: plain(x(150)) }], [{ type: 'header', text: plain(x(151)) }]],
  ['header plain', [{ type: 'header', text: plain('a') }], [{ type: 'header', text: markup('a') }]],
  [
    '10 fields',
    [{ type: 'section', fields: times(10, () => markup('a')) }],
    [{ type: 'section', fields: times(11, () => markup('a')) }],
  ],
  ['field 2000', [{ type: 'section', fields: [markup(x(2000))] }], [{ type: 'section', fields: [markup(x(2001))] }]],
  [
    '10 context elements',
    [{ type: 'context', elements: times(10, () => markup('a')) }],
    [{ type: 'context', elements: times(11, () => markup('a')) }],
  ],
  [
    '25 actions',
    [actions(...times(25, (i) => button({ action_id: `a${i}` })))],
    [actions(...times(26, (i) => button({ action_id: `a${i}` })))],
  ],
  ['button text 75', [actions(button({ text: plain(x(75)) }))], [actions(button({ text: plain(x(76)) }))]],
  ['button value 2000', [actions(button({ value: x(2000) }))], [actions(button({ value: x(2001) }))]],
  ['button url 3000', [actions(button({ url: x(3000) }))], [actions(button({ url: x(3001) }))]],
  ['action_id 255', [actions(button({ action_id: x(255) }))], [actions(button({ action_id: x(256) }))]],
  ['style', [actions(button({ style: 'danger' }))], [actions(button({ style: 'loud' }))]],
  ['block_id 255', [{ ...section('a'), block_id: x(255) }], [{ ...section('a'), block_id: x(256) }]],
  [
    'confirm title 100',
    [actions(button({ confirm: confirm({ title: plain(x(100)) }) }))],
    [actions(button({ confirm: confirm({ title: plain(x(101)) }) }))],
  ],
  [
    'confirm text 300',
    [actions(button({ confirm: confirm({ text: plain(x(300)) }) }))],
    [actions(button({ confirm: confirm({ text: plain(x(301)) }) }))],
  ],
  [
    'confirm buttons 30',
    [actions(button({ confirm: confirm({ deny: plain(x(30)) }) }))],
    [actions(button({ confirm: confirm({ deny: plain(x(31)) }) }))],
  ],
  [
    'alt text 2000',
    [{ type: 'image', image_url: 'https://a.example', alt_text: x(2000) }],
    [{ type: 'image', image_url: 'https://a.example', alt_text: x(2001) }],
  ],
];

describe('block limits', () => {
  test.each(LIMITS)('%s', (_limit, most, tooMuch) => {
    expect(blockProblems(most)).toEqual([]);
    expect(blockProblems(tooMuch)).toHaveLength(1);
  });

  test('ids may not repeat, empty text and unknown blocks are refused', () => {
    expect(blockProblems([actions(button(), button())])).toHaveLength(1);
    expect(
      blockProblems([
        { ...section('a'), block_id: 'b' },
        { type: 'divider', block_id: 'b' },
      ]),
    ).toHaveLength(1);
    expect(blockProblems([section('')])).toHaveLength(1);
    expect(blockProblems([{ type: 'section' }])).toHaveLength(1);
    expect(blockProblems([{ type: 'carousel' }])).toHaveLength(1);
    expect(blockProblems(['text'])).toHaveLength(1);
    expect(blockProblems({})).toHaveLength(1);
  });
});
