import { readFileSync } from 'node:fs';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Crm, CrmAccount, CrmContact } from '../../connectors/kit/capabilities.ts';
import { callWithin } from '../../connectors/kit/time-limit.ts';
import type { TeamMember } from '../../domain/model.ts';
import {
  inTransaction,
  linkAccounts,
  listLinkProblems,
  loadTouchFacts,
  readLinks,
  recordConsents,
  type Store,
  type Tx,
} from '../../store/index.ts';
import { leastConfig } from '../../test/support/least-config.ts';
import { freshStore } from '../../test/support/store.ts';
import { aRequest, T0 } from '../../test/support/store-rows.ts';
import { openConnections } from '../connections.ts';
import type { Deps } from '../deps.ts';
import { refreshAccount } from '../fresh.ts';
import { sweepCrm } from './sweep.ts';
import { takeCrmAccounts } from './take-accounts.ts';
import { takeCrmAccountsById } from './take-by-id.ts';

let store: Store;
let close: () => Promise<void>;
let n = 0;
let wireNow = 1_000_000;
let owners: TeamMember[] = [];

beforeAll(async () => {
  ({ store, close } = await freshStore());
});
afterAll(() => close());
beforeEach(async () => {
  n++;
  owners = [];
  wireNow += 3_600_000;
});

const run = <T>(work: (tx: Tx) => Promise<T>) => inTransaction(store, work);
// What it needs of the hub, and no more.
const deps = () =>
  ({
    store,
    configs: { current: () => ({ config: leastConfig }) },
    now: () => T0,
    wireNow: () => wireNow++,
  }) as unknown as Deps;

const address = () => `ana@a${n}.example`;
const contact = (externalId: string, over: Partial<CrmContact> = {}): CrmContact => ({
  externalId: `${n}-${externalId}`,
  email: address(),
  name: 'Ana',
  isAdmin: false,
  userId: null,
  optedOutOfMarketing: false,
  optedOutOfAll: false,
  hardBounced: false,
  createdAt: T0,
  ...over,
});
const company = (name: string, over: Partial<CrmAccount> = {}): CrmAccount => ({
  externalId: `${n}-${name}`,
  account: `${name}_${n}`,
  profile: {
    name,
    segment: null,
    timezone: null,
    ownerId: null,
    csmId: null,
    arrCents: null,
    renewalOn: null,
  },
  contacts: [],
  tickets: [],
  outreach: [],
  ...over,
});

/** A sweep that the CRM answers with these pages. An error breaks it off; what a function does happens meanwhile. */
async function sweep(...pages: (CrmAccount[] | Error | (() => Promise<void>))[]): Promise<void> {
  const crm: Pick<Crm, 'readOwners' | 'readAccounts'> = {
    readOwners: async () => owners,
    readAccounts: async function* () {
      for (const page of pages) {
        if (page instanceof Error) throw page;
        if (typeof page === 'function') await page();
        else yield page;
      }
    },
  };
  const call = callWithin(9_000);
  const sweepRun = { id: 's', connection: 'crm', firstRead: false, checkpoint: null, beat: () => {}, call };
  // Safe: a sweep reads, and nothing else.
  await sweepCrm(deps(), crm as Crm, sweepRun);
}
const facts = (name = 'a') =>
  run((tx) =>
    loadTouchFacts(tx, { ...aRequest({ account: `${name}_${n}`, person: address() }), effectKey: 'another' }),
  );
const optedOut = async () => (await facts()).person?.optedOut.toSorted();

