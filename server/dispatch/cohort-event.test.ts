import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { openConnections } from '../../activities/connections.ts';
import { fakeDependencies } from '../../connectors/kit/testing/dependencies.ts';
import { type FakeTwinContext, fakeTwinContext } from '../../connectors/kit/testing/twin-context.ts';
import { mixpanel } from '../../connectors/mixpanel/index.ts';
import { makeMixpanelTwin } from '../../connectors/mixpanel/twin/index.ts';
import type { Json } from '../../domain/model.ts';
import type { Twin } from '../../sandbox/frame/types.ts';
import { inTransaction, readAccounts, upsertAccounts } from '../../store/index.ts';
import { httpServer, type TestServer } from '../../test/support/http-server.ts';
import { anAccount, T0 } from '../../test/support/store-rows.ts';
import { workOff } from '../../test/support/work-off.ts';

const LOGIN = 'mixpanel:0123456789abcdef';

let server: TestServer;
let context: FakeTwinContext;
let twin: Twin;
let n = 0;
/** Of the test that runs. */
let cohort = '';
let [acme, globex] = ['', ''];

beforeAll(async () => {
  server = await httpServer();
});
afterAll(() => server.close());

beforeEach(async () => {
  n++;
  cohort = `c${n}`;
  [acme, globex] = [`acme${n}`, `globex${n}`];
  const { config } = server.context.deps.configs.current();
  config.facts = {
    power_users: { from: 'product_usage', read: { cohort: { id: cohort } }, unit: 'people', sample: 12 },
    has_power_users: { from: 'product_usage', read: { cohort: { name: 'Power users' } }, unit: '', sample: true },
  };
  context = fakeTwinContext({ now: T0, secrets: { MIXPANEL_WEBHOOK_LOGIN: LOGIN } });
  twin = makeMixpanelTwin(context);
  const connection = {
    connector: 'mixpanel',
    mode: 'sandbox' as const,
    sandbox_url: 'http://127.0.0.1:9',
    account_key: 'company_id',
    auth: {},
    webhook_secret: ['env:NEW', 'env:OLD'],
    region: 'us',
    project_id: '3187201',
    timezone: 'America/New_York',
  };
  const secrets = { NEW: 'mixpanel:the-new-password-of-it', OLD: LOGIN };
  const dependencies = { ...fakeDependencies({ name: 'product_usage', connection, secrets }), config };
  const capabilities = mixpanel.connect(dependencies);
  server.context.deps.connections = openConnections([
    { name: 'product_usage', connector: 'mixpanel', mode: 'sandbox', capabilities },
  ]);
  await inTransaction(server.store, async (tx) => {
    // Cohorts of earlier tests have the same name.
    await tx.execute('delete from cohort');
    await upsertAccounts(tx, [anAccount({ id: acme }), anAccount({ id: globex })], T0);
  });
});

const users = (...of: [id: string, account: string][]): Json => of.map(([id, account]) => ({ id, account }));
const sync = async (who: Json, more: Record<string, Json> = {}) => {
  await twin.acts.sync_cohort?.({ id: cohort, name: 'Power users', users: who, ...more });
  return context.deliveries.splice(0);
};
type Deliveries = Awaited<ReturnType<typeof sync>>;
async function arrive(deliveries: Deliveries, change: (body: string) => string = (body) => body) {
  const replies = [];
  for (const { path, method, headers, body } of deliveries) {
    replies.push(await server.app.inject({ method, url: path, headers, payload: change(body) }));
  }
  await workOff(server);
  return replies.map((reply) => [reply.statusCode, reply.json().status]);
}
const facts = async () =>
  (await inTransaction(server.store, (tx) => readAccounts(tx, [acme, globex]))).map(({ facts }) => [
    facts.power_users,
    facts.has_power_users,
  ]);

describe('a cohort', () => {
  test('counts the users of each account, and follows who comes and goes', async () => {
    expect(await facts()).toEqual([
      [undefined, undefined],
      [undefined, undefined],
    ]);
    expect(await arrive(await sync(users(['u1', acme], ['u2', acme])))).toEqual([[200, 'success']]);
    expect(await facts()).toEqual([
      [2, true],
      [0, false],
    ]);
    await arrive(await sync(users(['u2', acme], ['u3', globex])));
    expect(await facts()).toEqual([
      [1, true],
      [1, true],
    ]);
    await arrive(await sync(users()));
    expect(await facts()).toEqual([
      [0, false],
      [0, false],
    ]);
  });

  test('is replaced once all pages are here, whatever their order, and a page may come twice', async () => {
    await arrive(await sync(users(['gone', globex])));
    const pages = await sync(users(['u1', acme], ['u2', acme], ['u3', acme]), { full: true, perCall: 1 });
    expect(pages).toHaveLength(3);
    const [first, second, third] = pages;
    if (!first || !second || !third) throw new Error('three pages were expected');
    await arrive([third, third, first]);
    expect(await facts()).toEqual([
      [0, false],
      [1, true],
    ]);
    await arrive([second]);
    expect(await facts()).toEqual([
      [3, true],
      [0, false],
    ]);
  });

  test('that starts from the top after a failure counts nobody twice', async () => {
    await arrive(await sync(users(['u1', acme])));
    const added = await sync(users(['u1', acme], ['u2', acme]));
    await arrive(added);
    await arrive(added, (body) => `${body} `);
    expect((await facts())[0]).toEqual([2, true]);
  });
});

describe('a delivery is answered in Mixpanel’s form', () => {
  test.each([
    [
      'about a cohort that no fact reads',
      (body: string) => body.replaceAll(/"mixpanel_cohort_(id|name)":"[^"]+"/g, '"mixpanel_cohort_$1":"x"'),
      400,
    ],
    ['of another project', (body: string) => body.replace('3187201', '42'), 400],
    ['whose members name no account', (body: string) => body.replaceAll('company_id', 'other'), 400],
    ['that is none', () => '{}', 400],
  ])('%s', async (_what, change, status) => {
    expect(await arrive(await sync(users(['u1', acme])), change)).toEqual([[status, 'failure']]);
    expect((await facts())[0]).toEqual([undefined, undefined]);
  });

  test('from somebody without the password', async () => {
    const [delivery] = await sync(users(['u1', acme]));
    if (!delivery) throw new Error('nothing was sent');
    for (const authorization of ['', 'Basic', `Basic ${btoa('mixpanel:0123456789abcdeX')}`, `Bearer ${btoa(LOGIN)}`])
      expect(await arrive([{ ...delivery, headers: { ...delivery.headers, authorization } }])).toEqual([
        [401, 'failure'],
      ]);
  });
});
