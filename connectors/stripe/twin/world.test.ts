import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { catalogueOfWorlds } from '../../../sandbox/frame/directory.ts';
import type { WorldReading, WorldRow, WorldSubscription } from '../../../sandbox/frame/types.ts';
import { fakeTwinContext } from '../../kit/testing/twin-context.ts';
import { SECRETS } from '../testing/set-up.ts';
import { type Reply, startTwin } from './test-support.ts';

test('at the end of a whole world every subscription has its plan, period and contract limits', async () => {
  const file = new URL('../../../bench/worlds/dev/dev-mini.usage.ndjson.gz', import.meta.url);
  const lines = gunzipSync(readFileSync(file)).toString().trim().split('\n');
  // The generator's own rows: bench/worlds/README.md.
  const rows = lines.map((line) => JSON.parse(line) as WorldRow);
  const catalogue = catalogueOfWorlds();
  const context = fakeTwinContext({ now: rows[0]?.receivedAt ?? '', secrets: SECRETS, catalogue });
  const twin = await startTwin(context, []);
  const subscriptions = new Map<string, WorldSubscription>();
  const readings = new Map<string, WorldReading>();
  for (const row of rows) {
    await context.advanceTo(new Date(row.receivedAt).toISOString());
    twin.apply(row);
    if (row.type === 'subscription') subscriptions.set(`${row.account}/${row.product}`, row);
    if (row.type === 'reading') readings.set(`${row.account}/${row.product}/${row.metric}`, row);
  }
  const byId = new Map<string, string>();
  for (const customer of (await twin.request('GET', '/v1/customers?limit=100')).body.data)
    byId.set(customer.id, customer.metadata.account_id);
  const live = (await twin.request('GET', '/v1/subscriptions?limit=100')).body.data;
  await twin.close();

  const shown = live.map((subscription: Reply) => {
    const [item] = subscription.items.data;
    const [, product, plan] = /^([a-z]+)_([a-z]+)_monthly$/.exec(item.price.lookup_key) ?? [];
    const limits = Object.entries(catalogue[product ?? '']?.[plan ?? '']?.limits ?? {}).map(([metric, listed]) => {
      const contract = subscription.metadata[`limit_${metric}`];
      return `${metric} ${contract ?? listed}`;
    });
    return [byId.get(subscription.customer), product, plan, item.current_period_end, ...limits].join(' ');
  });
  const wanted = [...subscriptions].flatMap(([key, row]) => {
    const limits = Object.keys(catalogue[row.product]?.[row.plan ?? '']?.limits ?? {}).map(
      (metric) => `${metric} ${readings.get(`${key}/${metric}`)?.limit ?? null}`,
    );
    return row.plan === null
      ? []
      : [[row.account, row.product, row.plan, Date.parse(row.periodEnd) / 1_000, ...limits].join(' ')];
  });
  expect(wanted.length).toBeGreaterThan(40);
  expect(shown.toSorted()).toEqual(wanted.toSorted());
});
