import { expect, test } from 'vitest';
import { anEffect, aTrial } from '../testing/answers.ts';
import { fakeHub, refusal } from '../testing/fake-hub.ts';
import { runCommand } from '../testing/run-command.ts';

const offer = {
  id: 'of_1',
  account: 'acct-1',
  accountName: 'Acme',
  product: 'core',
  fromPlan: 'team',
  toPlan: 'pro',
  state: 'active',
  reason: null,
  expiresAt: '2026-03-21T09:25:00.000Z',
  triggerEventId: null,
};
const taken = { offerId: 'of_1', state: 'granting', sentence: 'The trial was granted.' };

test('trial start waits until billing has it', async () => {
  let times = 0;
  const hub = await fakeHub({
    'POST /trials': taken,
    'GET /trials/:offerId': () => {
      times += 1;
      return times === 1 ? { offer: { ...offer, state: 'granting' }, trial: null } : { offer, trial: aTrial() };
    },
  });
  const argv = ['trial', 'start', 'acct-1', '--product', 'core', '--as', 'kim@tidewater.example'];
  const { code, out } = await runCommand(argv, { env: hub.env });
  expect(code).toBe(0);
  expect(hub.asked[0]?.body).toEqual({ account: 'acct-1', product: 'core', actor: 'kim@tidewater.example' });
  expect(out).toBe('The trial was granted.\nOffer of_1: active, until 2026-03-28 09:25 UTC.');
});

test('trial start --json is one document, the last that is known', async () => {
  const hub = await fakeHub({ 'POST /trials': taken, 'GET /trials/:offerId': { offer, trial: aTrial() } });
  const { out } = await runCommand(['trial', 'start', 'acct-1', '--json'], { env: hub.env });
  expect(JSON.parse(out)).toEqual({ offer, trial: aTrial() });
});

test('trial start --no-wait asks once', async () => {
  const hub = await fakeHub({ 'POST /trials': taken });
  const { out } = await runCommand(['trial', 'start', 'acct-1', '--no-wait'], { env: hub.env });
  expect(out).toBe('The trial was granted.\nOffer of_1.');
  expect(hub.asked).toHaveLength(1);
});

test('a trial that is refused at the door ends with 1 and its sentence', async () => {
  const hub = await fakeHub({ 'POST /trials': refusal(409, 'The account already had a trial.', 'Talk to RevOps.') });
  const { code, out, err } = await runCommand(['trial', 'start', 'acct-1'], { env: hub.env });
  expect({ code, out, err }).toEqual({
    code: 1,
    out: '',
    err: 'error: The account already had a trial.\nTalk to RevOps.',
  });
});

test('a trial that billing refuses ends with 1 and the reason', async () => {
  const refused = { offer: { ...offer, state: 'refused', reason: 'the card was declined' }, trial: null };
  const hub = await fakeHub({ 'POST /trials': taken, 'GET /trials/:offerId': refused });
  const { code, err } = await runCommand(['trial', 'start', 'acct-1'], { env: hub.env });
  expect(code).toBe(1);
  expect(err).toContain('error: billing refused the trial: the card was declined');
});

test('trial end gives a reason', async () => {
  const hub = await fakeHub({ 'POST /trials/:offerId/end': { state: 'active', sentence: 'The trial ends now.' } });
  const { out } = await runCommand(['trial', 'end', 'of_1', '--reason', 'asked to'], { env: hub.env });
  expect(out).toBe('The trial ends now.');
  expect(hub.asked[0]).toMatchObject({ url: '/api/v1/trials/of_1/end', body: { reason: 'asked to' } });
});

const parkedEvent = {
  id: 7,
  source: 'billing',
  type: 'customer.updated',
  object: 'cus_1',
  occurredAt: null,
  receivedAt: '2026-03-14T09:25:00.000Z',
  attempts: 10,
  error: 'no such customer',
  behind: 2,
};

test('inbox lists what is parked, with what waits behind it', async () => {
  const hub = await fakeHub({ 'GET /inbox': { items: [parkedEvent] } });
  const { out, err } = await runCommand(['inbox', 'list', '--source', 'billing'], { env: hub.env });
  expect(out).toMatch(/7 +2026-03-14 09:25 +billing +customer.updated +cus_1 +2 +no such customer/);
  expect(err).toContain('headroom inbox replay EVENT');
  expect(hub.asked[0]?.url).toContain('source=billing');
});

test('inbox show tells the body and who did what', async () => {
  const { behind: _, ...event } = parkedEvent;
  const more = { eventId: 'evt_1', state: 'parked', body: { customerId: 'cus_1' }, doneAt: null, skipped: null };
  const hub = await fakeHub({ 'GET /inbox/:id': { event: { ...event, ...more }, audit: [] } });
  const { out } = await runCommand(['inbox', 'show', '7'], { env: hub.env });
  expect(out).toContain('customer.updated of billing: parked');
  expect(out).toContain('{"customerId":"cus_1"}');
});

