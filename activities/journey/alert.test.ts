import { afterAll, beforeAll, expect, test } from 'vitest';
import { config } from '../../config/schema/index.ts';
import type { Crm, TaskInput } from '../../connectors/kit/capabilities.ts';
import { InvalidInputError } from '../../connectors/kit/errors.ts';
import type { WriteCall } from '../../connectors/kit/operation.ts';
import type { TeamMember } from '../../domain/model.ts';
import {
  insertTriggerEvents,
  inTransaction,
  linkAccounts,
  replaceTeam,
  type Store,
  type Tx,
  upsertAccounts,
} from '../../store/index.ts';
import { freshStore } from '../../test/support/store.ts';
import { anAccount, anEvent, T0 } from '../../test/support/store-rows.ts';
import { openConnections } from '../connections.ts';
import type { Deps } from '../deps.ts';
import { readAccountView } from '../messages/account-view.ts';
import { alertOwner } from './alert.ts';
import type { StepContext } from './step-context.ts';

let store: Store;
let close: () => Promise<void>;
beforeAll(async () => {
  ({ store, close } = await freshStore());
});
afterAll(() => close());

const run = <T>(work: (tx: Tx) => Promise<T>) => inTransaction(store, work);
const settings = config.parse({
  version: 1,
  company: { name: 'Tidewater', timezone: 'UTC', currency: 'usd' },
  connections: {},
  products: {
    core: { name: 'Core', plans: { starter: { name: 'Starter', price: 'starter', limits: { api_calls: 100 } } } },
  },
  metrics: { api_calls: { product: 'core', from: 'billing', read: { event: 'API Call' }, resets: 'billing_period' } },
  triggers: {},
  play_order: [],
  plays: {},
  routing: { fallback: { slack: '#expansion', email: 'env:REVOPS_EMAIL' } },
});
const olga: TeamMember = { id: 'o1', email: 'olga@own.example', name: 'Olga', active: true };
const piet: TeamMember = { id: 'o2', email: 'piet@own.example', name: 'Piet', active: true };

/** A CRM that takes tasks, but for none of its people who left. */
function vendor(staff: string[]) {
  const tasks: TaskInput[] = [];
  const createTask: Crm['createTask'] = {
    name: 'create task',
    idempotency: 'natural',
    settleMs: 1_000,
    timeoutMs: 20_000,
    prepare: (input) => ({ ...input }),
    send: async (payload, call: WriteCall) => {
      await call.sending();
      // Safe: made by `prepare`.
      const task = payload as unknown as TaskInput;
      if (task.ownerId !== null && !staff.includes(task.ownerId))
        throw new InvalidInputError(`owner ${task.ownerId} is inactive`, {
          connector: 'fake',
          operation: 'create task',
        });
      tasks.push(task);
      return { taskId: 't1' };
    },
  };
  // Safe: nothing else of it is used.
  return { tasks, crm: { createTask } as Crm };
}

test.each([
  ['is for the owner while the CRM lists them', [olga, piet], 'o1'],
  ['is nobody’s once the owner is listed as inactive', [{ ...olga, active: false }, piet], null],
  ['is nobody’s once the owner is no longer listed', [piet], null],
])('a task %s', async (why, team, ownerId) => {
  const account = `a: ${why}`;
  const event = anEvent({ id: `te: ${why}`, account });
  const view = await run(async (tx) => {
    await upsertAccounts(tx, [anAccount({ id: account, ownerId: 'o1' })], T0);
    const link = { connection: 'crm', externalId: `c: ${why}`, account, label: null };
    await linkAccounts(tx, [link], { now: T0, wireNow: 1 });
    await insertTriggerEvents(tx, [event], T0);
    await replaceTeam(tx, 'crm', [olga, piet]);
    // Another CRM's people are not this one's to judge.
    await replaceTeam(tx, 'other', [{ ...piet, id: 'x1' }]);
    await replaceTeam(tx, 'crm', team);
    return await readAccountView(tx, settings, { account, product: 'core', billing: null });
  });
  if (!view) throw new Error('the account is there');
  const { crm, tasks } = vendor(team.filter(({ active }) => active).map(({ id }) => id));
  // What an alert needs of the hub, and no more.
  const deps = {
    store,
    configs: { current: () => ({ config: settings }) },
    connections: openConnections([{ name: 'crm', connector: 'fake', mode: 'sandbox', capabilities: { crm } }]),
    publicUrl: 'https://hub.example',
    now: () => T0,
    wireNow: () => 1_000_000,
    log: { info: () => {}, warn: () => {}, error: () => {} },
  } as unknown as Deps;
  // Of the step, an alert needs only these.
  const context = {
    journeyId: null,
    state: { account, product: 'core', play: 'summary' },
    loaded: { config: settings },
    event,
    view,
    mode: 'live',
    earlier: [],
  } as unknown as StepContext;
  expect(await alertOwner(deps, context, 'crm_task', 'alert')).toMatchObject({ kind: 'done' });
  expect(tasks).toMatchObject([{ companyId: `c: ${why}`, ownerId }]);
});
