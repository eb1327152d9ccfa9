import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { IngestResult } from '../../connectors/kit/capabilities.ts';
import { WEBHOOK_LIMIT } from '../../connectors/kit/webhook.ts';
import { inTransaction, takeIn } from '../../store/index.ts';
import type { HttpContext } from './context.ts';
import { HttpError, notFound } from './errors.ts';

interface Route {
  Params: { connection: string };
}

/**
 * Vendors' deliveries: the connector verifies the bytes as they came, the inbox keeps each event once, the answer goes
 * out after the commit. Handling comes later, so that a slow vendor or a bug here never costs a delivery.
 */
export async function webhookRoutes(app: FastifyInstance, context: HttpContext): Promise<void> {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: WEBHOOK_LIMIT }, (_, body, done) => done(null, body));
  const receive = (request: FastifyRequest<Route>, reply: FastifyReply) => takeDelivery(context, request, reply);
  const options = { schema: { hide: true }, bodyLimit: WEBHOOK_LIMIT };
  app.post<Route>('/webhooks/:connection', options, receive);
  app.post<Route>('/webhooks/:connection/interactions', options, receive);
}

async function takeDelivery({ deps }: HttpContext, request: FastifyRequest<Route>, reply: FastifyReply) {
  const name = request.params.connection;
  const receive = deps.connections.get(name)?.capabilities.receive;
  if (!receive)
    throw notFound(
      `connection ${name} that takes webhooks`,
      'The last part of the address is the name of a connection in headroom.yaml.',
    );
  const wireNow = deps.wireNow();
  const result = await receive({
    method: request.method,
    url: `${deps.publicUrl}${request.url}`,
    headers: singleHeaders(request),
    rawBody: Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0),
    receivedAt: wireNow,
  });
  switch (result.kind) {
    case 'refused':
      if (result.reply) return reply.code(result.status).type(result.reply.contentType).send(result.reply.body);
      throw refusal(name, result);
    case 'challenge':
      return reply.type(result.contentType).send(result.body);
    case 'accepted': {
      const received = { now: deps.now(), wireNow };
      if (result.events.length > 0) await inTransaction(deps.store, (tx) => takeIn(tx, name, result.events, received));
      if (result.reply) return reply.type(result.reply.contentType).send(result.reply.body);
      return reply.code(200).send();
    }
    default:
      throw new Error(`unknown result ${result satisfies never}`);
  }
}

/** Node joins repeated headers with a comma, as RFC 9110 §5.3 has it; only cookies come as lists. */
function singleHeaders({ headers }: FastifyRequest): Record<string, string | undefined> {
  return Object.fromEntries(
    Object.entries(headers).map(([key, value]) => [key, Array.isArray(value) ? value.join(', ') : value]),
  );
}

const REMEDY: Record<Extract<IngestResult, { kind: 'refused' }>['status'], string> = {
  400: "Send the vendor's own payload, unchanged.",
  401: 'Compare the webhook secret of this connection with the one that the vendor shows, and the clocks of both sides.',
  413: 'Send fewer events in one delivery.',
  415: 'Send the content type that the vendor documents.',
  503: 'Set webhook_secret of this connection in headroom.yaml and put the value where the reference points.',
};

function refusal(name: string, { status, reason }: Extract<IngestResult, { kind: 'refused' }>): HttpError {
  return new HttpError(status, 'webhook_refused', `The delivery for ${name} was refused: ${reason}.`, REMEDY[status]);
}
