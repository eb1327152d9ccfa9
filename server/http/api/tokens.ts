import { z } from 'zod';
import { createToken, inTransaction, listTokens, recordAudit, revokeToken } from '../../../store/index.ts';
import { isOwnTokenName } from '../../environment-tokens.ts';
import { byCaller } from '../auth.ts';
import type { HttpContext } from '../context.ts';
import { HttpError, invalid, notFound } from '../errors.ts';
import type { Api } from './api.ts';
import { apiToken, role } from './schemas.ts';

const body = z.object({
  name: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._@-]{0,99}$/)
    .describe('Whose it is, or what it is for; stands in the audit'),
  role,
});

export function tokenRoutes(api: Api, context: HttpContext): void {
  const { deps } = context;
  api.get(
    '/tokens',
    {
      schema: {
        tags: ['operation'],
        summary: 'Tokens by name, revoked ones too; never the token itself',
        response: { 200: z.object({ items: z.array(apiToken) }) },
      },
    },
    async () => ({ items: await inTransaction(deps.store, listTokens) }),
  );

  api.post(
    '/tokens',
    {
      schema: {
        tags: ['operation'],
        summary: 'Make a token',
        description: 'The answer holds the token, this once: only its hash is stored.',
        body,
        response: { 201: apiToken.extend({ token: z.string() }).meta({ id: 'NewApiToken' }) },
      },
    },
    async (request, reply) => {
      const { name, role } = request.body;
      const { now, ...by } = byCaller(request, context);
      if (isOwnTokenName(name))
        throw invalid(
          `name: ${name} is kept for a token of the hub itself.`,
          'Choose another, such as ana@own.example.',
        );
      const token = await inTransaction(deps.store, async (tx) => {
        if ((await listTokens(tx)).some((one) => one.name === name && one.revokedAt === null))
          throw new HttpError(
            409,
            'name_taken',
            `There is a token ${name} already.`,
            `Choose another name, or revoke it first: POST /api/v1/tokens/${name}/revoke.`,
          );
        await recordAudit(tx, { ...by, at: now, action: 'token.created', subject: `token:${name}`, detail: { role } });
        return await createToken(tx, { name, role, now });
      });
      return reply.code(201).send({ name, role, createdAt: now, revokedAt: null, token });
    },
  );

  api.post(
    '/tokens/:name/revoke',
    {
      schema: {
        tags: ['operation'],
        summary: 'Revoke a token: from now on it lets nobody in',
        params: z.object({ name: z.string() }),
        response: { 200: apiToken },
      },
    },
    async (request) => {
      const { name } = request.params;
      const { now, ...by } = byCaller(request, context);
      return await inTransaction(deps.store, async (tx) => {
        if (await revokeToken(tx, name, now))
          await recordAudit(tx, { ...by, at: now, action: 'token.revoked', subject: `token:${name}`, detail: null });
        const found = (await listTokens(tx)).find((one) => one.name === name);
        if (!found) throw notFound(`token ${name}`, 'GET /api/v1/tokens lists them.');
        return found;
      });
    },
  );
}
