/**
 * Acme on loopback: the least that is honest. Records lie in collections; a POST with an `idempotency-key` makes one
 * record however often it comes; what people can see goes into the ledger. Write it from the vendor's documentation,
 * never from the client: a twin that repeats the client's mistakes finds none.
 */
import type { FastifyInstance } from 'fastify';
import type { Json } from '../../../../../domain/model.ts';
import type { LedgerEntry, MakeTwin } from '../../../../../sandbox/frame/types.ts';

type Row = { id: string; [field: string]: Json };
type Shown = 'created' | 'changed' | 'removed';

const PAGE = 100;

/** What each collection's records are to people. */
const SEEN: Record<string, Partial<Record<Shown, LedgerEntry['kind']>>> = {
  messages: { created: 'mail' },
  alerts: { created: 'chat_message', changed: 'chat_update' },
  tasks: { created: 'task_created', changed: 'task_updated' },
  accounts: { changed: 'account_tagged' },
  events: { created: 'event_imported' },
  subscriptions: { created: 'subscription_created', changed: 'subscription_changed', removed: 'subscription_ended' },
};

export const makeAcmeTwin: MakeTwin = (context) => {
  // Outside `routes`: an outage must not make the vendor forget.
  const collections = new Map<string, Map<string, Row>>();
  const byKey = new Map<string, Row>();
  let count = 0;
  for (const [product, plans] of Object.entries(context.directory.catalogue)) {
    for (const [plan, { mrrCents, priceKey }] of Object.entries(plans))
      of('prices').set(priceKey, { id: priceKey, product, plan, monthlyCents: mrrCents });
  }

  function of(name: string): Map<string, Row> {
    const rows = collections.get(name) ?? new Map<string, Row>();
    collections.set(name, rows);
    return rows;
  }
  const show = (collection: string, how: Shown, row: Row) => {
    const kind = SEEN[collection]?.[how];
    if (!kind) return;
    const { account, ref, text } = row;
    context.record({
      kind,
      account: typeof account === 'string' ? account : null,
      id: row.id,
      key: typeof ref === 'string' ? ref : null,
      summary: typeof text === 'string' ? text : `${collection} ${row.id} ${how}`,
      data: row,
    });
  };

  function routes(server: FastifyInstance): void {
    server.addHook('onRequest', async (request, reply) => {
      if (request.headers.authorization === `Bearer ${context.secrets.ACME_TOKEN}`) return;
      return reply.code(401).send({ error: 'unknown token' });
    });
    server.get('/v1/me', async () => ({ ok: true }));
    server.get<{ Params: { name: string }; Querystring: Record<string, string> }>('/v1/:name', async (request) => {
      const { after = '', ...filters } = request.query;
      const matching = [...of(request.params.name).values()].filter((row) =>
        Object.entries(filters).every(([field, value]) => row[field] === value),
      );
      const rest = matching.filter(({ id }) => id > after);
      const page = rest.slice(0, PAGE);
      return { items: page, next: rest.length > PAGE ? (page.at(-1)?.id ?? null) : null };
    });
    server.post<{ Params: { name: string }; Body: Record<string, Json> }>('/v1/:name', async (request, reply) => {
      const key = request.headers['idempotency-key'];
      const known = typeof key === 'string' ? byKey.get(key) : undefined;
      if (known) return known;
      count += 1;
      const row = { ...request.body, id: String(count).padStart(6, '0') };
      of(request.params.name).set(row.id, row);
      if (typeof key === 'string') byKey.set(key, row);
      show(request.params.name, 'created', row);
      return reply.code(201).send(row);
    });
    server.patch<{ Params: { name: string; id: string }; Body: Record<string, Json> }>(
      '/v1/:name/:id',
      async ({ params, body }, reply) => {
        const row = of(params.name).get(params.id);
        if (!row) return reply.code(404).send({ error: 'no such record' });
        Object.assign(row, body);
        show(params.name, 'changed', { ...row });
        return row;
      },
    );
    server.delete<{ Params: { name: string; id: string } }>('/v1/:name/:id', async ({ params }, reply) => {
      const row = of(params.name).get(params.id);
      if (!row) return reply.code(404).send({ error: 'no such record' });
      of(params.name).delete(params.id);
      show(params.name, 'removed', row);
      return reply.code(204).send();
    });
  }

  return {
    name: 'acme',
    routes,
    apply: (row) => {
      if (row.type === 'account')
        of('accounts').set(row.account, { id: row.account, account: row.account, name: row.name });
      if (row.type === 'subscription') {
        const id = `sub_${row.account}`;
        of('subscriptions').set(id, {
          id,
          account: row.account,
          price: `${row.product}_${row.plan}_monthly`,
          quantity: 1,
        });
      }
      if (row.type === 'reading') of('readings').set(row.id, { ...row });
    },
    acts: {},
  };
};
