import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { JourneyState } from '../domain/journey/types.ts';
import { freshStore } from '../test/support/store.ts';
import { anEvent, aRequest, minutesLater, send, T0 } from '../test/support/store-rows.ts';
import {
  beginAttempt,
  claimEffect,
  claimEvents,
  claimOutbox,
  confirm,
  createOffer,
  type EffectRequest,
  endJourney,
  findTouch,
  forgetSent,
  holdEvents,
  insertTriggerEvents,
  insertUpgrade,
  inTransaction,
  listHeld,
  listJourneys,
  listTriggerEvents,
  markSending,
  markSent,
  openJourney,
  outboxBacklog,
  readJourney,
  readJourneyFacts,
  readTriggerEvents,
  recordEngagement,
  recordNearMisses,
  releaseAtStart,
  releaseHeld,
  retryOutbox,
  type Store,
  saveJourney,
  type Tx,
  takeBackEvent,
  wakeWaiting,
  why,
} from './index.ts';

let store: Store;
let close: () => Promise<void>;
let n = 0;
let account = '';
const run = <T>(work: (tx: Tx) => Promise<T>) => inTransaction(store, work);
const WIRE = { wireNow: 1, leaseMs: 60_000 };
const messages = () => run((tx) => claimOutbox(tx, 1_000, WIRE));
const targets = async () => (await messages()).map((m) => m.target);
const event = (id: string, over = {}) => anEvent({ id: `${account}-${id}`, account, ...over });
const insert = (...events: ReturnType<typeof event>[]) => run((tx) => insertTriggerEvents(tx, events, T0));
const statusOf = async (id: string) => (await run((tx) => readTriggerEvents(tx, [`${account}-${id}`])))[0]?.status;

function aState(over: Partial<JourneyState> = {}): JourneyState {
  return {
    account,
    product: 'core',
    play: 'summary',
    phase: 'running',
    stepIndex: 0,
    subject: `${account}-e1`,
    triggerEventIds: [`${account}-e1`],
    outcome: 'none',
    trialEnded: null,
    held: [],
    waitUntil: null,
    touchesSent: 0,
    alertsSent: 0,
    suppressed: [],
    startedAt: T0,
    end: null,
    ...over,
  };
}
const open = (id: string, now = T0) =>
  run((tx) =>
    openJourney(tx, {
      id,
      account,
      product: 'core',
      play: 'summary',
      leadEventId: 'e',
      state: aState(),
      configVersion: 'v1',
      now,
    }),
  );
const claim = (journeyId: string, token = journeyId) =>
  run((tx) => claimEvents(tx, { account, product: 'core', journeyId, claim: token, now: T0 }));

beforeAll(async () => {
  ({ store, close } = await freshStore());
});
afterAll(() => close());
beforeEach(async () => {
  account = `a${n++}`;
  await messages();
});

