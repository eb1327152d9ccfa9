import { z } from 'zod';
import {
  findAccount,
  inTransaction,
  listAccounts,
  listOpenTickets,
  loadMeters,
  pageJourneys,
  pageTrials,
  readAccounts,
  readLinks,
  readPeople,
  readSubscriptions,
  type Tx,
  why,
} from '../../../store/index.ts';
import type { HttpContext } from '../context.ts';
import { notFound } from '../errors.ts';
import { explainReason } from '../words.ts';
import { type Api, asPage, pageOf, pageQuery, readCursor } from './api.ts';
import { accountItem, decision, effect, iso, journey, person, trial, triggerEvent } from './schemas.ts';

const accountDetail = accountItem
  .extend({
    facts: z.record(z.string(), z.union([z.number(), z.string(), z.boolean()])),
    people: z.array(person),
    links: z.array(z.object({ connection: z.string(), externalId: z.string(), readAt: iso })),
    openTickets: z.array(
      z.object({ externalId: z.string(), severe: z.boolean(), subject: z.string().nullable(), at: iso }),
    ),
    journeys: z.array(journey).describe('The latest ten'),
    trials: z.array(trial).describe('The latest ten'),
  })
  .meta({ id: 'AccountDetail' });

const whyEntry = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('event'), at: iso, event: triggerEvent }),
  z.object({ kind: z.literal('decision'), at: iso, decision }),
  z.object({ kind: z.literal('effect'), at: iso, effect, engagedAt: iso.nullable() }),
]);

const params = z.object({ id: z.string() });
const FIND = 'GET /api/v1/accounts?search= finds accounts by name or id.';

export function accountRoutes(api: Api, { deps }: HttpContext): void {
  api.get(
    '/accounts',
    {
      schema: {
        tags: ['accounts'],
        summary: 'Accounts by id, with their meters and subscriptions',
        querystring: pageQuery.extend({
          search: z.string().max(200).optional().describe('Part of the name or id'),
          owner: z.string().optional().describe('Id of the owner in the CRM'),
        }),
        response: { 200: pageOf(accountItem) },
      },
    },
    async ({ query: { limit, after, search, owner } }) =>
      await inTransaction(deps.store, async (tx) => {
        const [last] = readCursor(after) ?? [];
        const rows = await listAccounts(tx, { search, ownerId: owner, after: last, limit: limit + 1 });
        const page = asPage(rows, limit, ({ id }) => [id]);
        const known = await withUsage(
          tx,
          page.items.map(({ id }) => id),
        );
        return { items: page.items.map((account) => ({ ...account, ...known(account.id) })), next: page.next };
      }),
  );

  api.get(
    '/accounts/:id',
    {
      schema: { tags: ['accounts'], summary: 'Everything about one account', params, response: { 200: accountDetail } },
    },
    async ({ params: { id } }) =>
      await inTransaction(deps.store, async (tx) => {
        const account = await findAccount(tx, id);
        if (account === null) throw notFound(`account ${id}`, FIND);
        const known = await withUsage(tx, [id]);
        return {
          ...account,
          ...known(id),
          people: await readPeople(tx, [id]),
          links: await readLinks(tx, [id]),
          openTickets: await listOpenTickets(tx, id),
          journeys: await pageJourneys(tx, { account: id, after: null, limit: 10 }),
          trials: await pageTrials(tx, { account: id, after: null, limit: 10 }),
        };
      }),
  );

  api.get(
    '/accounts/:id/why',
    {
      schema: {
        tags: ['accounts'],
        summary: 'Why an account got what it got, and why not',
        description: 'Trigger events, near misses, decisions and effects, oldest first; at most 500 of each.',
        params,
        querystring: z.object({ trigger: z.string().optional().describe('Only what belongs to this trigger') }),
        response: {
          200: z.object({ account: z.object({ id: z.string(), name: z.string() }), entries: z.array(whyEntry) }),
        },
      },
    },
    async ({ params: { id }, query: { trigger } }) =>
      await inTransaction(deps.store, async (tx) => {
        const [account] = await readAccounts(tx, [id]);
        const entries = await why(tx, id, { trigger });
        if (!account && entries.length === 0) throw notFound(`account ${id}`, FIND);
        return {
          account: { id, name: account?.name ?? id },
          entries: entries.map((entry) => {
            if (entry.kind !== 'decision') return entry;
            return { ...entry, decision: { ...entry.decision, sentence: explainReason(entry.decision.reason) } };
          }),
        };
      }),
  );
}

async function withUsage(tx: Tx, ids: string[]) {
  const meters = Map.groupBy(await loadMeters(tx, ids), ({ account }) => account);
  const subscriptions = Map.groupBy(await readSubscriptions(tx, ids), ({ account }) => account);
  return (id: string) => ({ meters: meters.get(id) ?? [], subscriptions: subscriptions.get(id) ?? [] });
}
