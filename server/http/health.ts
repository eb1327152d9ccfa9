import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'drizzle-orm';
import type { FastifyInstance } from 'fastify';
import { inTransaction } from '../../store/index.ts';
import type { HttpContext } from './context.ts';

const PATIENCE_MS = 3_000;

/** `/healthz`: the process answers. `/readyz`: what it needs answers too. */
export function healthRoutes(app: FastifyInstance, { deps, checkTemporal }: HttpContext): void {
  const hidden = { schema: { hide: true } };
  app.get('/healthz', hidden, async () => ({ ok: true }));
  app.get('/readyz', hidden, async (_, reply) => {
    const checks = await Promise.all([
      check('store', async () => void (await inTransaction(deps.store, (tx) => tx.execute(sql`select 1`)))),
      check('temporal', checkTemporal),
    ]);
    const ok = checks.every((one) => one.ok);
    return reply.code(ok ? 200 : 503).send({ ok, checks });
  });
}

async function check(name: string, ask: () => Promise<void>): Promise<{ name: string; ok: boolean; message: string }> {
  const patience = new AbortController();
  try {
    await Promise.race([
      ask(),
      sleep(PATIENCE_MS, undefined, { signal: patience.signal, ref: false }).then(() => {
        throw new Error(`no answer within ${PATIENCE_MS / 1000} s`);
      }),
    ]);
    return { name, ok: true, message: 'answers' };
  } catch (error) {
    return { name, ok: false, message: `does not answer: ${error instanceof Error ? error.message : String(error)}` };
  } finally {
    patience.abort();
  }
}
