import { expect, test } from 'vitest';
import type { Mode, Play, Trigger } from '../../config/schema/index.ts';
import { modeAfterUpgrade } from './mode.ts';

const trigger = (mode: Mode): Trigger => ({ when: 'utilization', at: 0.8, play: 'summary', mode });
const play = (mode: Mode): Play => ({ mode, steps: [] });

test.each([
  ['live', 'live', 'live'],
  ['shadow', 'live', 'shadow'],
  ['live', 'shadow', 'shadow'],
  ['live', 'off', 'shadow'],
  ['off', 'live', 'shadow'],
] as const)(
  'with a trigger that is %s and a play that is %s, what follows an upgrade is %s',
  (its, plays, expected) => {
    expect(modeAfterUpgrade({ triggers: { usage_80: trigger(its) }, plays: { summary: play(plays) } })).toBe(expected);
  },
);

test('one play that acts is enough', () => {
  const triggers = { usage_80: trigger('shadow'), usage_95: { ...trigger('live'), play: 'urgent' } };
  expect(modeAfterUpgrade({ triggers, plays: { summary: play('shadow'), urgent: play('live') } })).toBe('live');
});
