import type { Iso } from '../../domain/model.ts';
import { listSweeps, type Tx } from '../../store/index.ts';
import type { Deps } from '../deps.ts';

/** A sweep takes place at most once a second: on a fast clock that alone is many hours. */
const SWEEPS_MISSED = 4;

/**
 * Usage sources that have not been read for longer than their metrics allow. This only tells people: triggers judge readings
 * as they come, so without new ones none comes true.
 * @returns since when, by connection
 */
export async function silentSources(deps: Deps, tx: Tx): Promise<Map<string, Iso>> {
  const { metrics } = deps.configs.current().config;
  const silent = new Map<string, Iso>();
  for (const { connection, lastFinishedAt, lastStartedAt } of await listSweeps(tx)) {
    const patience = Object.values(metrics)
      .filter((metric) => metric.from === connection)
      .map((metric) => Math.max(metric.stale_after, SWEEPS_MISSED * 1_000 * deps.clock.scale));
    const heard = lastFinishedAt ?? lastStartedAt;
    if (heard === null || patience.length === 0) continue;
    if (Date.parse(deps.now()) - Date.parse(heard) > Math.min(...patience)) silent.set(connection, heard);
  }
  return silent;
}
