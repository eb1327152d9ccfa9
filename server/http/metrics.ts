import type { FastifyInstance } from 'fastify';
import { Gauge, Histogram, type Registry } from 'prom-client';
import { inTransaction, outboxBacklog, reportNumbers } from '../../store/index.ts';
import type { HttpContext } from './context.ts';

/** Counts requests of every route; by pattern, since addresses hold secrets. */
export function measureRequests(app: FastifyInstance, registry: Registry): void {
  const seconds = new Histogram({
    name: 'headroom_http_request_seconds',
    help: 'Time to answer an HTTP request',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.005, 0.02, 0.1, 0.5, 2, 10],
    registers: [registry],
  });
  app.addHook('onResponse', async (request, reply) => {
    const labels = { method: request.method, route: request.routeOptions.url ?? 'none', status: reply.statusCode };
    seconds.observe(labels, reply.elapsedTime / 1000);
  });
}

/** `/metrics`, for Prometheus with a bearer token: the same port is open to customers. */
export function metricsRoute(app: FastifyInstance, { deps, lagP95Hours, metrics }: HttpContext): void {
  const gauge = (name: string, help: string, labelNames: string[] = []) =>
    new Gauge({ name, help, labelNames, registers: [metrics] });
  const waiting = gauge('headroom_outbox_waiting', 'Messages to workflows that were not sent yet');
  const lag = gauge('headroom_lag_p95_hours', 'Business hours between a due moment and the start of its work');
  const effects = gauge('headroom_effects', 'Effects by phase', ['phase']);
  const journeys = gauge('headroom_journeys', 'Journeys by status', ['status']);
  const events = gauge('headroom_trigger_events', 'Trigger events by trigger', ['trigger']);

  app.get('/metrics', { schema: { hide: true } }, async (_, reply) => {
    const [backlog, numbers] = await inTransaction(deps.store, async (tx) => [
      await outboxBacklog(tx),
      await reportNumbers(tx),
    ]);
    waiting.set(backlog.waiting);
    lag.set(lagP95Hours() ?? 0);
    setAll(effects, 'phase', numbers.effects);
    setAll(journeys, 'status', numbers.journeys);
    setAll(events, 'trigger', numbers.triggerEvents.byTrigger);
    return reply.type(metrics.contentType).send(await metrics.metrics());
  });
}

function setAll(gauge: Gauge, label: string, counts: Record<string, number | undefined>): void {
  gauge.reset();
  for (const [value, count] of Object.entries(counts)) gauge.set({ [label]: value }, count ?? 0);
}
