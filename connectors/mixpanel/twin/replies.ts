/** Refusals in the vendor's two shapes. */
import type { FastifyReply, FastifyRequest } from 'fastify';

/** Query API: as quoted in https://github.com/airbytehq/airbyte/issues/7126 */
export function refuseQuery(request: FastifyRequest, reply: FastifyReply, status: number, error: string) {
  return reply.status(status).send({ request: request.url, error });
}

const STATUS_TEXT: Record<number, string> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  413: 'Request Entity Too Large',
  429: 'Too Many Requests',
};

/** Import API: https://docs.mixpanel.com/reference/import-events */
export function refuseImport(reply: FastifyReply, status: number, error: string, more: Record<string, unknown> = {}) {
  return reply.status(status).send({ code: status, error, status: STATUS_TEXT[status] ?? '', ...more });
}
