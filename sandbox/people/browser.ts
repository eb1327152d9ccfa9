import { setTimeout as sleep } from 'node:timers/promises';
import { type Form, findForms } from './html.ts';

export interface Page {
  url: string;
  status: number;
  html: string;
  forms: Form[];
}

export interface Browser {
  /** @throws Error when the page does not come, after a person's few tries */
  open: (url: string) => Promise<Page>;
  submit: (form: Form) => Promise<Page>;
}

const TIMEOUT_MS = 15_000;
const TRIES = 6;
const BETWEEN_TRIES_MS = 1_000;
const MOST_REDIRECTS = 5;

/** People reload a page that does not come; they wait real seconds, whatever the business clock does. */
export function createBrowser(userAgent: string, signal: AbortSignal): Browser {
  const request = async (url: string, init: RequestInit, tries: number): Promise<Response> => {
    for (let n = 1; ; n++) {
      try {
        return await fetch(url, {
          ...init,
          redirect: 'manual',
          headers: { 'user-agent': userAgent, accept: 'text/html', ...init.headers },
          signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
        });
      } catch (error) {
        if (n >= tries || signal.aborted) throw error;
        await sleep(BETWEEN_TRIES_MS, undefined, { ref: false, signal });
      }
    }
  };
  const load = async (url: string, init: RequestInit): Promise<Page> => {
    let here = url;
    let response = await request(url, init, TRIES);
    for (let n = 0; n < MOST_REDIRECTS && response.status >= 300 && response.status < 400; n++) {
      const location = response.headers.get('location');
      if (location === null) break;
      await response.body?.cancel();
      here = new URL(location, here).toString();
      response = await request(here, {}, TRIES);
    }
    const html = await response.text();
    return { url: here, status: response.status, html, forms: findForms(html, here) };
  };
  const post = (url: string, fields: Record<string, string>) =>
    load(url, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams(fields).toString(),
    });
  return {
    open: (url) => load(url, {}),
    submit: (form) => {
      if (form.method === 'POST') return post(form.action, form.fields);
      const url = new URL(form.action);
      for (const [name, value] of Object.entries(form.fields)) url.searchParams.set(name, value);
      return load(url.toString(), {});
    },
  };
}

const NO = /\b(cancel|no|decline|back|not now|dismiss|unsubscribe)\b/i;

/**
 * Opens a link and presses the buttons that a person who wants the thing would press, page after page.
 * @param reading waits as long as a person reads before pressing
 * @param goOn false to stop at a page of another site, such as a payment page
 */
export async function followThrough(
  browser: Browser,
  link: string,
  reading: () => Promise<void>,
  goOn: boolean,
): Promise<Page> {
  let page = await browser.open(link);
  const site = new URL(page.url).origin;
  const pressed = new Set<string>();
  for (let n = 0; n < MOST_REDIRECTS && page.status < 400; n++) {
    if (!goOn && new URL(page.url).origin !== site) return page;
    const form = page.forms.find((one) => one.method === 'POST' && !NO.test(one.label) && !pressed.has(one.action));
    if (!form) return page;
    pressed.add(form.action);
    await reading();
    page = await browser.submit(form);
  }
  return page;
}