describe('trigger events', () => {
  test('come with one message that starts the journey, open ones only, and once', async () => {
    expect(await insert(event('e1'), event('e2'), event('e3', { status: 'expired' }))).toHaveLength(3);
    expect(await insert(event('e1'))).toEqual([]);
    expect(await messages()).toMatchObject([
      { kind: 'wake', target: `journey:${account}:core`, body: { account, product: 'core', start: true } },
    ]);
  });

  test('leave no message when their transaction fails', async () => {
    const failing = run(async (tx) => {
      await insertTriggerEvents(tx, [event('e1')], T0);
      throw new Error('crash');
    });
    await expect(failing).rejects.toThrow('crash');
    expect(await targets()).toEqual([]);
  });

  test('are claimed in order of occurrence; the same claim asked again answers the same', async () => {
    await insert(event('late', { occurredAt: minutesLater(5) }), event('early'));
    const first = await claim('j', 'run1');
    expect(first.map((e) => e.id)).toEqual([`${account}-early`, `${account}-late`]);
    expect(await claim('j', 'run1')).toEqual(first);
    expect(await claim('j', 'run2')).toEqual([]);
    expect(await statusOf('early')).toBe('claimed');
  });

  test('taken back before a touch are withdrawn with what was claimed for them, and the journey is woken', async () => {
    await insert(event('e1'));
    const key = `${account}-mail`;
    await run((tx) => claimEffect(tx, store.vault, aRequest({ key, account, triggerEventId: `${account}-e1` }), send));
    await messages();
    const back = { reason: 'corrected', now: T0, wireNow: 1 };
    expect(await run((tx) => takeBackEvent(tx, `${account}-e1`, back))).toBe('withdrawn');
    expect((await run((tx) => findTouch(tx, key)))?.state).toBe('released');
    expect(await targets()).toEqual([`journey:${account}:core`]);
    expect(await run((tx) => takeBackEvent(tx, `${account}-e1`, back))).toBeNull();
  });

  test('taken back while a touch is being sent are corrected and the cap stays used', async () => {
    await insert(event('e1'));
    const key = `${account}-mail`;
    await run((tx) => claimEffect(tx, store.vault, aRequest({ key, account, triggerEventId: `${account}-e1` }), send));
    await run((tx) => beginAttempt(tx, store.vault, key, { now: T0, wireNow: 1, timeoutMs: 5, judged: true }));
    await run((tx) => markSending(tx, key, 1, { now: T0, wireNow: 1 }));
    const back = { reason: 'corrected', now: T0, wireNow: 1 };
    expect(await run((tx) => takeBackEvent(tx, `${account}-e1`, back))).toBe('corrected');
    expect((await run((tx) => findTouch(tx, key)))?.state).toBe('reserved');
  });

  test('near misses keep one row a day and answer why not', async () => {
    const miss = {
      account,
      product: 'core',
      metric: 'api_calls',
      trigger: 'usage_95',
      at: T0,
      reason: 'held_for',
      numbers: { u: 1 },
    };
    await run((tx) => recordNearMisses(tx, [miss, { ...miss, at: minutesLater(60), numbers: { u: 2 } }]));
    await run((tx) => recordNearMisses(tx, [{ ...miss, at: minutesLater(60 * 24) }]));
    const entries = await run((tx) => why(tx, account, { trigger: 'usage_95' }));
    expect(
      entries.map((e) => e.kind === 'decision' && [e.decision.kind, e.decision.reason, e.decision.numbers]),
    ).toEqual([
      ['near_miss', 'held_for', { u: 2 }],
      ['near_miss', 'held_for', { u: 1 }],
    ]);
  });
});

describe('events kept back', () => {
  test('recorded at first sight are released fullest first, at most so many in 24 hours, and count as just received', async () => {
    await insert(...[0.9, 1.2, 0.8].map((utilization, i) => event(`s${i}`, { status: 'at_start', utilization })));
    const release = (now: string) => run((tx) => releaseAtStart(tx, { perDay: 2, now }));
    expect((await release(minutesLater(60))).sort()).toEqual([`${account}-s0`, `${account}-s1`]);
    expect(await release(minutesLater(120))).toEqual([]);
    expect(await targets()).toEqual([`journey:${account}:core`]);
    expect(await release(minutesLater(60 * 25 + 1))).toEqual([`${account}-s2`]);
    const [last] = await run((tx) => readTriggerEvents(tx, [`${account}-s2`]));
    expect(last).toMatchObject({ status: 'open', receivedAt: minutesLater(60 * 25 + 1), occurredAt: T0 });
  });

  test('held as unusually many wait for a person, who is on record', async () => {
    await insert(event('e1'), event('e2'));
    await claim('j');
    await insert(event('e3'));
    const ids = ['e1', 'e2', 'e3'].map((id) => `${account}-${id}`);
    await run((tx) => holdEvents(tx, { id: account, connection: 'mp', trips: 61, median: 20, eventIds: ids, now: T0 }));
    expect([await statusOf('e1'), await statusOf('e3')]).toEqual(['claimed', 'held']);
    expect(await claim('j2')).toEqual([]);
    expect(await run((tx) => listHeld(tx))).toMatchObject([{ id: account, trips: 61 }]);
    const by = { actor: 'revops@own.example', door: 'cli', now: minutesLater(9) };
    expect(await run((tx) => releaseHeld(tx, account, by))).toBe(1);
    expect(await run((tx) => releaseHeld(tx, account, by))).toBeNull();
    expect((await claim('j3')).map((e) => e.id)).toEqual([`${account}-e3`]);
  });
});

