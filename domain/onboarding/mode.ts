import type { Config } from '../../config/schema/index.ts';

/**
 * What follows an upgrade belongs to no trigger. While no trigger with its play is live the company only watches: then
 * it is written down, and nothing leaves.
 */
export function modeAfterUpgrade({ triggers, plays }: Pick<Config, 'triggers' | 'plays'>): 'shadow' | 'live' {
  const acts = Object.values(triggers).some(
    (trigger) => trigger.mode === 'live' && plays[trigger.play]?.mode === 'live',
  );
  return acts ? 'live' : 'shadow';
}
