import type { FastifyInstance } from 'fastify';
import type { HttpContext } from '../context.ts';
import { logFailure, toHttpError } from '../errors.ts';
import { actionPages } from './action.ts';
import { html } from './html.ts';
import { sendPage } from './page.ts';
import { unsubscribePages } from './unsubscribe.ts';
import { upgradePages } from './upgrade.ts';

/** The pages behind the links of messages: only POST acts, since mail programs open links by themselves. */
export async function linkPages(app: FastifyInstance, context: HttpContext): Promise<void> {
  app.removeAllContentTypeParsers();
  // No field of a form matters; RFC 8058 allows two content types.
  app.addContentTypeParser('*', { parseAs: 'string' }, (_, body, done) => done(null, body));
  app.setErrorHandler((error: Error, request, reply) => {
    const { status } = toHttpError(error);
    logFailure(request, error, status);
    return sendPage(reply, status, {
      title: 'This did not work',
      body: html`<p>${status >= 500 ? 'The fault is ours. Please try again in a minute.' : 'Please open the link once more from the message that it came in.'}</p>`,
    });
  });
  upgradePages(app, context);
  unsubscribePages(app, context);
  actionPages(app, context);
}
