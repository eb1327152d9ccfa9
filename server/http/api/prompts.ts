import { z } from 'zod';
import { inTransaction, listPrompts, markPrompt, type Prompt } from '../../../store/index.ts';
import type { HttpContext } from '../context.ts';
import { notFound } from '../errors.ts';
import type { Api } from './api.ts';
import { iso } from './schemas.ts';

const prompt = z
  .object({
    key: z.string(),
    title: z.string(),
    body: z.string(),
    link: z.object({ label: z.string(), url: z.string() }).nullable(),
    createdAt: iso,
    expiresAt: iso,
  })
  .meta({ id: 'Prompt' });

/** The product asks what to show, and tells what became of it. */
export function promptRoutes(api: Api, { deps }: HttpContext): void {
  api.get(
    '/prompts',
    {
      schema: {
        tags: ['prompts'],
        summary: 'What the product should show a user now',
        querystring: z.object({ account: z.string().min(1), user: z.string().min(1).describe("The product's own id") }),
        response: { 200: z.object({ prompts: z.array(prompt) }) },
      },
    },
    async ({ query }) => {
      const prompts = await inTransaction(deps.store, (tx) => listPrompts(tx, { ...query, now: deps.now() }));
      return { prompts: prompts.map(toView) };
    },
  );

  api.post(
    '/prompts/:key/:mark',
    {
      schema: {
        tags: ['prompts'],
        summary: 'Tell what the user did with a prompt',
        description: 'The first mark of a kind counts; the same again changes nothing.',
        params: z.object({ key: z.string(), mark: z.enum(['shown', 'clicked', 'dismissed']) }),
        response: { 200: prompt },
      },
    },
    async ({ params: { key, mark } }) => {
      const marked = await inTransaction(deps.store, (tx) => markPrompt(tx, key, mark, deps.now()));
      if (marked === null) throw notFound(`prompt ${key}`, 'Use a key that GET /api/v1/prompts gave.');
      return toView(marked);
    },
  );
}

function toView({ linkLabel, linkUrl, ...row }: Prompt): z.input<typeof prompt> {
  return { ...row, link: linkLabel === null || linkUrl === null ? null : { label: linkLabel, url: linkUrl } };
}