describe('two contacts with one address, one of them opted out', () => {
  const out = () => company('a', { contacts: [contact('1', { optedOutOfMarketing: true })] });
  const not = () => company('b', { contacts: [contact('2')] });
  const both = () => [contact('1', { optedOutOfMarketing: true }), contact('2')];

  test.each([
    ['in one account', () => [[company('a', { contacts: both() })]]],
    ['in one account, the other way round', () => [[company('a', { contacts: both().reverse() })]]],
    ['on one page', () => [[out(), not()]]],
    ['on one page, the other way round', () => [[not(), out()]]],
    ['on two pages', () => [[out()], [not()]]],
    ['on two pages, the other way round', () => [[not()], [out()]]],
  ])('are a person who is opted out: %s', async (_, pages) => {
    await sweep(...pages());
    expect(await optedOut()).toEqual(['marketing']);
  });

  test('are no longer, once the one that said so takes it back', async () => {
    await sweep([out(), not()]);
    await sweep([company('a', { contacts: [contact('1')] }), not()]);
    expect(await optedOut()).toEqual([]);
  });

  test('still are when that contact is deleted', async () => {
    await sweep([out(), not()]);
    await sweep([company('a'), not()]);
    expect(await optedOut()).toEqual(['marketing']);
  });
});

describe('an opt-out from before each contact was a source', () => {
  const MIGRATION = new URL('../../store/migrations/0006_consent-by-contact.sql', import.meta.url);
  /** As it stood then: the picture is known, the consent is the connection's. */
  async function asOfOld(page: CrmAccount[], source = 'crm') {
    await sweep(page);
    await run(async (tx) => {
      await tx.execute(sql`delete from consent where person = ${address()}`);
      const optOut = { person: address(), source, optedOut: true, at: T0 };
      await recordConsents(tx, [
        { ...optOut, category: 'marketing' },
        { ...optOut, category: 'service' },
      ]);
      await tx.execute(sql.raw(readFileSync(MIGRATION, 'utf8')));
    });
  }

  test('stays while the sweep is at it, and then counts as its contacts have it', async () => {
    const a = company('a', { contacts: [contact('1', { optedOutOfMarketing: true })] });
    const b = company('b', { contacts: [contact('2')] });
    await asOfOld([a, b]);
    await expect(sweep([b], new Error('gone away'))).rejects.toThrow('gone away');
    expect(await optedOut()).toEqual(['marketing', 'service']);
    await sweep([b], [a]);
    expect(await optedOut()).toEqual(['marketing']);
  });

  test('stays where no contact has the address any more, and where it was no contact who said it', async () => {
    await asOfOld([company('a', { contacts: [contact('1')] })]);
    await sweep([company('a')]);
    expect(await optedOut()).toEqual(['marketing', 'service']);
    await asOfOld([company('a', { contacts: [contact('1')] })], 'unsubscribe_link');
    await sweep([company('a', { contacts: [contact('1')] })]);
    expect(await optedOut()).toEqual(['marketing', 'service']);
  });
});

describe('a ticket and a call of two accounts', () => {
  const ticketOf = (name: string) =>
    ({ externalId: `${n}-t`, severe: true, open: true, subject: null, at: T0, account: `${name}_${n}` }) as const;
  const callOf = (name: string) =>
    ({ externalId: `${n}-o`, by: 'o1', channel: 'call', at: T0, account: `${name}_${n}` }) as const;
  const holding = (name: string) => company(name, { tickets: [ticketOf(name)], outreach: [callOf(name)] });
  const held = async (name: string) => {
    const { openSevereTickets, lastOutreachAt } = await facts(name);
    return { ticket: openSevereTickets.length === 1, call: lastOutreachAt === T0 };
  };
  const yes = { ticket: true, call: true };
  const no = { ticket: false, call: false };

  test.each([
    ['on one page', () => [[holding('a'), holding('b')]]],
    ['on two pages', () => [[holding('a')], [holding('b')]]],
  ])('hold back both: %s', async (_, pages) => {
    await sweep(...pages());
    expect([await held('a'), await held('b')]).toEqual([yes, yes]);
  });

  test.each([
    ['on one page', () => [[company('a'), holding('b')]]],
    ['on two pages', () => [[holding('b')], [company('a')]]],
  ])('hold back one when they have moved to it: %s', async (_, pages) => {
    await sweep([holding('a'), company('b')]);
    await sweep(...pages());
    expect([await held('a'), await held('b')]).toEqual([no, yes]);
  });

  test('a call stays where only what changed is listed, and one that is older than what is listed', async () => {
    const old = { ...callOf('b'), at: '2025-11-20T10:00:00.000Z' };
    await sweep([holding('a'), company('b', { outreach: [old] })]);
    await sweep([company('a', { changedOutreachOnly: true }), company('b')]);
    expect((await held('a')).call).toBe(true);
    expect((await facts('b')).lastOutreachAt).toBe(old.at);
  });
});

