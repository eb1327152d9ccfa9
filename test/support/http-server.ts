import { randomBytes } from 'node:crypto';
import type { FastifyInstance, InjectOptions } from 'fastify';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { type OpenConnection, openConnections } from '../../activities/connections.ts';
import { CallTally } from '../../activities/health/tally.ts';
import { config } from '../../config/schema/index.ts';
import { fakeDependencies } from '../../connectors/kit/testing/dependencies.ts';
import { receiveSlack } from '../../connectors/slack/webhook.ts';
import { smtp } from '../../connectors/smtp/index.ts';
import { receiveWebhook } from '../../connectors/stripe/webhook.ts';
import type { BusinessClock } from '../../domain/clock.ts';
import { makeHttpServer } from '../../server/http/app.ts';
import type { HttpContext } from '../../server/http/context.ts';
import { sealingCodec } from '../../server/temporal/codec.ts';
import {
  type ApiRole,
  createToken,
  fixedRing,
  inTransaction,
  openStore,
  type Store,
  upsertAccounts,
} from '../../store/index.ts';
import { freshDatabase } from './database.ts';
import { anAccount, T0 } from './store-rows.ts';

export const ROLES: ApiRole[] = ['product', 'viewer', 'am', 'revops', 'admin'];
export const SLACK_SECRET = 'slack-signing-secret';
export const STRIPE_SECRET = 'whsec_test';
/** Where Temporal's web UI is, and what stands in the address that it is given. */
export const UI = 'https://temporal.example';
export const CODEC_SECRET = 'only-the-ui-knows';
export const MAIL_KEY = Buffer.alloc(32, 9);

export interface TestServer {
  app: FastifyInstance;
  store: Store;
  context: HttpContext;
  tokens: Record<ApiRole, string>;
  /** Both clocks stand still until a test moves them. */
  time: { now: string; wireNow: number };
  call: (role: ApiRole | null, method: 'GET' | 'POST', url: string, body?: unknown) => ReturnType<typeof inject>;
  close: () => Promise<void>;
}

const clock: BusinessClock = { startedAt: T0, epoch: T0, scale: 1 };

const inject = (app: FastifyInstance, options: InjectOptions) => app.inject(options);

/**
 * The HTTP server on a database of its own, with ports that say yes. It knows the account acme, the play summary and
 * the connections chat (Slack), billing (Stripe), silent (Stripe without a secret), email (SMTP) and mail (nothing).
 */
export async function httpServer(ports: Partial<HttpContext> = {}): Promise<TestServer> {
  const { url, drop } = await freshDatabase();
  const keys = fixedRing([randomBytes(32)]);
  const store = await openStore(url, { tenant: 'test', keys });
  await store.migrate();
  const time = { now: T0, wireNow: Date.parse(T0) };
  const tokens = await inTransaction(store, async (tx) => {
    await upsertAccounts(tx, [anAccount()], T0);
    const made: [ApiRole, string][] = [];
    for (const role of ROLES) made.push([role, await createToken(tx, { name: `a ${role}`, role, now: T0 })]);
    // Safe: one entry per role.
    return Object.fromEntries(made) as Record<ApiRole, string>;
  });
  const context: HttpContext = {
    deps: {
      store,
      clock,
      configs: { current: () => LOADED, at: async () => LOADED },
      connections: openConnections(CONNECTIONS),
      publicUrl: 'https://hub.example',
      calls: new CallTally(),
      heldBackSince: () => null,
      log: pino({ enabled: false }),
      lag: { observe: () => {} },
      now: () => time.now,
      wireNow: () => time.wireNow,
    },
    requestTrial: async ({ target }) => {
      const offerId = 'offerId' in target ? target.offerId : 'of1';
      return { kind: 'accepted', offerId, state: 'granting', sentence: 'The trial starts now.' };
    },
    endTrial: async () => ({ kind: 'accepted', state: 'active', sentence: 'The trial ends now.' }),
    viewUpgrade: async () => ({
      kind: 'ok',
      value: {
        accountName: 'Acme',
        productName: 'Core',
        fromPlan: 'Starter',
        toPlan: 'Pro',
        currency: 'usd',
        currentMonthlyCents: 9_900,
        nextMonthlyCents: 29_900,
        dueNowCents: 10_050,
      },
    }),
    openUpgradeLink: async () => ({ kind: 'ok', value: 'https://billing.example/confirm/1' }),
    ingestReadings: async (_, rows) => ({ stored: rows.length, rejected: [] }),
    keys: { ring: keys, rotated: async () => {}, useInTemporal: async () => null },
    codec: { codec: sealingCodec(keys), origins: [UI], secret: CODEC_SECRET },
    recentLogs: () => ({ hub: ['{"msg":"started"}'] }),
    lagP95Hours: () => 0.5,
    sweepPlans: () => [{ connection: 'billing', everyMs: 900_000, actualMs: 900_000 }],
    checkTemporal: async () => {},
    metrics: new Registry(),
    ...ports,
  };
  const app = makeHttpServer(context);
  await app.ready();
  let calls = 0;
  return {
    app,
    store,
    context,
    tokens,
    time,
    call: (role, method, url, body) =>
      inject(app, {
        method,
        url,
        // An address of its own, so that wrong tokens of one test do not slow others down.
        remoteAddress: `10.0.${(calls >> 8) & 255}.${calls++ & 255}`,
        headers: {
          ...(role === null ? {} : { authorization: `Bearer ${tokens[role]}` }),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { payload: JSON.stringify(body) }),
      }),
    close: async () => {
      await app.close();
      // A test may have taken the store away.
      if (!store.pool.ended) await store.close();
      await drop();
    },
  };
}

