import type { TriggerEvent } from '../../domain/model.ts';
import type { TouchFacts } from '../../domain/touch/types.ts';
import type { Deps } from '../deps.ts';

/** The most careful of play and trigger, as config says now: switching a play off must stop what has not left yet. */
export function modeNow(deps: Deps, play: string, event: TriggerEvent): TouchFacts['mode'] {
  const { plays, triggers } = deps.configs.current().config;
  const modes = [plays[play]?.mode ?? 'off', triggers[event.trigger]?.mode ?? 'off', event.mode];
  if (modes.includes('off')) return 'off';
  return modes.includes('shadow') ? 'shadow' : 'live';
}
