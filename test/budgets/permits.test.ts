import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Connection } from '../../config/schema/index.ts';
import type { Capabilities, TaskInput } from '../../connectors/kit/capabilities.ts';
import { fakeDependencies } from '../../connectors/kit/testing/dependencies.ts';
import { callWithin } from '../../connectors/kit/time-limit.ts';
import { connectors } from '../../connectors/registry.ts';
import { mailInput } from '../../connectors/smtp/testing/mail.ts';
import { type Frame, startFrame } from '../../sandbox/frame/frame.ts';
import { clockFromNow, temporaryFile } from '../../sandbox/testing/support.ts';
import { twins } from '../../sandbox/twins.ts';

let frame: Frame;
let recording: string;

beforeAll(async () => {
  recording = await temporaryFile('exchanges.ndjson');
  frame = await startFrame({ twins, clock: clockFromNow(1), seed: 'permits', record: recording });
});
afterAll(() => frame?.stop());

const call = () => callWithin(10_000, { priority: 'alert' });

/** What each connector can be asked without knowing anything of the vendor's data: reads, pages, and a write where there is one. */
const ASKED: Record<string, { settings: Record<string, unknown>; ask: (open: Capabilities) => Promise<unknown>[] }> = {
  hubspot: {
    settings: { auth: { token: 'env:HUBSPOT_TOKEN' } },
    ask: ({ crm }) => [
      crm?.readOwners(call()) ?? fail(),
      crm?.ensureProperties(call()) ?? fail(),
      crm?.readAccountsById(['1', '2'], call()) ?? fail(),
    ],
  },
  mixpanel: {
    settings: {
      ...{ account_key: 'company_id', region: 'us', project_id: '3187201', timezone: 'UTC' },
      auth: { username: 'env:MIXPANEL_USER', secret: 'env:MIXPANEL_SECRET' },
    },
    ask: ({ usage }) => {
      const back = usage?.writeBack ?? fail();
      const event = { name: 'trial started', account: 'a_1', at: '2026-03-02T00:00:00.000Z', properties: {} };
      return [back.send(back.prepare([event]), writeCall())];
    },
  },
  salesforce: {
    settings: {
      ...{ my_domain: 'acme.my.salesforce.com', account_key: 'Headroom_Account_Id__c' },
      auth: { client_id: 'env:SALESFORCE_CLIENT_ID', client_secret: 'env:SALESFORCE_CLIENT_SECRET' },
    },
    ask: ({ crm }) => {
      const { completeTask, createTask, ...reads } = crm ?? fail();
      const done = completeTask.prepare({ taskId: '00THr0000000001MAA', note: 'done' });
      return [
        reads.readOwners(call()),
        reads.ensureProperties(call()),
        reads.readAccountsById(['001Hr0000000001AAA'], call()),
        createTask.send(createTask.prepare(task), writeCall()),
        completeTask.send(done, writeCall()),
      ];
    },
  },
  slack: {
    settings: { channel: '#expansion', auth: { token: 'env:SLACK_BOT_TOKEN' } },
    ask: ({ chat }) => [chat?.userEmail('U0123456789', call()) ?? fail()],
  },
  stripe: {
    settings: { account_key: 'metadata.account_id', auth: { key: 'env:STRIPE_KEY' } },
    ask: ({ billing }) => [billing?.readCustomer('cus_0123456789', call()) ?? fail()],
  },
};

/** All workers wait for a sign-in, so that it goes first whoever asked. */
const SIGN_IN = 'sign in';

const task: TaskInput = {
  ...{ companyId: '001Hr0000000001AAA', contactId: null, ownerId: null, marker: 'k', priority: 'HIGH' },
  ...{ subject: 'Call them', body: 'About seats.', dueAt: '2026-03-04T00:00:00.000Z' },
};

const mailTo = (email: string) => mailInput({ to: { email, name: null, userId: null } });

function fail(): never {
  throw new Error('the connector does not offer this any more');
}
function writeCall() {
  return { ...call(), idempotencyKey: 'k', sending: async () => {} };
}

function exchangesOf(vendor: string): number {
  const lines = readFileSync(recording, 'utf8').split('\n').filter(Boolean);
  return lines.filter((line) => JSON.parse(line).vendor === vendor).length;
}

test.each(Object.entries(ASKED))(
  '%s takes one permit for every request it makes, and says for whom',
  async (name, asked) => {
    const connector = connectors[name];
    const url = frame.running[name]?.url;
    if (!connector || url === undefined) throw new Error(`there is no ${name}`);
    const connection = { connector: name, mode: 'sandbox', sandbox_url: url, ...asked.settings } as Connection; // checked by its manifest
    const dependencies = fakeDependencies({ connection, secrets: frame.secrets });
    const open = connector.connect(dependencies);
    await open.check?.(call());
    await Promise.allSettled(asked.ask(open));
    await frame.recorder.flush();
    expect(exchangesOf(name)).toBeGreaterThan(1);
    expect(dependencies.taken).toHaveLength(exchangesOf(name));
    for (const { operation, priority } of dependencies.taken)
      expect(priority).toBe(operation === SIGN_IN ? 'click' : 'alert');
  },
);

/** A relay's recording has the commands that decide about a mail; what counts is a session, one a mail and one a check. */
test('smtp takes one permit for every session, as the mailboxes and the commands tell', async () => {
  const connection: Connection = {
    ...{ connector: 'smtp', mode: 'sandbox', sandbox_url: frame.running.smtp?.url, domain: 'mail.example.com' },
    ...{ host: 'smtp.sandbox.example', auth: { user: 'env:SMTP_USER', password: 'env:SMTP_PASSWORD' } },
  };
  const dependencies = fakeDependencies({ connection, secrets: frame.secrets });
  const open = connectors.smtp?.connect(dependencies);
  const { send } = open?.message ?? fail();
  await open?.check?.(call());
  const people = ['one@acme.example', 'two@acme.example', 'gone@acme.example'];
  await frame.actOn('smtp', 'set_fault', { kind: 'refuse_recipient', to: 'gone@acme.example' });
  const sent = await Promise.allSettled(people.map((to) => send.send(send.prepare(mailTo(to)), writeCall())));
  expect(sent.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected']);
  await frame.recorder.flush();
  expect(dependencies.taken.map(({ operation }) => operation).sort()).toEqual(['check', 'send', 'send', 'send']);
  for (const { priority } of dependencies.taken) expect(priority).toBe('alert');
  const arrived = frame.ledger.entries.filter(({ vendor, kind }) => vendor === 'smtp' && kind === 'mail');
  expect(arrived.map(({ to }) => to).sort()).toEqual(['one@acme.example', 'two@acme.example']);
  // DATA of two, and the RCPT that ended the third.
  expect(exchangesOf('smtp')).toBe(people.length);
});

test('every connector that calls a vendor declares what the vendor allows', () => {
  const silent = Object.values(connectors).filter(
    ({ manifest }) =>
      manifest.limits.length === 0 && manifest.hosts({ region: 'us', host: 'relay.example' }).length > 0,
  );
  expect(silent.map(({ manifest }) => manifest.name)).toEqual([]);
});
