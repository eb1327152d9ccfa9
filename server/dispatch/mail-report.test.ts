import { randomUUID } from 'node:crypto';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { standardSignature } from '../../connectors/kit/standard-webhooks.ts';
import {
  claimEffect,
  claimOutbox,
  confirm,
  findTouch,
  inTransaction,
  listEngagement,
  listPauses,
  loadTouchFacts,
  markUnclear,
  readEffect,
  replaceAccountPeople,
  type Tx,
  upsertAccounts,
  upsertPeople,
} from '../../store/index.ts';
import { HANDED_OVER, handOver } from '../../test/support/hand-over.ts';
import { httpServer, MAIL_KEY, type TestServer } from '../../test/support/http-server.ts';
import { anAccount, aRequest, minutesLater, send, T0 } from '../../test/support/store-rows.ts';
import { workOff } from '../../test/support/work-off.ts';

let server: TestServer;
let n = 0;
/** Of the test that runs. */
let account = '';
let person = '';
let key = '';

beforeAll(async () => {
  server = await httpServer();
});
afterAll(() => server.close());
beforeEach(async () => {
  n++;
  [account, person, key] = [`a${n}`, `p${n}@acme.example`, `te${n}:mail`];
  server.time.now = minutesLater(60);
  await run(async (tx) => {
    await upsertAccounts(tx, [anAccount({ id: account }), anAccount({ id: `${account}-too` })], T0);
    await upsertPeople(tx, [{ key: person, email: person, name: null, hardBounced: false }], T0);
    const roles = { person, roles: ['admin' as const], externalId: null, since: null };
    await replaceAccountPeople(tx, 'crm', [account], [{ account, ...roles }]);
    await claimEffect(tx, server.store.vault, request(key), send);
  });
});

const run = <T>(work: (tx: Tx) => Promise<T>) => inTransaction(server.store, work);
const request = (of: string) => aRequest({ key: of, account, person, connection: 'email', triggerEventId: `te${n}` });

async function sent(of = key, messageId?: string): Promise<void> {
  await run(async (tx) => {
    await handOver(tx, server.store, of);
    const result = { messageId: messageId ?? `<${await ourId(tx, of)}@mail.tidewater.example>` };
    await confirm(tx, of, { ...HANDED_OVER, result });
  });
}
async function inDoubt(): Promise<void> {
  await run(async (tx) => {
    await handOver(tx, server.store, key);
    await markUnclear(tx, key, { ...HANDED_OVER, reason: 'the relay never answered' });
  });
}
const ourId = async (tx: Tx, of = key) =>
  (await readEffect(tx, server.store.vault, of))?.effect.idempotencyKey ?? 'no effect';
const messageId = () => run(async (tx) => `<${await ourId(tx)}@mail.tidewater.example>`);

/** The provider reports, the hub answers and handles it. */
async function report(type: string, data: object, id = `msg_${randomUUID()}`): Promise<number> {
  const body = JSON.stringify({ type, data });
  const timestamp = String(Math.floor(server.time.wireNow / 1_000));
  const headers = {
    'content-type': 'application/json',
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': standardSignature(MAIL_KEY, id, timestamp, body),
  };
  const { statusCode } = await server.app.inject({ method: 'POST', url: '/webhooks/email', headers, payload: body });
  await workOff(server);
  return statusCode;
}
const facts = (of = account) =>
  run((tx) => loadTouchFacts(tx, { ...request('another'), account: of, effectKey: 'another' }));
const engagement = async () => (await run((tx) => listEngagement(tx, key))).map(({ kind, counts }) => [kind, counts]);
const touch = () => run((tx) => findTouch(tx, key));
const phase = async () => (await run((tx) => readEffect(tx, server.store.vault, key)))?.effect.phase;
const wakes = async () =>
  (await run((tx) => claimOutbox(tx, 100, { wireNow: server.time.wireNow, leaseMs: 60_000 }))).map((one) => one.target);

describe('a bounce', () => {
  test('for good marks the person and gives the slot back, once, by whatever way it is told', async () => {
    await sent();
    const data = { message_id: await messageId(), bounce: 'hard' };
    expect(await report('mail.bounced', data)).toBe(200);
    expect(await facts()).toMatchObject({ touchesOfAccount: [], touchesOfPerson: [], person: { hardBounced: true } });
    expect((await touch())?.state).toBe('released');
    await report('mail.bounced', data);
    await report('mail.bounced', { recipient: person.toUpperCase(), bounce: 'hard' });
    expect(await engagement()).toEqual([['bounced', true]]);
  });

  test('that may pass is kept, and changes nothing', async () => {
    await sent();
    await report('mail.bounced', { message_id: await messageId(), bounce: 'soft' });
    expect(await facts()).toMatchObject({ touchesOfAccount: [T0], person: { hardBounced: false } });
    expect(await engagement()).toEqual([['bounced', false]]);
  });

  test('is found by the id that the relay gave the mail', async () => {
    await sent(key, '<0102018f-1@eu-central-1.relay.example>');
    await report('mail.bounced', { message_id: '0102018f-1@eu-central-1.relay.example', bounce: 'hard' });
    expect((await touch())?.state).toBe('released');
  });

  test('that names the address alone is about the newest mail to it', async () => {
    await sent();
    const newer = `${key}:2`;
    await run((tx) => claimEffect(tx, server.store.vault, { ...request(newer), now: minutesLater(30) }, send));
    await sent(newer);
    await report('mail.bounced', { recipient: person, bounce: 'hard' });
    expect([(await touch())?.state, (await run((tx) => findTouch(tx, newer)))?.state]).toEqual([
      'confirmed',
      'released',
    ]);
  });

  test('of a mail whose fate was unclear shows that the relay had it', async () => {
    await inDoubt();
    await report('mail.bounced', { message_id: await messageId(), bounce: 'hard' });
    expect([await phase(), (await touch())?.state]).toEqual(['confirmed', 'released']);
  });

  test('on no mail and no person of ours changes nothing', async () => {
    await sent();
    for (const data of [{ message_id: '<other@mailer.example>' }, { recipient: 'nobody@else.example' }])
      expect(await report('mail.bounced', { ...data, bounce: 'hard' })).toBe(200);
    expect(await facts()).toMatchObject({ touchesOfAccount: [T0], person: { hardBounced: false } });
  });

  test('by another connection does not touch this one’s mail', async () => {
    await run((tx) => tx.execute(sql`update effect set connection = 'other' where key = ${key}`));
    await sent();
    await report('mail.bounced', { message_id: await messageId(), bounce: 'hard' });
    expect((await touch())?.state).toBe('confirmed');
  });
});

