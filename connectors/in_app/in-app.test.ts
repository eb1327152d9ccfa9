import { describe, expect, test } from 'vitest';
import type { WorldAccount, WorldRow } from '../../sandbox/frame/types.ts';
import type { MessageInput } from '../kit/capabilities.ts';
import type { PromptBox } from '../kit/connector.ts';
import { InvalidInputError } from '../kit/errors.ts';
import { fakeDependencies, fakeWriteCall } from '../kit/testing/dependencies.ts';
import { fakeTwinContext } from '../kit/testing/twin-context.ts';
import { inApp } from './index.ts';
import { makeInAppTwin } from './twin/index.ts';

type Put = Parameters<PromptBox['put']>[0];

const input: MessageInput = {
  effectKey: 'event_1:remind:send_in_app:p_1:1',
  account: 'a_0001',
  to: { email: 'zoe@acme.example', name: null, userId: 'u_1' },
  from: 'Customer success <success@tidewater.example>',
  subject: 'You are at 95 %',
  html: '<p>unused</p>',
  text: 'Team has room for you.',
  link: { label: 'Upgrade', url: 'https://hub.example/t/abc' },
  unsubscribeUrl: null,
  category: 'marketing',
  expiresAt: '2026-03-16T10:00:00.000Z',
};
const account: WorldAccount = {
  type: 'account',
  receivedAt: '2026-03-02T00:00:00Z',
  account: 'a_0001',
  name: 'Acme',
  segment: 'smb',
  employees: 19,
  timezone: 'America/Denver',
  region: 'us',
  arrCents: 1_916_400,
  renewalDate: '2026-03-30',
  admin: { id: 'u_1', email: 'zoe@acme.example', role: 'admin' },
  owner: { id: 'am_09', email: 'am_09@vendor.example' },
};

describe('sending a prompt', () => {
  test('puts it where the product finds it, under the key of the effect', async () => {
    const put: Put[] = [];
    const connection = { connector: 'in_app', mode: 'sandbox' as const, auth: {} };
    const deps = fakeDependencies({ connection });
    deps.prompts = { put: async (prompt) => void put.push(prompt), has: async () => false };
    const operation = inApp.connect(deps).message?.send;
    const call = fakeWriteCall('k');
    const payload = JSON.parse(JSON.stringify(operation?.prepare(input)));
    expect(await operation?.send(payload, call)).toEqual({ messageId: input.effectKey });
    expect(call.sent()).toBe(true);
    expect(operation?.idempotency).toBe('vendor_key');
    expect(put).toEqual([
      {
        key: input.effectKey,
        account: 'a_0001',
        user: 'u_1',
        title: 'You are at 95 %',
        body: 'Team has room for you.',
        link: { label: 'Upgrade', url: 'https://hub.example/t/abc' },
        expiresAt: '2026-03-16T10:00:00.000Z',
      },
    ]);
  });

  test('needs a user of the product', () => {
    const connection = { connector: 'in_app', mode: 'sandbox' as const, auth: {} };
    const operation = inApp.connect(fakeDependencies({ connection })).message?.send;
    const stranger = { ...input, to: { ...input.to, userId: null } };
    expect(() => operation?.prepare(stranger)).toThrow(InvalidInputError);
  });
});

/** A product beside a hub that offers `prompts` to everyone who asks. */
function product(prompts: unknown[], status = 200) {
  const context = fakeTwinContext({
    now: '2026-03-09T10:00:00.000Z',
    rows: [account],
    secrets: { HEADROOM_PRODUCT_TOKEN: 'hr_product_1' },
    answer: ({ method }) =>
      method === 'GET' ? { status, body: JSON.stringify({ prompts }) } : { status: 204, body: '' },
  });
  return { context, twin: makeInAppTwin(context) };
}
const prompt = {
  key: 'event_1:remind:send_in_app:p_1:1',
  title: 'You are at 95 %',
  body: 'Team has room for you.',
  link: { label: 'Upgrade', url: 'https://hub.example/t/abc' },
  createdAt: '2026-03-08T10:00:00.000Z',
};
const path = (mark: string) => `/api/v1/prompts/${encodeURIComponent(prompt.key)}/${mark}`;

