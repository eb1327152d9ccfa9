import { z } from 'zod';
import type { TwinContext } from '../../../sandbox/frame/types.ts';

const answer = z.object({
  prompts: z.array(
    z.object({
      key: z.string(),
      title: z.string(),
      link: z.object({ label: z.string(), url: z.string() }).nullish(),
      createdAt: z.string().nullish(),
    }),
  ),
});
export type Prompt = z.output<typeof answer>['prompts'][number];
export type Mark = 'shown' | 'clicked' | 'dismissed';

/** The product's two calls to the hub. */
export interface PromptApi {
  /** Empty where no hub answers. */
  fetch: (account: string, user: string) => Promise<Prompt[]>;
  /** The hub's status; null where no hub answers. */
  mark: (key: string, mark: Mark) => Promise<number | null>;
}

export function promptApi(context: TwinContext): PromptApi {
  const headers = () => ({ authorization: `Bearer ${context.secrets.HEADROOM_PRODUCT_TOKEN ?? ''}` });
  return {
    fetch: async (account, user) => {
      const reply = await context.deliver({
        path: `/api/v1/prompts?${new URLSearchParams({ account, user })}`,
        method: 'GET',
        headers: headers(),
        body: '',
        retry: { attempts: 1, firstWaitMs: 0 },
      });
      if (reply?.status !== 200) return [];
      return answer.parse(JSON.parse(reply.body)).prompts;
    },
    mark: async (key, mark) => {
      const reply = await context.deliver({
        path: `/api/v1/prompts/${encodeURIComponent(key)}/${mark}`,
        method: 'POST',
        headers: { ...headers(), 'content-type': 'application/json' },
        body: '{}',
        // A product remembers what its users did until the hub has heard of it.
        retry: { attempts: 5, firstWaitMs: 500 },
      });
      return reply?.status ?? null;
    },
  };
}
