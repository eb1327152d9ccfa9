import type { FactRead, MetricRead } from '../../connectors/kit/capabilities.ts';
import type { Problem } from '../problem.ts';
import type { Config } from '../schema/index.ts';
import type { CheckInput } from './input.ts';

/** Vendor calls of one sweep over this many accounts; null when the connector cannot say. */
export type EstimateCalls = (
  connector: string,
  request: { metrics: MetricRead[]; facts: FactRead[] },
  accounts: number,
) => number | null;

const HOUR = 3_600_000;

/** Warns when the sweeps of a connection would ask more of its vendor than the vendor allows in an hour. */
export function checkCalls({ source, connectors, estimateCalls }: CheckInput, config: Config): Problem[] {
  if (!estimateCalls) return [];
  return Object.entries(config.connections).flatMap(([name, connection]) => {
    const allowed = connectors[connection.connector]?.callsPerHour;
    const metrics = Object.entries(config.metrics).filter(([, metric]) => metric.from === name);
    const facts = Object.entries(config.facts).filter(([, fact]) => fact.from === name);
    if (!allowed || metrics.length === 0) return [];
    const request = {
      metrics: metrics.map(([key, { product, resets, read }]) => ({ metric: key, product, resets, read })),
      facts: facts.map(([key, { read }]) => ({ fact: key, read })),
    };
    const accounts = config.company.accounts_expected;
    const perSweep = estimateCalls(connection.connector, request, accounts);
    const every = Math.min(...metrics.map(([, metric]) => metric.every));
    const perHour = Math.ceil(((perSweep ?? 0) * HOUR) / every);
    if (perHour <= allowed) return [];
    const minutes = Math.ceil(((perSweep ?? 0) * 60) / allowed);
    return [
      source.problem(
        ['connections', name],
        {
          message: `reading ${accounts} accounts would take about ${perHour} calls an hour; the sweep will stretch its interval`,
          found: `${perHour} calls an hour`,
          allowed: [`${allowed} calls an hour (${connectors[connection.connector]?.title})`],
          example: `every: ${minutes}m`,
          severity: 'warning',
        },
        'key',
      ),
    ];
  });
}