describe('a journey', () => {
  test('is opened once, and one whose run is gone ends when the next one opens, and lets it see what comes', async () => {
    await insert(event('e1'));
    await claim('dead');
    await open('dead');
    await open('next', minutesLater(5));
    await open('next', minutesLater(6));
    expect(await run((tx) => readJourney(tx, 'dead'))).toMatchObject({ status: 'withdrawn', endedAt: minutesLater(5) });
    expect(await run((tx) => readJourney(tx, 'next'))).toMatchObject({ endedAt: null, startedAt: minutesLater(5) });
    expect(await statusOf('e1')).toBe('done');
  });

  test('keeps its state, and its end marks its events done', async () => {
    await insert(event('e1'), event('e2'));
    await open(`${account}-j`);
    await claim(`${account}-j`);
    await run((tx) => saveJourney(tx, `${account}-j`, aState({ play: 'urgent', stepIndex: 3 }), minutesLater(1)));
    expect(await run((tx) => readJourney(tx, `${account}-j`))).toMatchObject({
      play: 'urgent',
      state: { stepIndex: 3 },
    });
    const end = {
      outcome: 'upgraded' as const,
      reason: null,
      state: aState({ end: 'upgraded' }),
      now: minutesLater(2),
    };
    await run((tx) => endJourney(tx, `${account}-j`, end));
    expect(await run((tx) => listJourneys(tx, { account, status: 'upgraded' }))).toHaveLength(1);
    expect([await statusOf('e1'), await statusOf('e2')]).toEqual(['done', 'done']);
    await open(`${account}-j2`);
    expect(await run((tx) => readJourney(tx, `${account}-j2`))).toMatchObject({ status: 'running' });
  });

  test('reads its facts together: outcome, own events, unclaimed events', async () => {
    await insert(event('e1'));
    await open(`${account}-j`);
    await claim(`${account}-j`);
    await insert(event('e2'));
    const read = () =>
      run((tx) => readJourneyFacts(tx, { account, product: 'core', journeyId: `${account}-j`, now: minutesLater(3) }));
    expect(await read()).toMatchObject({
      facts: { upgraded: false, trialStarted: false, trialEnded: null, engaged: false, takenBack: false },
      events: [{ id: `${account}-e1` }],
      unclaimed: [{ id: `${account}-e2` }],
      meters: [],
    });

    const key = `${account}-mail`;
    const request = aRequest({ key, account, journeyId: `${account}-j`, triggerEventId: `${account}-e1` });
    await run((tx) => claimEffect(tx, store.vault, request, send));
    await run((tx) => confirm(tx, key, { now: T0, wireNow: 1, result: null }));
    await messages();
    const click = { effectKey: key, kind: 'clicked' as const, at: T0, counts: true, detail: null };
    expect(await run((tx) => recordEngagement(tx, click))).toBe(true);
    expect(await run((tx) => recordEngagement(tx, click))).toBe(false);
    expect(await messages()).toMatchObject([{ kind: 'wake', body: { start: false } }]);
    const amounts = { fromMrrCents: 0, toMrrCents: 1, acvCents: 12, fromPlan: null, toPlan: 'pro' };
    const upgrade = {
      id: `${account}-u`,
      account,
      product: 'core',
      subscriptionId: account,
      version: 2,
      at: minutesLater(1),
      ...amounts,
    };
    expect(await run((tx) => insertUpgrade(tx, upgrade))).toBe(true);
    expect(await run((tx) => insertUpgrade(tx, { ...upgrade, id: 'other' }))).toBe(false);
    expect((await read()).facts).toMatchObject({ upgraded: true, engaged: true });
  });

  test('counts a click by a scanner as nothing', async () => {
    const key = `${account}-mail`;
    await run((tx) => claimEffect(tx, store.vault, aRequest({ key, account }), send));
    await messages();
    const scan = { effectKey: key, kind: 'clicked' as const, at: T0, counts: false, detail: null };
    expect(await run((tx) => recordEngagement(tx, scan))).toBe(false);
    expect(await targets()).toEqual([]);
  });

  test('knows when everything behind it was taken back', async () => {
    await insert(event('e1'));
    await open(`${account}-j`);
    await claim(`${account}-j`);
    await run((tx) => takeBackEvent(tx, `${account}-e1`, { reason: 'corrected', now: T0, wireNow: 1 }));
    const read = await run((tx) =>
      readJourneyFacts(tx, { account, product: 'core', journeyId: `${account}-j`, now: T0 }),
    );
    expect(read.facts.takenBack).toBe(true);
    expect(await run((tx) => listTriggerEvents(tx, { account, status: 'withdrawn' }))).toHaveLength(1);
  });
});

