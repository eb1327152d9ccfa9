/** How the conformance suite tries Mixpanel: the project of the twin holds what the world's product tracked. */
import type { Json } from '../../domain/model.ts';
import type { MetricRead, UsagePage } from '../kit/capabilities.ts';
import { defineConformance, offered, pagesOf, type Scene } from '../kit/conformance.ts';
import { MAX_GROUPS } from './client.ts';

const DAY_MS = 86_400_000;
const COHORT = { id: '4113', name: 'Created a second workspace' };
const NO_TIME = 'a cohort sync carries no time: Mixpanel sends a login and signs nothing';
const SEATS: MetricRead = {
  metric: 'seats',
  product: 'core',
  resets: 'never',
  read: { engage: { property: 'seats', limit_property: 'seats_limit' } },
};
const CALLS: MetricRead = {
  metric: 'api_calls',
  product: 'core',
  resets: 'billing_period',
  read: { segmentation: { event: 'API Call' } },
};

async function readAll(scene: Scene, metric: MetricRead): Promise<UsagePage[]> {
  const at = (days: number) =>
    `${new Date(Date.parse(scene.now) + days * DAY_MS).toISOString().slice(0, 10)}T00:00:00Z`;
  const request = {
    metrics: [metric],
    facts: [],
    periodOf: () => ({ start: at(-10), end: at(20) }),
    checkpoint: null,
    now: scene.now,
  };
  return pagesOf(offered(scene.capabilities.usage).readUsage(request, scene.call()));
}

/** Readings as the hub would keep them, each once: the same one read twice is one. */
async function readings(scene: Scene, metric: MetricRead): Promise<Json> {
  const pages = await readAll(scene, metric);
  const kept = pages.flatMap((page) => page.readings.map((reading) => JSON.stringify(reading)));
  return [...new Set(kept)].sort();
}

export const conformance = defineConformance({
  connection: {
    account_key: 'company_id',
    auth: { username: 'env:MIXPANEL_USER', secret: 'env:MIXPANEL_SECRET' },
    region: 'us',
    project_id: '3187201',
    timezone: 'America/New_York',
    data_group_id: '-6521893041173295871',
  },
  // A sync of a cohort that no fact reads is refused.
  facts: { second_workspaces: { cohort: { name: COHORT.name } } },
  writes: [
    {
      operation: 'usage.writeBack',
      request: { method: 'POST', path: '^/import$' },
      input: async (scene) => [
        { name: 'headroom_trigger_fired', account: scene.account, at: scene.now, properties: { marker: scene.id } },
      ],
      isEffect: ({ kind, account, summary }, events) =>
        kind === 'event_imported' && summary === events[0]?.name && account === events[0].account,
    },
  ],
  reads: [
    {
      name: 'usage.readUsage (profiles)',
      request: { method: 'POST', path: '^/api/query/engage$' },
      pages: 1_100,
      needs: '$distinct_id',
      read: (scene) => readings(scene, SEATS),
    },
    {
      name: 'usage.readUsage (counters)',
      request: { method: 'GET', path: '^/api/query/segmentation$' },
      needs: 'values',
      read: (scene) => readings(scene, CALLS),
      truncated: {
        accounts: MAX_GROUPS + 1,
        problem: async (scene) => {
          const last = (await readAll(scene, CALLS)).at(-1);
          return last?.complete
            ? `of ${MAX_GROUPS + 1} accounts some are missing, and it says that it is complete`
            : null;
        },
      },
    },
  ],
  webhook: {
    secret: 'MIXPANEL_WEBHOOK_LOGIN',
    nextSecret: 'mixpanel:the next password of this door',
    signsNothing: true,
    // The whole cohort; then who came, and that nobody left, which is no news.
    provoke: async (scene, times) => {
      for (let n = 1; n <= times; n++) {
        const users = Array.from({ length: n }, (_, i) => ({ id: `${scene.userId}_${i}`, account: scene.account }));
        await scene.act('sync_cohort', { ...COHORT, users });
      }
    },
    notApplicable: { stale: NO_TIME, from_the_future: NO_TIME },
  },
});