test('inbox replay and skip show what they would do, and do it only with --yes', async () => {
  const answer = { dryRun: true, items: [{ event: parkedEvent, does: 'replay', sentence: 'Again.' }], more: false };
  const hub = await fakeHub({ 'POST /inbox/repair': answer });
  const { err } = await runCommand(['inbox', 'replay', '--source', 'billing', '--reason', 'mended'], { env: hub.env });
  expect(err).toBe('Nothing was done. The same with --yes does it.');
  await runCommand(['inbox', 'skip', '7', '--reason', 'a test', '--yes'], { env: hub.env });
  expect(hub.asked.map(({ body }) => body)).toEqual([
    { action: 'replay', filter: { source: 'billing' }, reason: 'mended', dryRun: true },
    { action: 'skip', ids: [7], reason: 'a test', dryRun: false },
  ]);
  expect((await runCommand(['inbox', 'skip', '--reason', 'x'], { env: hub.env })).code).toBe(2);
});

const repaired = {
  dryRun: true,
  items: [
    {
      effect: anEffect({ phase: 'refused' }),
      does: 'resend',
      sentence: 'Judged by all guardrails anew, then sent once more.',
    },
    { effect: anEffect({ phase: 'confirmed' }), does: 'no', sentence: 'It happened.' },
  ],
  more: false,
};

test('effects retry shows what it would do, and does it only with --yes', async () => {
  const hub = await fakeHub({ 'POST /effects/repair': repaired });
  const argv = ['effects', 'retry', '--connection', 'crm', '--since', '2026-03-14T09:00', '--note', 'mended'];
  const { out, err } = await runCommand(argv, { env: hub.env });
  expect(out).toContain('nothing: It happened.');
  expect(err).toBe('Nothing was done. The same with --yes does it.');
  expect(hub.asked[0]?.body).toEqual({
    action: 'retry',
    filter: { connection: 'crm', since: '2026-03-14T09:00:00.000Z' },
    note: 'mended',
    dryRun: true,
  });
  expect((await runCommand([...argv, '--yes'], { env: hub.env })).err).toBe('1 done.');
  expect(hub.asked[1]?.body).toMatchObject({ dryRun: false });
});

test('effects confirm, give-up and retry name their keys, and what a person saw', async () => {
  const hub = await fakeHub({ 'POST /effects/repair': repaired });
  const note = ['--note', 'seen'];
  await runCommand(['effects', 'confirm', 'k1', 'k2', ...note], { env: hub.env });
  await runCommand(['effects', 'give-up', 'k1', ...note, '--yes'], { env: hub.env });
  await runCommand(['effects', 'retry', 'k1', '--did-not-arrive', ...note, '--yes'], { env: hub.env });
  expect(hub.asked.map(({ body }) => body)).toEqual([
    { action: 'confirm', keys: ['k1', 'k2'], note: 'seen', dryRun: true },
    { action: 'give_up', keys: ['k1'], note: 'seen', dryRun: false },
    { action: 'retry', keys: ['k1'], note: 'seen', dryRun: false, didNotArrive: true },
  ]);
});

test.each([
  [['--note', 'x'], 'nothing says which effects are meant'],
  [['k1', '--account', 'a', '--note', 'x'], 'keys and a filter cannot go together'],
  [['--since', 'yesterday', '--note', 'x'], '--since: yesterday is no time'],
  [['k1'], '--note'],
])('effects retry %j is refused before the hub is asked', async (argv, problem) => {
  const hub = await fakeHub({});
  const { code, err } = await runCommand(['effects', 'retry', ...argv], { env: hub.env });
  expect(code).toBe(2);
  expect(err).toContain(problem);
});

test('effects show tells what was to be sent, each attempt, and where to look', async () => {
  const answer = {
    at: '2026-03-16T12:00:05.000Z',
    code: 'outcome_unknown',
    said: 'reset',
    vendorCode: null,
    requestId: 'r7',
  };
  const hub = await fakeHub({
    'GET /effects/:key': {
      effect: anEffect({ phase: 'unclear', reason: 'connection lost' }),
      idempotencyKey: 'abc',
      request: { to: 'ada@acme.example', what: 'Your usage', where: "the relay's log", lookFor: 'Message-ID <m1>' },
      attempts: [
        {
          attempt: 1,
          kind: 'send',
          at: '2026-03-16T12:00:00.000Z',
          wireAt: '2026-11-02T08:00:00.000Z',
          firstByteAt: '2026-03-16T12:00:01.000Z',
          answer,
        },
      ],
      verdicts: [],
      audit: [],
      retry: 'It may have arrived.',
    },
  });
  const { out } = await runCommand(['effects', 'show', 'te_1:mail'], { env: hub.env });
  for (const part of [
    'e-mail for acct-1: unclear',
    'Your usage',
    "the relay's log",
    'Message-ID <m1>',
    'outcome_unknown: reset (request r7)',
  ])
    expect(out).toContain(part);
});

