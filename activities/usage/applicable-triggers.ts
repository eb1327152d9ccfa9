import type { Config, Trigger } from '../../config/schema/index.ts';

/** The triggers that look at a metric: those that name it or name none, and that neither they nor their play are off. */
export function applicableTriggers(
  { triggers, plays }: Config,
  metric: string,
  product: string,
): Record<string, Trigger> {
  const applies = ([, trigger]: [string, Trigger]) =>
    trigger.mode !== 'off' &&
    plays[trigger.play]?.mode !== 'off' &&
    (trigger.metrics === undefined || trigger.metrics.includes(metric)) &&
    (trigger.products === undefined || trigger.products.includes(product));
  return Object.fromEntries(Object.entries(triggers).filter(applies));
}
