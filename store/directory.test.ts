import { afterAll, beforeAll, expect, test } from 'vitest';
import { freshStore } from '../test/support/store.ts';
import { anAccount, minutesLater, T0 } from '../test/support/store-rows.ts';
import {
  applyConfigVersion,
  countAccountsOnPlan,
  createToken,
  findAccount,
  findConfigVersion,
  findTeamMember,
  findToken,
  fixClock,
  insertLinks,
  inTransaction,
  keepToken,
  listAccounts,
  listTokens,
  mergeFacts,
  mintToken,
  readPeople,
  replaceAccountPeople,
  replaceTeam,
  revokeToken,
  type Store,
  type Tx,
  upsertAccounts,
  upsertPeople,
  useLink,
} from './index.ts';

let store: Store;
let close: () => Promise<void>;
const run = <T>(work: (tx: Tx) => Promise<T>) => inTransaction(store, work);

beforeAll(async () => {
  ({ store, close } = await freshStore(8));
});
afterAll(() => close());

test('the first clock stays, whatever a later start brings', async () => {
  const first = { startedAt: T0, epoch: minutesLater(-5), scale: 28_800 };
  expect(await run((tx) => fixClock(tx, first))).toEqual(first);
  expect(await run((tx) => fixClock(tx, { ...first, scale: 1 }))).toEqual(first);
});

test('accounts follow the CRM and keep the facts that usage sources told', async () => {
  await run((tx) => upsertAccounts(tx, [anAccount()], T0));
  await run((tx) =>
    mergeFacts(
      tx,
      [
        { account: 'acme', fact: 'api_keys', value: 2 },
        { account: 'nobody', fact: 'x', value: 1 },
      ],
      T0,
    ),
  );
  await run((tx) => mergeFacts(tx, [{ account: 'acme', fact: 'csv', value: true }], T0));
  await run((tx) => upsertAccounts(tx, [anAccount({ name: 'Acme Inc', ownerId: 'o2' })], minutesLater(1)));
  expect(await run((tx) => findAccount(tx, 'acme'))).toEqual({
    ...anAccount({ name: 'Acme Inc', ownerId: 'o2' }),
    facts: { api_keys: 2, csv: true },
  });
});

test('2,500 accounts arrive in one call and are listed a page at a time; % and _ are letters in a search', async () => {
  const many = Array.from({ length: 2_500 }, (_, i) =>
    anAccount({ id: `m${String(i).padStart(4, '0')}`, name: `Many ${i}` }),
  );
  await run((tx) => upsertAccounts(tx, [...many, anAccount({ id: 'pct', name: '100% Co' })], T0));
  const page = await run((tx) => listAccounts(tx, { search: 'Many', limit: 1_000 }));
  expect(page).toHaveLength(1_000);
  const next = await run((tx) => listAccounts(tx, { search: 'Many', limit: 1_000, after: page.at(-1)?.id ?? '' }));
  expect(next[0]?.id).toBe('m1000');
  expect((await run((tx) => listAccounts(tx, { search: '0%' }))).map((a) => a.id)).toEqual(['pct']);
});

test('8 writers of the same accounts in other orders neither deadlock nor lose one', async () => {
  const ids = Array.from({ length: 50 }, (_, i) => `w${i}`);
  await Promise.all(
    Array.from({ length: 8 }, (_, w) => {
      const order = w % 2 === 0 ? ids : [...ids].reverse();
      return run(async (tx) => {
        await upsertAccounts(
          tx,
          order.map((id) => anAccount({ id, name: `by ${w}` })),
          T0,
        );
        await mergeFacts(
          tx,
          order.map((account) => ({ account, fact: `f${w}`, value: w })),
          T0,
        );
      });
    }),
  );
  const accounts = await run((tx) => listAccounts(tx, { search: 'by ', limit: 100 }));
  expect(accounts).toHaveLength(50);
  for (const account of accounts) expect(Object.keys(account.facts)).toHaveLength(8);
});

