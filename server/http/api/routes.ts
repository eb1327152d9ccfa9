import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { requireTokens } from '../auth.ts';
import type { HttpContext } from '../context.ts';
import { accountRoutes } from './accounts.ts';
import { auditRoutes } from './audit.ts';
import { effectRepairRoutes } from './effect-repair.ts';
import { effectRoutes } from './effects.ts';
import { feedRoutes } from './feed.ts';
import { heldRoutes } from './held.ts';
import { inboxRoutes } from './inbox.ts';
import { incidentRoutes } from './incidents.ts';
import { journeyRoutes } from './journeys.ts';
import { keyRoutes } from './keys.ts';
import { pauseRoutes } from './pause.ts';
import { promptRoutes } from './prompts.ts';
import { queueRoutes } from './queue.ts';
import { revenueRoutes } from './revenue.ts';
import { statusRoutes } from './status.ts';
import { supportRoutes } from './support.ts';
import { tokenRoutes } from './tokens.ts';
import { trialRoutes } from './trials.ts';
import { usageRoutes } from './usage.ts';

const ALL = [
  accountRoutes,
  feedRoutes,
  journeyRoutes,
  trialRoutes,
  effectRoutes,
  effectRepairRoutes,
  revenueRoutes,
  usageRoutes,
  promptRoutes,
  queueRoutes,
  inboxRoutes,
  heldRoutes,
  incidentRoutes,
  pauseRoutes,
  statusRoutes,
  auditRoutes,
  tokenRoutes,
  keyRoutes,
  supportRoutes,
];

/** Everything under `/api/v1` that needs a token. */
export async function apiRoutes(app: FastifyInstance, context: HttpContext): Promise<void> {
  requireTokens(app, context);
  const api = app.withTypeProvider<ZodTypeProvider>();
  for (const routes of ALL) routes(api, context);
}
