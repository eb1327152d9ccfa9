import type { Payload, PayloadCodec } from '@temporalio/common';
import { defaultPayloadConverter } from '@temporalio/common';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { equalInConstantTime } from '../../connectors/kit/signature.ts';
import { requireTokens } from './auth.ts';
import type { HttpContext } from './context.ts';
import { HttpError, invalid, notFound } from './errors.ts';

/** A page of a history: some hundred payloads of a few kilobytes. */
const BODY_LIMIT = 4_194_304;

/** Opens payloads for Temporal's web UI and command line; nothing else of the hub has it. */
export interface CodecDoor {
  codec: PayloadCodec;
  /** Where the web UI is served from; no other page may ask. */
  origins: string[];
  /**
   * Stands in the address for a UI that can send no token of ours: whoever knows the address may have payloads opened.
   * Null: only with an API token.
   */
  secret: string | null;
}

const body = z.object({
  payloads: z
    .array(z.object({ metadata: z.record(z.string(), z.base64()).optional(), data: z.base64().optional() }))
    .max(10_000),
});

/**
 * Temporal's codec server protocol, decoding only: payloads as JSON in, the same opened out.
 * https://docs.temporal.io/codec-server, https://docs.temporal.io/production-deployment/data-encryption
 */
export async function codecRoutes(app: FastifyInstance, context: HttpContext): Promise<void> {
  const door = context.codec;
  // A description of the routes is made without any context.
  if (!door) return;
  const options = { schema: { hide: true }, bodyLimit: BODY_LIMIT };
  app.addHook('onRequest', async (request, reply) => allowOrigin(door, request, reply));
  const preflight = async (_: FastifyRequest, reply: FastifyReply) =>
    reply
      .code(204)
      .headers({
        'access-control-allow-methods': 'POST',
        'access-control-allow-headers': 'authorization, content-type, x-namespace',
        'access-control-max-age': '600',
      })
      .send();
  app.options('/codec/decode', options, preflight);
  app.options('/codec/:secret/decode', options, preflight);
  await app.register(async (guarded) => {
    requireTokens(guarded, context);
    guarded.post('/codec/decode', options, (request) => decode(door, request));
  });
  if (door.secret === null) return;
  const { secret } = door;
  app.post<{ Params: { secret: string } }>('/codec/:secret/decode', options, async (request) => {
    if (!equalInConstantTime(request.params.secret, secret)) throw notFound('codec at this address', 'Copy it again.');
    return await decode(door, request);
  });
}

/** Browsers ask on behalf of whatever page is open: only the UI's own answers can be read, and others are not decoded. */
async function allowOrigin({ origins }: CodecDoor, request: FastifyRequest, reply: FastifyReply): Promise<void> {
  reply.header('vary', 'origin');
  const { origin } = request.headers;
  if (origin === undefined) return;
  if (!origins.includes(origin))
    throw new HttpError(
      403,
      'origin_not_allowed',
      'This page may not have payloads opened.',
      'Set HEADROOM_CODEC_ORIGIN to where Temporal’s web UI is served from.',
    );
  reply.headers({ 'access-control-allow-origin': origin, 'cross-origin-resource-policy': 'cross-origin' });
}

async function decode({ codec }: CodecDoor, { body: given }: FastifyRequest): Promise<object> {
  const read = body.safeParse(given);
  if (!read.success) throw invalid('The body holds no payloads as Temporal writes them.', 'Send {"payloads": […]}.');
  const payloads = read.data.payloads.map(({ metadata = {}, data = '' }) => ({
    metadata: Object.fromEntries(Object.entries(metadata).map(([name, value]) => [name, Buffer.from(value, 'base64')])),
    data: Buffer.from(data, 'base64'),
  }));
  return { payloads: (await Promise.all(payloads.map((payload) => openOne(codec, payload)))).map(toJson) };
}

/** One that cannot be opened says why in its place: the rest of the page can still be read. */
async function openOne(codec: PayloadCodec, payload: Payload): Promise<Payload> {
  try {
    const [opened = payload] = await codec.decode([payload]);
    return opened;
  } catch (error) {
    const why = error instanceof Error ? error.message : 'not opened';
    return defaultPayloadConverter.toPayload(`cannot be shown: ${why}`) ?? payload;
  }
}

function toJson({ metadata, data }: Payload): object {
  const base64 = (bytes: Uint8Array | null | undefined) => Buffer.from(bytes ?? []).toString('base64');
  return {
    metadata: Object.fromEntries(Object.entries(metadata ?? {}).map(([name, value]) => [name, base64(value)])),
    data: base64(data),
  };
}