test('a message that could not be sent comes again at its time, a sent one never', async () => {
  await insert(event('e1'));
  const [message] = await messages();
  if (!message) throw new Error('a message was expected');
  await run((tx) => retryOutbox(tx, message.id, 'no server', 5_000));
  expect(await run((tx) => claimOutbox(tx, 9, { wireNow: 4_999, leaseMs: 1 }))).toEqual([]);
  expect(await run((tx) => claimOutbox(tx, 9, { wireNow: 5_000, leaseMs: 1 }))).toMatchObject([
    { id: message.id, attempts: 2 },
  ]);
  await run((tx) => markSent(tx, [message.id], 5_000));
  expect((await run((tx) => claimOutbox(tx, 9, { wireNow: 9_000, leaseMs: 1 }))).map((m) => m.id)).not.toContain(
    message.id,
  );
  expect((await run((tx) => outboxBacklog(tx))).waiting).toBeGreaterThanOrEqual(0);
  expect(await run((tx) => forgetSent(tx, 5_000))).toBe(1);
});

test('those who wait for a connection are woken one after the other, whoever waited longest first, and once', async () => {
  const ofAccount = (id: string, over: Partial<EffectRequest> = {}) =>
    aRequest({
      ...{ key: `${account}${id}`, connection: `${account}-mail`, account: `${account}${id}`, person: id },
      ...{ journeyId: id, triggerEventId: `${account}${id}` },
      ...over,
    });
  const claims = [
    ofAccount('late', { now: minutesLater(2) }),
    ofAccount('early'),
    ofAccount('elsewhere', { connection: 'other' }),
    ofAccount('trial', { journeyId: null }),
    ofAccount('sent'),
  ];
  for (const claim of claims) await run((tx) => claimEffect(tx, store.vault, claim, send));
  await run((tx) => beginAttempt(tx, store.vault, `${account}sent`, { ...WIRE, now: T0, timeoutMs: 9, judged: true }));
  await run((tx) => markSending(tx, `${account}sent`, 1, { now: T0, wireNow: 1 }));
  const pace = { now: T0, wireNow: 1_000, everyMs: 50, scale: 1 };
  expect(await run((tx) => wakeWaiting(tx, `${account}-mail`, pace))).toBe(2);
  expect(await run((tx) => wakeWaiting(tx, `${account}-mail`, pace))).toBe(0);
  const due = async (wireNow: number) =>
    (await run((tx) => claimOutbox(tx, 9, { wireNow, leaseMs: 60_000 }))).map(({ target, body }) => [target, body]);
  const wake = (id: string) => [
    `journey:${account}${id}:core`,
    { account: `${account}${id}`, product: 'core', start: false },
  ];
  expect(await due(1_000)).toEqual([wake('early')]);
  expect(await due(1_049)).toEqual([]);
  expect(await due(1_050)).toEqual([wake('late')]);
});

test('an offer kept twice is one offer', async () => {
  const offer = {
    id: account,
    account,
    product: 'core',
    fromPlan: 'starter',
    toPlan: 'pro',
    triggerEventId: null,
    journeyId: null,
    state: 'offered' as const,
    expiresAt: minutesLater(9),
    createdAt: T0,
  };
  await run((tx) => createOffer(tx, offer));
  await run((tx) => createOffer(tx, { ...offer, toPlan: 'enterprise' }));
  const rows = await store.pool.query('select to_plan from offer where id = $1', [account]);
  expect(rows.rows).toEqual([{ to_plan: 'pro' }]);
});
