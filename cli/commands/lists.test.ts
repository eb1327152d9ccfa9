import { expect, test } from 'vitest';
import { aJourney, anAccount, anEffect, aTrial } from '../testing/answers.ts';
import { type Asked, fakeHub } from '../testing/fake-hub.ts';
import { runCommand } from '../testing/run-command.ts';

test('accounts shows plans, price and the metric that is nearest to its limit', async () => {
  const items = [
    anAccount(),
    anAccount({ id: 'acct-2', name: 'Ours', test: true, segment: null, meters: [], subscriptions: [] }),
  ];
  const hub = await fakeHub({ 'GET /accounts': { items, next: null } });
  const { code, out, err } = await runCommand(['accounts', '--search', 'ac me'], { env: hub.env });
  expect({ code, err }).toEqual({ code: 0, err: '' });
  expect(out).toMatchInlineSnapshot(`
    "Account  Name            Segment  Plans                Per month  Fullest
    acct-1   Acme            smb      core team, api payg    €349.50  storage_gb 82.2 % (205.5 of 250)
    acct-2   Ours (our own)  –        –                            –  –"
  `);
  expect(hub.asked[0]?.url).toBe('/api/v1/accounts?search=ac+me&limit=50');
});

test('a list follows the pages up to its limit and tells of more', async () => {
  const page = ({ url }: Asked) => {
    const query = new URL(url, 'http://x').searchParams;
    const start = Number(query.get('after') ?? 0);
    const items = Array.from({ length: Number(query.get('limit')) }, (_, n) => anAccount({ id: `acct-${start + n}` }));
    return { items, next: String(start + items.length) };
  };
  const hub = await fakeHub({ 'GET /accounts': page });
  const { out, err } = await runCommand(['accounts', '--limit', '250', '--json'], { env: hub.env });
  expect(JSON.parse(out).map(({ id }: { id: string }) => id)).toEqual(
    Array.from({ length: 250 }, (_, n) => `acct-${n}`),
  );
  expect(hub.asked.map(({ url }) => url)).toEqual([
    '/api/v1/accounts?limit=200',
    '/api/v1/accounts?limit=50&after=200',
  ]);
  expect(err).toBe('These are the first 250; --limit shows more.');
});

test.each([
  [['accounts'], 'GET /accounts', 'There are no such accounts.'],
  [['journeys'], 'GET /journeys', 'There are no such journeys.'],
  [['effects'], 'GET /effects', 'There are no such effects.'],
  [['effects', '--unclear'], 'GET /effects', 'Nothing is unclear.'],
  [['trial', 'list'], 'GET /trials', 'There are no trials.'],
  [['held', 'list'], 'GET /held', 'Nothing is held.'],
  [['incident', 'list'], 'GET /incidents', 'No incident runs.'],
  [['token', 'list'], 'GET /tokens', 'There are no tokens.'],
])('%j: an empty list is a sentence, and in JSON an empty list', async (argv, route, sentence) => {
  const paged = !['GET /held', 'GET /incidents', 'GET /tokens'].includes(route);
  const hub = await fakeHub({ [route]: { items: [], ...(paged ? { next: null } : {}) } });
  expect((await runCommand(argv, { env: hub.env })).out).toBe(sentence);
  expect((await runCommand([...argv, '--json'], { env: hub.env })).out).toBe('[]');
});

test('journeys shows where each stands', async () => {
  const hub = await fakeHub({ 'GET /journeys': { items: [aJourney()], next: null } });
  const { out } = await runCommand(['journeys', '--status', 'not_upgraded', '--account', 'acct-1'], { env: hub.env });
  expect(hub.asked[0]?.url).toBe('/api/v1/journeys?account=acct-1&status=not_upgraded&limit=50');
  expect(out).toMatch(/2026-03-14 09:25 +acct-1 +core +summary +not upgraded +2026-03-28 09:25 +–$/m);
});

test('a status that does not exist is refused with those that do', async () => {
  const { code, err } = await runCommand(['journeys', '--status', 'done']);
  expect(code).toBe(2);
  expect(err).toContain('Allowed choices are running, upgraded, not_upgraded, suppressed, withdrawn');
});

test('effects --unclear shows the keys and how to settle them', async () => {
  const hub = await fakeHub({
    'GET /effects': { items: [anEffect({ phase: 'unclear', reason: 'the line broke' })], next: null },
  });
  const { out, err } = await runCommand(['effects', '--unclear'], { env: hub.env });
  expect(hub.asked[0]?.url).toBe('/api/v1/effects?phase=unclear&limit=50');
  expect(out).toMatch(/acct-1 +e-mail +ada@acme.example +email +unclear +the line broke +te_1:mail:message.send:p:1$/m);
  expect(err).toContain('headroom effects show KEY');
});

test('effects of a phase has no keys to copy', async () => {
  const hub = await fakeHub({ 'GET /effects': { items: [anEffect()], next: null } });
  const { out } = await runCommand(['effects', '--phase', 'confirmed', '--account', 'acct-1'], { env: hub.env });
  expect(hub.asked[0]?.url).toBe('/api/v1/effects?phase=confirmed&account=acct-1&limit=50');
  expect(out).not.toContain('te_1');
});

test('trial list shows who asked and until when', async () => {
  const hub = await fakeHub({ 'GET /trials': { items: [aTrial()], next: null } });
  const { out } = await runCommand(['trial', 'list'], { env: hub.env });
  expect(out).toMatch(/^of_1 +acct-1 +core +pro +active +2026-03-28 09:25 +kim@tidewater.example$/m);
});

test.each(['0', '-1', 'many', '20000'])('--limit %s is refused', async (limit) => {
  expect((await runCommand(['accounts', `--limit=${limit}`])).code).toBe(2);
});