describe('a company that is deleted and made again under the same key', () => {
  const again = () => company('a', { externalId: `${n}-again` });
  const problems = () => run(async (tx) => (await listLinkProblems(tx)).filter(({ account }) => account === `a_${n}`));
  const isLinked = async () => (await facts()).account.linked;
  const anHourLater = () => {
    wireNow += 3_600_000;
  };

  test('is linked again after the sweep that no longer finds the old one', async () => {
    await sweep([company('a')], [company('b')]);
    anHourLater();
    await sweep([company('b')], [again()]);
    expect([await isLinked(), await problems()]).toEqual([true, []]);
  });

  test('is not while the old one may be there: on another page, or after a sweep that broke off', async () => {
    await sweep([company('a')]);
    anHourLater();
    await sweep([again()], [company('a')]);
    expect([await isLinked(), await problems()]).toMatchObject([false, [{ kind: 'doubled' }]]);
    anHourLater();
    await expect(sweep([again()], new Error('gone away'))).rejects.toThrow('gone away');
    expect([await isLinked(), await problems()]).toMatchObject([false, [{ kind: 'doubled' }]]);
  });

  test('a record that was made, and heard of by an event, while the sweep is at it stays', async () => {
    const heard = () =>
      run((tx) =>
        takeCrmAccounts(tx, {
          config: leastConfig,
          connection: 'crm',
          accounts: [company('a')],
          now: T0,
          wireReadAt: wireNow,
        }),
      );
    await sweep([company('b')], heard);
    expect(await isLinked()).toBe(true);
  });

  test('other connections’ records stay', async () => {
    const link = { connection: 'billing', externalId: `${n}`, account: `a_${n}`, label: null };
    await run((tx) => linkAccounts(tx, [link], { now: T0, wireNow: 1 }));
    await sweep([company('b')]);
    expect(await run((tx) => readLinks(tx, [`a_${n}`]))).toMatchObject([{ connection: 'billing' }]);
  });

  test('what was stored last is the old one’s: before a message leaves, the new one is read although it is known', async () => {
    const severe = { externalId: `${n}-t`, severe: true, open: true, subject: null, at: T0, account: `a_${n}` };
    const known = { ...again(), tickets: [severe] };
    // Of two records the later one is what is stored: it has no ticket.
    await sweep([known, company('b')], [company('a')]);
    expect((await facts()).openSevereTickets).toEqual([]);
    const asked: string[][] = [];
    const readAccountsById: Crm['readAccountsById'] = async (ids) => {
      asked.push(ids);
      return [known].filter(({ externalId }) => ids.includes(externalId));
    };
    // Safe: nothing else of it is used.
    const crm = { readAccountsById } as Crm;
    const connections = openConnections([{ name: 'crm', connector: 'fake', mode: 'sandbox', capabilities: { crm } }]);
    const at = { ...deps(), connections };
    // An event: the one that is stored is deleted.
    await takeCrmAccountsById(at, { connection: 'crm', crm }, [company('a').externalId], callWithin(9_000));
    expect(await isLinked()).toBe(true);
    expect(await refreshAccount(at, `a_${n}`)).toBeNull();
    expect(asked).toEqual([[`${n}-a`], [`${n}-again`]]);
    expect((await facts()).openSevereTickets).toEqual([severe.externalId]);
  });
});
