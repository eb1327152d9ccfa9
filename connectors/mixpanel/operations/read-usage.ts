import type { FactRead, MetricRead, UsagePage, UsageRequest } from '../../kit/capabilities.ts';
import { InvalidInputError } from '../../kit/errors.ts';
import type { Call } from '../../kit/operation.ts';
import { chunk } from '../../kit/paginate.ts';
import type { MixpanelClient } from '../client.ts';
import { manifest, readSchema } from '../manifest.ts';
import { parseCheckpoint, resumableSession } from './checkpoint.ts';
import { readCounter } from './counters.ts';
import { outputProperties, type ProfileFact, type ProfileMetric, readProfiles } from './profiles.ts';
import type { Day } from './project-days.ts';

const ROWS_PER_PAGE = 1_000;

interface Wanted {
  counters: { metric: MetricRead; segmentation: { event: string; where?: string } }[];
  gauges: ProfileMetric[];
  facts: ProfileFact[];
}

/**
 * All metrics and facts of the project in a handful of queries, whatever the number of accounts: profiles first, page
 * by page, then each counter. Only the last page carries the new checkpoint, save that profiles cut short by the quota
 * go on where they stopped.
 */
export async function* readUsage(
  client: MixpanelClient,
  source: string,
  request: UsageRequest,
  call: Call,
): AsyncGenerator<UsagePage> {
  const wanted = sortReads(request);
  let checkpoint = parseCheckpoint(request.checkpoint);

  if (wanted.gauges.length + wanted.facts.length > 0) {
    const idProperty = client.settings.data_group_id ? null : client.accountKey;
    const properties = outputProperties(wanted.gauges, wanted.facts, idProperty);
    let cursor = resumableSession(checkpoint, request.now);
    let resumed = cursor !== undefined;
    for (let more = true; more; ) {
      const reply = await client.engage({ properties, ...(cursor ? { cursor } : {}) }, call).catch((error: unknown) => {
        if (!(resumed && error instanceof InvalidInputError)) throw error;
        // The vendor has forgotten the session of an earlier sweep: from the start.
        return client.engage({ properties }, call);
      });
      resumed = false;
      more = reply.results.length >= reply.page_size;
      cursor = { sessionId: reply.session_id, page: reply.page + 1 };
      checkpoint = { ...checkpoint, engage: more ? { ...cursor, at: request.now } : null };
      yield {
        ...readProfiles({
          profiles: reply.results,
          metrics: wanted.gauges,
          facts: wanted.facts,
          idProperty,
          source,
          request,
        }),
        complete: false,
        checkpoint,
      };
    }
  }

  const firstDays: typeof checkpoint.firstDays = {};
  const earliest: Day[] = [];
  let truncated = false;
  for (const { metric, segmentation } of wanted.counters) {
    const key = `${metric.product}/${metric.metric}`;
    const known = checkpoint.firstDays[key] ?? {};
    const counter = await readCounter({
      client,
      source,
      metric,
      segmentation,
      request,
      from: checkpoint.from,
      known,
      oldestFirst: checkpoint.oldestFirst,
      call,
    });
    firstDays[key] = counter.firstDays;
    if (counter.earliest) earliest.push(counter.earliest);
    truncated ||= counter.truncated;
    if (counter.rejects.length > 0)
      yield { readings: [], facts: [], rejects: counter.rejects, complete: false, checkpoint };
    for (const readings of chunk(counter.readings, ROWS_PER_PAGE))
      yield { readings, facts: [], rejects: [], complete: false, checkpoint };
  }
  const from = earliest.sort()[0] ?? null;
  const next = { from, engage: null, firstDays, oldestFirst: !checkpoint.oldestFirst };
  yield { readings: [], facts: [], rejects: [], complete: !truncated, checkpoint: next };
}

function sortReads(request: { metrics: MetricRead[]; facts: FactRead[] }): Wanted {
  const wanted: Wanted = { counters: [], gauges: [], facts: [] };
  for (const metric of request.metrics) {
    const read = readSchema.parse(metric.read);
    if ('engage' in read) {
      const { property, limit_property: limitProperty } = read.engage;
      wanted.gauges.push({ metric, property, ...(limitProperty ? { limitProperty } : {}) });
    } else if ('cohort' in read)
      throw invalid(`metrics.${metric.metric}: a cohort has no readings; facts may name one`);
    else if (metric.resets === 'billing_period') wanted.counters.push({ metric, segmentation: read.segmentation });
    else
      throw invalid(
        `metrics.${metric.metric} never resets, so its events cannot be summed: read it from a property with engage`,
      );
  }
  for (const fact of request.facts) {
    const read = readSchema.parse(fact.read);
    // Pushed, whenever its members change.
    if ('cohort' in read) continue;
    if (!('engage' in read))
      throw invalid(`facts.${fact.fact} has no period to count events in: read it from a property with engage`);
    wanted.facts.push({ fact, property: read.engage.property });
  }
  return wanted;
}

function invalid(message: string): InvalidInputError {
  return new InvalidInputError(message, { connector: manifest.name, operation: 'readUsage' });
}