const MAIL = smtp.connect({
  ...fakeDependencies({
    connection: {
      connector: 'smtp',
      mode: 'sandbox',
      // Nobody listens there: what is tested here comes in.
      sandbox_url: 'smtp://127.0.0.1:9',
      host: 'smtp.relay.example',
      domain: 'mail.tidewater.example',
      auth: {},
      webhook_secret: 'env:MAIL_KEY',
    },
    secrets: { MAIL_KEY: `whsec_${MAIL_KEY.toString('base64')}` },
  }),
  clock,
});

const CONNECTIONS: OpenConnection[] = [
  {
    name: 'chat',
    connector: 'slack',
    mode: 'sandbox',
    capabilities: { receive: receiveSlack(() => [SLACK_SECRET], clock) },
  },
  {
    name: 'billing',
    connector: 'stripe',
    mode: 'sandbox',
    capabilities: { receive: receiveWebhook(() => [STRIPE_SECRET]) },
  },
  { name: 'silent', connector: 'stripe', mode: 'sandbox', capabilities: { receive: receiveWebhook(() => []) } },
  {
    name: 'email',
    connector: 'smtp',
    mode: 'sandbox',
    capabilities: MAIL,
  },
  { name: 'mail', connector: 'smtp', mode: 'sandbox', capabilities: MAIL.message ? { message: MAIL.message } : {} },
];

const connectionOf = (connector: string) => ({ connector, mode: 'sandbox' });
const plan = (name: string) => ({ name, price: `${name.toLowerCase()}_monthly`, limits: { api_calls: 100 } });

const LOADED = {
  config: config.parse({
    version: 1,
    company: { name: 'Tidewater Analytics', timezone: 'America/New_York', currency: 'usd' },
    connections: Object.fromEntries(CONNECTIONS.map(({ name, connector }) => [name, connectionOf(connector)])),
    products: { core: { name: 'Core', plans: { starter: plan('Starter'), pro: plan('Pro') } } },
    metrics: { api_calls: { product: 'core', from: 'billing', read: { event: 'API Call' }, resets: 'billing_period' } },
    triggers: { usage_80: { when: 'utilization', at: 0.8, play: 'summary' } },
    play_order: ['summary'],
    plays: { summary: { steps: [{ id: 'mail', send: { template: 'summary', by: 'email', to: 'primary_admin' } }] } },
    routing: { fallback: { slack: '#expansion', email: 'env:REVOPS_EMAIL' } },
  }),
  hash: 'hash1',
  templates: new Map(),
  dir: '.',
  files: {},
};
