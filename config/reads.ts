import type { FactRead, MetricRead } from '../connectors/kit/capabilities.ts';
import type { Config } from './schema/index.ts';

/** All that one sweep of a connection reads. */
export function readsOf(config: Config, connection: string): { metrics: MetricRead[]; facts: FactRead[] } {
  const from = <T extends { from: string }>(section: Record<string, T>) =>
    Object.entries(section).filter(([, entry]) => entry.from === connection);
  return {
    metrics: from(config.metrics).map(([metric, { product, resets, read }]) => ({ metric, product, resets, read })),
    facts: from(config.facts).map(([fact, { read }]) => ({ fact, read })),
  };
}
