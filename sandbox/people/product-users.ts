import { followThrough } from './browser.ts';
import { later, type PeopleContext, reading } from './context.ts';

/** People who work in the product and meet a prompt there. */
export function useProduct(context: PeopleContext): void {
  context.on('prompt.seen', ({ key, account, user, title, link }) => {
    const { prompt } = context.persona(account);
    if (prompt === 'ignore') return;
    const delay = context.delayMs(account, 'prompt', 15_000, 180_000);
    later(context, delay, `${user} with "${title}"`, async () => {
      if (prompt === 'dismiss') {
        await context.act('in_app.dismiss', { key, account, user });
        return;
      }
      await context.act('in_app.click', { key, account, user });
      if (link !== null) await followThrough(context.browser, link, reading(context, account), false);
    });
  });
}
