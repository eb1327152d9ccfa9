import { z } from 'zod';
import { clearPause, inTransaction, listPauses, type PauseScope, setPause } from '../../../store/index.ts';
import { byCaller } from '../auth.ts';
import type { HttpContext } from '../context.ts';
import { invalid } from '../errors.ts';
import type { Api } from './api.ts';
import { pause } from './schemas.ts';

const body = z.object({
  scope: z.enum(['all', 'play', 'connection']),
  name: z.string().optional().describe('Of the play or connection'),
  state: z.enum(['paused', 'running']),
  reason: z.string().max(500).optional().describe('Needed to pause: others will read it'),
});

export function pauseRoutes(api: Api, context: HttpContext): void {
  const { deps } = context;
  api.post(
    '/pause',
    {
      schema: {
        tags: ['operation'],
        summary: 'Pause everything, a play or a connection, or let it go on',
        description: 'Takes effect at the next claim: what is on its way to a vendor is not called back.',
        body,
        response: { 200: z.object({ changed: z.boolean(), pauses: z.array(pause).describe('As they stand now') }) },
      },
    },
    async (request) => {
      const { state, reason } = request.body;
      const scope = scopeOf(request.body, context);
      const by = byCaller(request, context);
      if (state === 'paused' && !reason)
        throw invalid('reason: needed to pause.', 'Say in a few words why, for those who find it paused.');
      return await inTransaction(deps.store, async (tx) => {
        if (state === 'paused') await setPause(tx, scope, { ...by, reason: reason ?? '' });
        const changed = state === 'paused' || (await clearPause(tx, scope, by));
        return { changed, pauses: await listPauses(tx) };
      });
    },
  );
}

function scopeOf({ scope, name }: z.output<typeof body>, { deps }: HttpContext): PauseScope {
  if (scope === 'all') return { scope };
  const { plays, connections } = deps.configs.current().config;
  const known = Object.keys(scope === 'play' ? plays : connections);
  if (name !== undefined && known.includes(name)) return { scope, name };
  const problem = name === undefined ? `name: needed to pause a ${scope}.` : `name: there is no ${scope} ${name}.`;
  throw invalid(problem, `Use one of: ${known.join(', ')}.`);
}