describe('the product', () => {
  test('asks with its token, shows what waits, and says so once', async () => {
    const { context, twin } = product([prompt]);
    await twin.acts.poll?.({ account: 'a_0001', user: 'u_1' });
    expect(context.deliveries).toMatchObject([
      {
        method: 'GET',
        path: '/api/v1/prompts?account=a_0001&user=u_1',
        headers: { authorization: 'Bearer hr_product_1' },
      },
      { method: 'POST', path: path('shown') },
    ]);
    expect(context.ledger).toEqual([
      expect.objectContaining({ kind: 'prompt_shown', account: 'a_0001', to: 'u_1', key: prompt.key }),
    ]);
    expect(context.emitted).toEqual([
      { name: 'prompt.seen', event: expect.objectContaining({ key: prompt.key, link: 'https://hub.example/t/abc' }) },
    ]);
  });

  test('shows a prompt once, and tells a hub that missed it again', async () => {
    const { context, twin } = product([prompt]);
    await twin.acts.poll?.({ account: 'a_0001', user: 'u_1' });
    await twin.acts.poll?.({ account: 'a_0001', user: 'u_1' });
    expect(context.ledger).toHaveLength(1);
    expect(context.deliveries.filter((request) => request.path === path('shown'))).toHaveLength(2);
  });

  test.each([
    ['click', 'clicked', 'in_app_clicked'],
    ['dismiss', 'dismissed', 'dismissed'],
  ])('%s is told to the hub', async (name, mark, act) => {
    const { context, twin } = product([prompt]);
    await twin.acts.poll?.({ account: 'a_0001', user: 'u_1' });
    expect(await twin.acts[name]?.({ key: prompt.key, account: 'a_0001', user: 'u_1' })).toEqual({ status: 204 });
    expect(context.deliveries.at(-1)).toMatchObject({ method: 'POST', path: path(mark) });
    expect(context.ledger.at(-1)).toMatchObject({ kind: 'act', act, key: prompt.key });
    await expect(twin.acts[name]?.({ key: 'never shown' })).rejects.toThrow('never shown');
  });

  test('shows nothing when the hub refuses', async () => {
    const { context, twin } = product([], 401);
    expect(await twin.acts.poll?.({ account: 'a_0001', user: 'u_1' })).toEqual([]);
    expect(context.ledger).toEqual([]);
  });
});

describe('visits', () => {
  const polls = (context: ReturnType<typeof product>['context']) =>
    context.deliveries.filter(({ method }) => method === 'GET').map(({ path: asked }) => asked);
  const event = (id: string, changes: Record<string, unknown> = {}): WorldRow => ({
    type: 'event',
    receivedAt: '2026-03-09T10:00:00Z',
    occurredAt: '2026-03-09T10:00:00Z',
    id,
    account: 'a_0001',
    product: 'core',
    name: 'export_run',
    user: 'u_2',
    properties: {},
    ...changes,
  });

  test('a user who does something looks for prompts, once per visit', async () => {
    const { context, twin } = product([]);
    twin.apply(event('e1'));
    twin.apply(event('e2'));
    expect(polls(context)).toEqual(['/api/v1/prompts?account=a_0001&user=u_2']);
    await context.advanceTo('2026-03-10T10:00:00.000Z');
    twin.apply(event('e3', { receivedAt: '2026-03-10T10:00:00Z' }));
    expect(polls(context)).toHaveLength(2);
  });

  test('our own staff acting as the user, and events of long ago, are no visits', () => {
    const { context, twin } = product([]);
    twin.apply(event('e1', { properties: { impersonatedBy: 'staff_1' } }));
    twin.apply(event('e2', { receivedAt: '2026-02-01T10:00:00Z' }));
    expect(polls(context)).toEqual([]);
  });

  test('the admin comes on some weekdays and on no weekend', async () => {
    const { context, twin } = product([]);
    twin.apply(account);
    twin.apply({ ...account, receivedAt: '2026-03-03T00:00:00Z' });
    const days: number[] = [];
    for (let day = 9; day < 30; day++) {
      const before = polls(context).length;
      await context.advanceTo(`2026-03-${String(day).padStart(2, '0')}T23:59:59.000Z`);
      if (polls(context).length > before) days.push(new Date(`2026-03-${String(day).padStart(2, '0')}`).getUTCDay());
    }
    expect(days.length).toBeGreaterThan(4);
    expect(days.length).toBeLessThan(15);
    expect(days).not.toContain(0);
    expect(days).not.toContain(6);
  });
});
