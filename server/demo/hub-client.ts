import { z } from 'zod';
import { reportAnswer } from '../../cli/answers.ts';

const feedItem = z.object({
  at: z.string(),
  account: z.string(),
  accountName: z.string(),
  product: z.string().nullable(),
  kind: z.string(),
  trigger: z.string().nullable(),
  what: z.string(),
  why: z.string().nullable(),
  sent: z.string().nullable(),
});
export type FeedItem = z.infer<typeof feedItem>;
const feedPage = z.object({ items: z.array(feedItem), next: z.string().nullable() });

const effectsPage = z.object({
  items: z.array(z.looseObject({ key: z.string(), operation: z.string(), connection: z.string() })),
});

const CALL_MS = 10_000;

/** The hub as the demo sees it: from outside, by its API. */
export function hubClient(url: string, token: string) {
  const ask = async <T>(
    path: string,
    schema: z.ZodType<T>,
    init: { method?: string; body?: string } = {},
  ): Promise<T> => {
    const headers = {
      authorization: `Bearer ${token}`,
      ...(init.body === undefined ? {} : { 'content-type': 'application/json' }),
    };
    const response = await fetch(`${url}${path}`, { ...init, headers, signal: AbortSignal.timeout(CALL_MS) });
    if (!response.ok) throw new Error(`${init.method ?? 'GET'} ${path}: ${response.status} ${await response.text()}`);
    return schema.parse(await response.json());
  };
  return {
    feed: (after: string | null) =>
      ask(`/api/v1/feed?limit=200${after === null ? '' : `&after=${encodeURIComponent(after)}`}`, feedPage),
    report: () => ask('/api/v1/report', reportAnswer),
    unclear: () => ask('/api/v1/effects?phase=unclear&limit=200', effectsPage),
    incident: (body: { id: string; scope: string; state: 'open' | 'closed'; note: string }) =>
      ask('/api/v1/incidents', z.unknown(), { method: 'POST', body: JSON.stringify(body) }),
  };
}
export type HubClient = ReturnType<typeof hubClient>;
