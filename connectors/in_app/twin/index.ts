import type { Json } from '../../../domain/model.ts';
import type { MakeTwin } from '../../../sandbox/frame/types.ts';
import { type Mark, type Prompt, promptApi } from './prompts.ts';
import { visits } from './visits.ts';

/**
 * The customer's side of our own product: whoever opens it sees the prompts that wait for them, once. It listens to
 * nothing; it calls the hub with HEADROOM_PRODUCT_TOKEN.
 */
export const makeInAppTwin: MakeTwin = (context) => {
  const api = promptApi(context);
  const shown = new Map<string, { account: string; user: string; prompt: Prompt }>();

  async function show(account: string, user: string, prompt: Prompt): Promise<void> {
    if (shown.has(prompt.key)) {
      // The hub still offers it, so it has not heard that it was seen.
      await api.mark(prompt.key, 'shown');
      return;
    }
    shown.set(prompt.key, { account, user, prompt });
    context.record({
      kind: 'prompt_shown',
      account,
      to: user,
      id: prompt.key,
      key: prompt.key,
      summary: prompt.title,
      data: { createdAt: prompt.createdAt ?? null, link: prompt.link?.url ?? null },
    });
    await api.mark(prompt.key, 'shown');
    const link = prompt.link?.url ?? null;
    context.emit('prompt.seen', { key: prompt.key, account, user, title: prompt.title, link, at: context.now() });
  }

  async function open(account: string, user: string): Promise<Json> {
    const prompts = await api.fetch(account, user);
    for (const prompt of prompts) await show(account, user, prompt);
    return prompts.map(({ key, title }) => ({ key, title }));
  }

  function answerAct(mark: Mark, act: string) {
    return async ({ key }: Record<string, Json>): Promise<Json> => {
      const seen = shown.get(String(key));
      if (!seen) throw new Error(`the prompt ${String(key)} was never shown`);
      const { account, user, prompt } = seen;
      context.record({
        kind: 'act',
        act,
        account,
        to: user,
        id: prompt.key,
        key: prompt.key,
        summary: `${user} ${mark} "${prompt.title}"`,
      });
      return { status: await api.mark(prompt.key, mark) };
    };
  }

  return {
    name: 'in_app',
    apply: visits(context, open),
    acts: {
      /** Input: account, user. Answers the prompts that waited. */
      poll: ({ account, user }) => open(String(account), String(user)),
      /** Input: key. */
      click: answerAct('clicked', 'in_app_clicked'),
      dismiss: answerAct('dismissed', 'dismissed'),
    },
  };
};
