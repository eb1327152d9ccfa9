import { expect, test } from 'vitest';
import { aDecision, anEffect, anEvent } from '../testing/answers.ts';
import { fakeHub } from '../testing/fake-hub.ts';
import { runCommand } from '../testing/run-command.ts';

const account = { id: 'acct-1', name: 'Acme' };
const story = {
  account,
  entries: [
    {
      kind: 'decision',
      at: '2026-03-12T09:00:00.000Z',
      decision: aDecision({
        kind: 'near_miss',
        trigger: 'usage_80',
        metric: 'seats',
        operation: null,
        until: null,
        reason: 'hold_broken',
        sentence: 'The level was reached, but not for long enough.',
        at: '2026-03-12T09:00:00.000Z',
        lastAt: '2026-03-13T09:00:00.000Z',
      }),
    },
    { kind: 'event', at: '2026-03-14T09:20:00.000Z', event: anEvent() },
    { kind: 'decision', at: '2026-03-14T23:00:00.000Z', decision: aDecision() },
    {
      kind: 'effect',
      at: '2026-03-16T12:00:00.000Z',
      effect: anEffect(),
      engagedAt: '2026-03-16T15:30:00.000Z',
    },
  ],
};

test('why tells the story in order, with its reasons as sentences', async () => {
  const hub = await fakeHub({ 'GET /accounts/:id/why': story });
  const { code, out } = await runCommand(['why', 'acct-1'], { env: hub.env });
  expect(code).toBe(0);
  expect(out).toMatchInlineSnapshot(`
    "Acme (acct-1), times in UTC

    2026-03-12 09:00  usage_80 (seats) did not come true
                      The level was reached, but not for long enough.
                      The same answer until 2026-03-13 09:00.

    2026-03-14 09:20  usage_80 came true
                      storage_gb stands at 82.2 % of its limit.
                      core storage_gb: 205.5 of 250 (82.2 %), play summary
                      The limit is about 12.4 days away (8–19).

    2026-03-14 23:00  message to ada@acme.example waits until 2026-03-16 12:00
                      It is outside working hours where the customer is; the message waits for the next morning.

    2026-03-16 12:00  e-mail to ada@acme.example went out (email)
                      play summary, step mail
                      Answered at 2026-03-16 15:30."
  `);
});

test('why asks for one trigger', async () => {
  const hub = await fakeHub({ 'GET /accounts/:id/why': { account, entries: [] } });
  const { out } = await runCommand(['why', 'a/1', '--trigger', 'usage_80'], { env: hub.env });
  expect(hub.asked[0]?.url).toBe('/api/v1/accounts/a/1/why?trigger=usage_80');
  expect(out).toContain('Nothing of usage_80 has come true for it, and nothing nearly did.');
});

test('why --json gives what the hub said', async () => {
  const hub = await fakeHub({ 'GET /accounts/:id/why': story });
  const { out } = await runCommand(['why', 'acct-1', '--json'], { env: hub.env });
  expect(JSON.parse(out)).toEqual(story);
});

test.each([
  ['held', null, 'Unusually many came true at once: it waits for a person (headroom held list).'],
  ['expired', 'too_old', 'It happened too long ago to speak of now.'],
] as const)('an event that is %s says so', async (status, reason, sentence) => {
  const event = anEvent({ status, reason, limit: null, utilization: null, forecast: null, mode: 'shadow' });
  const hub = await fakeHub({
    'GET /accounts/:id/why': { account, entries: [{ kind: 'event', at: event.occurredAt, event }] },
  });
  const { out } = await runCommand(['why', 'acct-1'], { env: hub.env });
  expect(out).toContain(sentence);
  expect(out).toContain('core storage_gb: 205.5 of any number, play summary, shadow');
});

test.each([
  ['send', 'message to ada@acme.example may go out'],
  ['shadow', 'message to ada@acme.example would have gone out (shadow)'],
  ['suppress', 'message to ada@acme.example does not go out'],
  ['withdraw', 'message to ada@acme.example was taken back before it went out'],
  ['refuse', 'message to ada@acme.example was refused'],
] as const)('a decision of kind %s is told in words', async (kind, what) => {
  const decision = aDecision({ kind, until: null });
  const hub = await fakeHub({
    'GET /accounts/:id/why': { account, entries: [{ kind: 'decision', at: decision.at, decision }] },
  });
  expect((await runCommand(['why', 'acct-1'], { env: hub.env })).out).toContain(what);
});

test('an unclear effect says how to settle it', async () => {
  const effect = anEffect({ phase: 'unclear' });
  const hub = await fakeHub({
    'GET /accounts/:id/why': { account, entries: [{ kind: 'effect', at: effect.claimedAt, effect, engagedAt: null }] },
  });
  const { out } = await runCommand(['why', 'acct-1'], { env: hub.env });
  expect(out).toContain('e-mail to ada@acme.example may have happened: look there and settle it (email)');
  expect(out).toContain('headroom effects show te_1:mail:message.send:p:1');
});

test('a yes is not told beside what came of it, but is where nothing came', async () => {
  const decision = aDecision({ kind: 'send', reason: 'allowed', sentence: 'Allowed.', until: null });
  const yes = { kind: 'decision', at: decision.at, decision };
  const effect = anEffect({ operation: 'crm.createTask', channel: null, person: null });
  const done = { kind: 'effect', at: effect.claimedAt, effect, engagedAt: null };
  const told = async (entries: object[]) => {
    const hub = await fakeHub({ 'GET /accounts/:id/why': { account, entries } });
    return (await runCommand(['why', 'acct-1'], { env: hub.env })).out;
  };
  expect(await told([yes, done])).not.toContain('Allowed.');
  expect(await told([yes, done])).toContain('CRM task was created (email)');
  expect(await told([yes])).toContain('Allowed.');
});

test('colours are used only where they may be', async () => {
  const hub = await fakeHub({ 'GET /accounts/:id/why': story });
  const colored = await runCommand(['why', 'acct-1'], { env: hub.env, color: { out: true, err: true } });
  const plain = await runCommand(['why', 'acct-1'], { env: hub.env });
  const ESC = String.fromCharCode(27);
  expect(colored.out).toContain(`${ESC}[36musage_80 came true`);
  expect(plain.out).not.toContain(ESC);
});
