import type { FastifyInstance } from 'fastify';
import type { MakeTwin } from '../../../sandbox/frame/types.ts';
import { clickAct } from './click.ts';
import { type Args, webApi } from './methods.ts';
import { rateLimits } from './rate-limits.ts';
import { makeTriggers } from './triggers.ts';
import { channelsView } from './view.ts';
import { makeWorkspace } from './workspace.ts';

const FORM = 'application/x-www-form-urlencoded';

/**
 * A Slack workspace on loopback. Knows SLACK_BOT_TOKEN (bearer) and SLACK_SIGNING_SECRET (interactions). Members are
 * the account owners of the world; the hub's own people who own no account are not found, as in real workspaces.
 */
export const makeSlackTwin: MakeTwin = (context) => {
  const workspace = makeWorkspace(context.directory);
  const triggers = makeTriggers();
  const methods = webApi(workspace, triggers, context);
  const takeCall = context.rateLimits ? rateLimits() : () => 0;

  async function routes(server: FastifyInstance): Promise<void> {
    await server.register(async (scope) => {
      if (!scope.hasContentTypeParser(FORM)) {
        scope.addContentTypeParser(FORM, { parseAs: 'string' }, (_request, body, done) => {
          done(null, Object.fromEntries(new URLSearchParams(String(body))));
        });
      }
      scope.post<{ Params: { method: string }; Body: Args | undefined }>('/api/:method', async (request, reply) => {
        const args = request.body ?? {};
        const method = methods[request.params.method];
        if (!method) return { ok: false, error: 'unknown_method' };
        const token = request.headers.authorization?.replace(/^Bearer /i, '') ?? args.token;
        if (token === undefined) return { ok: false, error: 'not_authed' };
        if (!token.startsWith('xoxb-') || token !== context.secrets.SLACK_BOT_TOKEN) {
          return { ok: false, error: 'invalid_auth' };
        }
        const channel = workspace.channel(args.channel ?? '', true)?.id ?? '';
        const wait = takeCall(request.params.method, channel, Date.now());
        if (wait > 0)
          return reply.code(429).header('retry-after', String(wait)).send({ ok: false, error: 'ratelimited' });
        return method(args);
      });
    });
  }

  return {
    name: 'slack',
    routes,
    // Messages are the only state here; the world changes nothing in a workspace.
    apply: () => {},
    acts: { click: clickAct(workspace, triggers, context) },
    view: channelsView(workspace),
  };
};
