import { callsPerHour, limitsOf } from '../../connectors/kit/budget.ts';
import type { Problem } from '../problem.ts';
import { readsOf } from '../reads.ts';
import type { Config } from '../schema/index.ts';
import type { CheckInput } from './input.ts';

const HOUR = 3_600_000;

/** Warns when the sweeps of a connection would ask more of its vendor than the vendor allows in an hour. */
export function checkCalls({ source, connectors }: CheckInput, config: Config): Problem[] {
  return Object.entries(config.connections).flatMap(([name, connection]) => {
    const { title, limits = [], callsPerSweep } = connectors[connection.connector] ?? {};
    const allowed = callsPerHour(limitsOf(limits, connection.limits));
    const metrics = Object.values(config.metrics).filter((metric) => metric.from === name);
    if (!allowed || !callsPerSweep || metrics.length === 0) return [];
    const accounts = config.company.accounts_expected;
    const perSweep = callsPerSweep(readsOf(config, name), accounts);
    const every = Math.min(...metrics.map((metric) => metric.every));
    const perHour = Math.ceil((perSweep * HOUR) / every);
    if (perHour <= allowed) return [];
    const minutes = Math.ceil((perSweep * 60) / allowed);
    return [
      source.problem(
        ['connections', name],
        {
          message: `reading ${accounts} accounts would take about ${perHour} calls an hour; the sweep will stretch its interval`,
          found: `${perHour} calls an hour`,
          allowed: [`${allowed} calls an hour (${title})`],
          example: `every: ${minutes}m`,
          severity: 'warning',
        },
        'key',
      ),
    ];
  });
}
