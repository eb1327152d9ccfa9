import { z } from 'zod';
import { connectors } from '../../../connectors/registry.ts';
import { businessNow } from '../../../domain/clock.ts';
import { type FeedEntry, inTransaction, readFeed } from '../../../store/index.ts';
import type { HttpContext } from '../context.ts';
import { feedWords } from '../feed-words.ts';
import { type Api, badCursor, MAX_LIMIT, pageQuery, readCursor, writeCursor } from './api.ts';
import { iso } from './schemas.ts';

/** Longer than our transactions last: what is older than this is complete. Wire time. */
const SETTLED_AFTER_MS = 2_000;

const item = z
  .object({
    at: iso.describe('When it was written'),
    account: z.string(),
    accountName: z.string(),
    product: z.string().nullable(),
    kind: z.enum(['trigger', 'send', 'shadow', 'wait', 'suppress', 'withdraw', 'refuse', 'effect', 'trial', 'upgrade']),
    trigger: z.string().nullable(),
    what: z.string(),
    why: z.string().nullable(),
    sent: z.string().nullable().describe('Whom or which vendor it reached'),
    reason: z.string().nullable().describe('The code behind `why`, or the status of a trigger event'),
    operation: z.string().nullable(),
    state: z.string().describe('What became of it, in one word: confirmed, granting, expansion'),
    plan: z.string().nullable(),
    acvCents: z.int().nullable(),
  })
  .meta({ id: 'FeedItem' });

const position = z.tuple([
  z.iso.datetime(),
  z.enum(['trigger_event', 'decision', 'effect', 'trial', 'upgrade']),
  z.string(),
]);

export function feedRoutes(api: Api, { deps }: HttpContext): void {
  const vendorOf = (connection: string) =>
    connectors[deps.connections.get(connection)?.connector ?? '']?.manifest.title ?? connection;
  api.get(
    '/feed',
    {
      schema: {
        tags: ['accounts'],
        summary: 'What happened to all accounts, in the order in which it was written',
        description:
          'Trigger events, decisions (near misses apart), confirmed effects, trials, upgrades; oldest first. ' +
          'Entries appear about 2 s after they were written, so that none is ever missed.',
        querystring: pageQuery.extend({ limit: z.coerce.number().int().min(1).max(MAX_LIMIT).default(100) }),
        response: {
          200: z.object({
            items: z.array(item),
            next: z.string().nullable().describe('Ask for `after` this next, also when there is nothing new yet'),
          }),
        },
      },
    },
    async ({ query: { after, limit } }) => {
      const until = businessNow(deps.clock, deps.wireNow() - SETTLED_AFTER_MS);
      const page = { after: cursorOf(after), until, limit };
      const entries = await inTransaction(deps.store, (tx) => readFeed(tx, page));
      const last = entries.at(-1);
      return {
        items: entries.map((entry) => toItem(entry, vendorOf)),
        next: last === undefined ? (after ?? null) : writeCursor([last.at, last.source, last.id]),
      };
    },
  );
}

function cursorOf(after: string | undefined) {
  const parts = readCursor(after);
  if (parts === null) return null;
  const read = position.safeParse(parts);
  if (!read.success) throw badCursor();
  const [at, source, id] = read.data;
  return { at, source, id };
}

function toItem(entry: FeedEntry, vendorOf: (connection: string) => string): z.input<typeof item> {
  const kind = entry.source === 'trigger_event' ? 'trigger' : entry.source === 'decision' ? entry.name : entry.source;
  return { ...entry, ...feedWords(entry, vendorOf), kind, state: entry.name };
}