test('effects settle sends outcome and note for exactly this key', async () => {
  const hub = await fakeHub({ 'POST /effects/:key/settle': anEffect() });
  const argv = ['effects', 'settle', 'te:1/a b:1', '--outcome', 'confirmed', '--note', 'seen'];
  expect((await runCommand(argv, { env: hub.env })).out).toBe('e-mail for acct-1: confirmed.');
  expect(hub.asked[0]).toMatchObject({
    url: '/api/v1/effects/te:1/a b:1/settle',
    body: { outcome: 'confirmed', note: 'seen' },
  });
  const json = await runCommand([...argv, '--json'], { env: hub.env });
  expect(JSON.parse(json.out)).toEqual(anEffect());
});

test('effects settle without a note ends with 2', async () => {
  const { code, err } = await runCommand(['effects', 'settle', 'k', '--outcome', 'refused']);
  expect(code).toBe(2);
  expect(err).toContain("required option '--note <text>' not specified");
});

test.each([
  [
    ['--all'],
    { scope: 'all', state: 'paused', reason: 'by hand, from the command line' },
    'Everything is paused from now on.',
  ],
  [
    ['--play', 'urgent', '--reason', 'new prices'],
    { scope: 'play', name: 'urgent', state: 'paused', reason: 'new prices' },
    'The play urgent is paused from now on.',
  ],
  [
    ['--connection', 'email', '--clear'],
    { scope: 'connection', name: 'email', state: 'running' },
    'The connection email goes on.',
  ],
])('pause %j', async (argv, body, said) => {
  const hub = await fakeHub({ 'POST /pause': { changed: true, pauses: [] } });
  const { code, out } = await runCommand(['pause', ...argv], { env: hub.env });
  expect({ code, out }).toEqual({ code: 0, out: said });
  expect(hub.asked[0]?.body).toEqual(body);
});

test('what was not paused, and what still is, is said', async () => {
  const still = { scope: 'all', name: '', reason: 'x', by: 'kim', at: '2026-03-14T09:20:00.000Z' };
  const hub = await fakeHub({ 'POST /pause': { changed: false, pauses: [still] } });
  const { out, err } = await runCommand(['pause', '--play', 'urgent', '--clear'], { env: hub.env });
  expect(out).toBe('The play urgent was not paused.');
  expect(err).toBe('Still paused: all.');
});

test.each([[[]], [['--all', '--play', 'urgent']]])('pause %j ends with 2 and asks nothing of the hub', async (argv) => {
  const { code, err } = await runCommand(['pause', ...argv]);
  expect(code).toBe(2);
  expect(err).toContain('Use --all, --play NAME or --connection NAME');
});

test.each([
  [1, '1 event goes on.'],
  [34, '34 events go on.'],
])('held release of %i', async (events, said) => {
  const hub = await fakeHub({ 'POST /held/:batch/release': { batch: 'b 1', events } });
  expect((await runCommand(['held', 'release', 'b 1'], { env: hub.env })).out).toBe(said);
  expect(hub.asked[0]?.url).toBe('/api/v1/held/b 1/release');
});

test('an incident is opened and closed by its scope', async () => {
  const hub = await fakeHub({
    'POST /incidents': ({ body }) => ({ scope: 'core', state: Object(body).state, closed: 0 }),
  });
  const opened = await runCommand(['incident', 'open', 'core', '--note', 'down'], { env: hub.env });
  const closed = await runCommand(['incident', 'close', 'core'], { env: hub.env });
  expect(hub.asked.map(({ body }) => body)).toEqual([
    { scope: 'core', state: 'open', note: 'down' },
    { scope: 'core', state: 'closed' },
  ]);
  expect(opened.out).toBe('An incident runs for core; headroom incident close core ends it.');
  expect(closed.out).toBe('No incident ran for core.');
});

const ana = { name: 'ana', role: 'am', createdAt: '2026-03-14T09:20:00.000Z', revokedAt: null };

test('token create prints the token alone, so that a script can take it', async () => {
  const hub = await fakeHub({ 'POST /tokens': { ...ana, token: 'hr_new' } });
  const { code, out, err } = await runCommand(['token', 'create', 'ana', '--role', 'am'], { env: hub.env });
  expect({ code, out }).toEqual({ code: 0, out: 'hr_new' });
  expect(err).toBe('Keep it: it is not shown again. headroom token revoke ana ends it.');
  expect(hub.asked[0]?.body).toEqual({ name: 'ana', role: 'am' });
});

test.each([[[]], [['--role', 'boss']]])(
  'token create with %j ends with 2 and says which roles there are',
  async (argv) => {
    const { code, err } = await runCommand(['token', 'create', 'ana', ...argv]);
    expect(code).toBe(2);
    expect(err).toContain('--role');
  },
);

test('token list shows names and roles, token revoke names whom it shuts out', async () => {
  const revoked = { ...ana, revokedAt: '2026-03-15T09:20:00.000Z' };
  const hub = await fakeHub({ 'GET /tokens': { items: [revoked] }, 'POST /tokens/:name/revoke': revoked });
  const listed = await runCommand(['token', 'list'], { env: hub.env });
  expect(listed.out).toMatch(/^ana +am +2026-03-14 09:20 +2026-03-15 09:20$/m);
  const { out } = await runCommand(['token', 'revoke', 'ana'], { env: hub.env });
  expect(out).toBe('The token ana lets nobody in any more.');
});