describe('a complaint', () => {
  test('is an opt-out of marketing for every account of the person, and no service mail is lost', async () => {
    await sent();
    await report('mail.complained', { message_id: await messageId() });
    for (const of of [account, `${account}-too`])
      expect((await facts(of)).person).toMatchObject({ optedOut: ['marketing'], hardBounced: false });
    expect(await facts()).toMatchObject({ touchesOfAccount: [T0] });
    await report('mail.complained', { message_id: await messageId() });
    expect(await engagement()).toEqual([['complained', true]]);
  });

  test('counts though the person is only known by the address', async () => {
    await report('mail.complained', { recipient: `Stranger <x${n}@acme.example>` });
    await run((tx) =>
      upsertPeople(
        tx,
        [{ key: `x${n}@acme.example`, email: `x${n}@acme.example`, name: null, hardBounced: false }],
        T0,
      ),
    );
    const known = await run((tx) =>
      loadTouchFacts(tx, { ...request('x'), person: `x${n}@acme.example`, effectKey: 'x' }),
    );
    expect(known.person?.optedOut).toEqual(['marketing']);
  });

  test('of a second mail stops the play that they came from, at once', async () => {
    const plays = async () => (await run(listPauses)).filter(({ name }) => name === 'pushy');
    for (const of of [`${key}:1`, `${key}:2`]) {
      expect(await plays()).toEqual([]);
      await run((tx) => claimEffect(tx, server.store.vault, { ...request(of), play: 'pushy', now: T0 }, send));
      await sent(of);
      const message_id = await run(async (tx) => `<${await ourId(tx, of)}@mail.tidewater.example>`);
      await report('mail.complained', { message_id });
    }
    const reason = 'automatic brake: 2 of 2 messages were reported as spam within 7 days, more than 0.3 %';
    expect(await plays()).toMatchObject([{ scope: 'play', by: 'headroom', reason }]);
  });

  test('outlives a CRM that does not know of it', async () => {
    await sent();
    await report('mail.complained', { message_id: await messageId() });
    await run((tx) =>
      upsertPeople(tx, [{ key: person, email: person, name: 'Ana', hardBounced: false }], minutesLater(90)),
    );
    expect((await facts()).person?.optedOut).toEqual(['marketing']);
  });
});

describe('an answer', () => {
  test('is engagement, and wakes the journey once', async () => {
    await sent();
    await wakes();
    await report('mail.replied', { message_id: await messageId() });
    await report('mail.replied', { message_id: await messageId() });
    expect((await touch())?.engagedAt).toBe(minutesLater(60));
    expect(await wakes()).toEqual([`journey:${account}:core`]);
  });

  test('by a machine is none', async () => {
    await sent();
    await wakes();
    await report('mail.replied', { message_id: await messageId(), automatic: true });
    expect((await touch())?.engagedAt).toBeNull();
    expect([await engagement(), await wakes()]).toEqual([[['replied', false]], []]);
  });

  test('to a mail whose fate was unclear settles it: delivered when the doubt arose', async () => {
    await inDoubt();
    await report('mail.replied', { message_id: await messageId() });
    expect(await phase()).toBe('confirmed');
    expect(await touch()).toMatchObject({ state: 'confirmed', deliveredAt: T0, engagedAt: minutesLater(60) });
  });
});

describe('a delivery', () => {
  test('that comes again, as it was or at once, is taken once', async () => {
    await sent();
    const data = { message_id: await messageId() };
    await Promise.all([1, 2, 3].map(() => report('mail.replied', data, `msg_${n}`)));
    await report('mail.replied', data, `msg_${n}`);
    expect(await engagement()).toEqual([['replied', true]]);
  });

  test('out of order does no harm: the answer counts, the address that died later is marked', async () => {
    await sent();
    const data = { message_id: await messageId() };
    await report('mail.bounced', { ...data, bounce: 'hard' });
    await report('mail.replied', data);
    expect(await facts()).toMatchObject({ person: { hardBounced: true } });
    expect((await touch())?.engagedAt).toBe(minutesLater(60));
  });
});
