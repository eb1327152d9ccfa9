import type { VisibleTouch } from './effects.ts';
import type { JudgeConfig } from './types.ts';
import type { Span } from './world-facts.ts';

/**
 * When an account had to be left alone, because its last prompts stayed without an answer.
 * @param perhaps whether an answer that the hub may not have heard of counts
 */
export function cooldowns(touches: VisibleTouch[], config: JudgeConfig['cooldown'], perhaps: boolean): Span[] {
  const spans: Span[] = [];
  let unanswered = 0;
  for (const touch of touches) {
    const answered = touch.answered === 'yes' || (perhaps && touch.answered === 'perhaps');
    unanswered = answered ? 0 : unanswered + 1;
    if (unanswered < config.count) continue;
    spans.push({ from: touch.at + config.withinMs, until: touch.at + config.cooldownMs });
  }
  return spans;
}
