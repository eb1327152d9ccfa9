import { expect, test } from 'vitest';
import { z } from 'zod';
import { registry } from '../testing/registry.ts';
import { problemsOf, spoil } from '../testing/small-folder.ts';

/** As the connector says it: a cohort is pushed, all else is read. */
const connectors = {
  ...registry,
  mixpanel: {
    ...registry.mixpanel,
    readSchema: z.record(z.string(), z.unknown()),
    pushed: (read: unknown) => typeof read === 'object' && read !== null && 'cohort' in read,
    webhook: true,
  },
};
const COHORT = '{ cohort: { name: Power users } }';
const login = 'env:MIXPANEL_SECRET';
const facts = (sample: string, secret = `\n    webhook_secret: ${login}`) => {
  const files = spoil('read: { engage: { property: csv_rows } }, sample: 4200', `read: ${COHORT}, sample: ${sample}`);
  const yaml = files['headroom.yaml']?.replace('account_key: company_id', `account_key: company_id${secret}`) ?? '';
  return problemsOf(
    {
      ...files,
      'headroom.yaml': yaml.replace('facts.csv_rows > 1000', 'true').replace(/\{\{ facts.csv_rows[^}]*\}\}/, 'Many'),
    },
    { connectors },
  );
};

test.each(['12', 'true'])(
  'a fact that is pushed may be a number of people or whether there are any: %s',
  async (sample) => {
    expect(await facts(sample)).toEqual([]);
  },
);

test('it may not be text', async () => {
  expect(await facts('many')).toMatchObject([{ path: 'facts.csv_rows.sample', severity: 'error' }]);
});

test('it needs a door to be pushed through; without such a fact nobody misses the door', async () => {
  expect(await facts('12', '')).toMatchObject([
    { path: 'facts.csv_rows.read', severity: 'error', message: expect.stringContaining('no webhook_secret') },
  ]);
  expect(await problemsOf(spoil('version: 1', 'version: 1'), { connectors })).toEqual([]);
});

test('a metric cannot be pushed', async () => {
  const files = spoil('read: { engage: { property: seats } }', `read: ${COHORT}`);
  expect(await problemsOf(files, { connectors })).toMatchObject([{ path: 'metrics.seats.read', severity: 'error' }]);
});