test('a person of an account is what all connections say together; one that a connection no longer names goes', async () => {
  const ana = { key: 'ana@x.example', email: 'Ana@x.example', name: 'Ana', hardBounced: false };
  const bob = { ...ana, key: 'bob@x.example', email: 'bob@x.example', hardBounced: true };
  await run((tx) => upsertPeople(tx, [ana, bob], T0));
  await run((tx) => upsertPeople(tx, [{ ...bob, hardBounced: false }], T0));
  const as = (
    person: string,
    roles: ('crm_role' | 'billing_contact' | 'admin')[],
    externalId: string | null = null,
  ) => {
    return { account: 'px', person, roles, externalId, since: externalId ? T0 : null };
  };
  await run((tx) =>
    replaceAccountPeople(tx, 'crm', ['px'], [as(ana.key, ['crm_role', 'admin'], 'user1'), as(bob.key, [])]),
  );
  await run((tx) => replaceAccountPeople(tx, 'billing', ['px'], [as(ana.key, ['billing_contact'])]));
  const people = await run((tx) => readPeople(tx, ['px']));
  expect(people.map((p) => [p.key, p.hardBounced, [...p.roles].sort(), p.externalId, p.since])).toEqual([
    [ana.key, false, ['admin', 'billing_contact', 'crm_role'], 'user1', T0],
    [bob.key, true, [], null, null],
  ]);
  await run((tx) => replaceAccountPeople(tx, 'crm', ['px'], []));
  expect((await run((tx) => readPeople(tx, ['px']))).map((p) => [p.key, p.roles])).toEqual([
    [ana.key, ['billing_contact']],
  ]);
});

test('our own people are found by id and by address in any case', async () => {
  await run((tx) => replaceTeam(tx, 'crm', [{ id: 't1', email: 'Olga@Own.example', name: 'Olga', active: true }]));
  expect(await run((tx) => findTeamMember(tx, { id: 't1' }))).toMatchObject({ email: 'olga@own.example' });
  expect(await run((tx) => findTeamMember(tx, { email: 'OLGA@own.example' }))).toMatchObject({ id: 't1' });
  expect(await run((tx) => findTeamMember(tx, { id: 'nobody' }))).toBeNull();
});

test('without subscriptions nobody stands on a plan', async () => {
  expect(await run((tx) => countAccountsOnPlan(tx, { product: 'core', plan: 'pro', segment: 'smb' }))).toBe(0);
});

test('an API token is told once, kept as a hash, and dies when revoked', async () => {
  const token = await run((tx) => createToken(tx, { name: 'ci', role: 'revops', now: T0 }));
  expect(await run((tx) => findToken(tx, token))).toMatchObject({ name: 'ci', role: 'revops' });
  expect(await run((tx) => findToken(tx, `${token}x`))).toBeNull();
  const stored = await store.pool.query('select * from api_token');
  expect(JSON.stringify(stored.rows)).not.toContain(token);
  await run((tx) => keepToken(tx, { name: 'given', role: 'viewer', token: 'abc', now: T0 }));
  await run((tx) => keepToken(tx, { name: 'given', role: 'admin', token: 'def', now: T0 }));
  expect(await run((tx) => findToken(tx, 'abc'))).toBeNull();
  expect(await run((tx) => revokeToken(tx, 'ci', T0))).toBe(true);
  expect(await run((tx) => findToken(tx, token))).toBeNull();
  expect((await run((tx) => listTokens(tx))).map((t) => t.name)).toEqual(['ci', 'given']);
});

test('a one-time link acts once', async () => {
  const token = mintToken();
  const link = {
    token,
    kind: 'action' as const,
    account: 'acme',
    effectKey: null,
    person: null,
    body: null,
    expiresAt: T0,
  };
  await run((tx) => insertLinks(tx, [link], T0));
  const uses = await Promise.all(Array.from({ length: 8 }, () => run((tx) => useLink(tx, token, T0))));
  expect(uses.filter(Boolean)).toHaveLength(1);
});

test('the same config applied twice is one version', async () => {
  const apply = (hash: string) =>
    run((tx) => applyConfigVersion(tx, { hash, content: { hash }, appliedAt: T0, appliedBy: 'r' }));
  const [a, b, c, d] = [await apply('h1'), await apply('h1'), await apply('h2'), await apply('h1')];
  expect([b.number === a.number, c.number > b.number, d.number > c.number]).toEqual([true, true, true]);
  expect((await run((tx) => findConfigVersion(tx, 'h2')))?.content).toEqual({ hash: 'h2' });
});
