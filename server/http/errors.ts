import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod';
import { maskSecrets } from '../../connectors/kit/redact.ts';
import { isStoreAway, isUnstorableText } from './store-errors.ts';

export interface ErrorBody {
  error: {
    /** Stable, for programs. */
    code: string;
    message: string;
    /** What to do next. */
    remedy: string;
  };
}

/** A refusal with its status, as a sentence and what to do next. */
export class HttpError extends Error {
  readonly status: number;
  readonly code: string;
  readonly remedy: string;
  constructor(status: number, code: string, message: string, remedy: string) {
    super(message);
    this.name = 'HttpError';
    this.status = status;
    this.code = code;
    this.remedy = remedy;
  }
}

export function notFound(what: string, remedy: string): HttpError {
  return new HttpError(404, 'not_found', `There is no ${what}.`, remedy);
}

export function invalid(message: string, remedy: string): HttpError {
  return new HttpError(400, 'invalid_request', message, remedy);
}

/** What Fastify itself refuses, before a route is asked. */
const OF_FASTIFY: Record<string, { code: string; message: string; remedy: string }> = {
  FST_ERR_CTP_BODY_TOO_LARGE: {
    code: 'body_too_large',
    message: 'The body is larger than 1 MB.',
    remedy: 'Send it in smaller parts.',
  },
  FST_ERR_CTP_INVALID_MEDIA_TYPE: {
    code: 'unsupported_media_type',
    message: 'The body has a content type that is not understood here.',
    remedy: 'Send JSON with the header content-type: application/json.',
  },
  FST_ERR_CTP_INVALID_JSON_BODY: {
    code: 'invalid_json',
    message: 'The body is not JSON.',
    remedy: 'Check it with a JSON parser and send it again.',
  },
  FST_ERR_CTP_EMPTY_JSON_BODY: {
    code: 'invalid_json',
    message: 'The body is empty although its content type is JSON.',
    remedy: 'Send {} or leave the content-type header out.',
  },
};

export const STORE_AWAY = new HttpError(
  503,
  'store_unavailable',
  'The database does not answer.',
  'Try again in a few seconds; nothing was changed.',
);

/** Every error as an `HttpError`; what nobody expected becomes a 500 that tells nothing of the inside. */
export function toHttpError(error: FastifyError | Error): HttpError {
  if (error instanceof HttpError) return error;
  if (hasZodFastifySchemaValidationErrors(error)) {
    const problems = error.validation.map(({ instancePath, message }) => {
      const field = instancePath.slice(1).replaceAll('/', '.');
      return field === '' ? message : `${field}: ${message}`;
    });
    return invalid(`${problems.join('; ')}.`, 'GET /api/v1/docs shows what this route takes.');
  }
  const known = 'code' in error ? OF_FASTIFY[error.code] : undefined;
  const status = 'statusCode' in error && error.statusCode !== undefined ? error.statusCode : 500;
  if (known) return new HttpError(status, known.code, known.message, known.remedy);
  if (isStoreAway(error)) return STORE_AWAY;
  if (isUnstorableText(error)) return invalid('The request holds a zero byte.', 'Send plain text.');
  if (status >= 400 && status < 500)
    return new HttpError(status, 'bad_request', error.message, 'GET /api/v1/docs shows what this route takes.');
  return new HttpError(500, 'internal', 'Something went wrong here.', 'Try again; if it stays, look at the log.');
}

/** Logs what is our own fault, by route pattern: addresses hold secrets. */
export function logFailure(request: FastifyRequest, error: Error, status: number): void {
  const route = request.routeOptions.url ?? 'unknown route';
  if (status >= 500) request.log.error({ err: error, route, method: request.method }, `${route} answered ${status}`);
}

export function sendError(reply: FastifyReply, { status, code, message, remedy }: HttpError): FastifyReply {
  if (status === 503) reply.header('retry-after', '5');
  const body: ErrorBody = { error: { code, message: maskSecrets(message), remedy: maskSecrets(remedy) } };
  return reply.code(status).type('application/json; charset=utf-8').send(JSON.stringify(body));
}

export function handleError(error: FastifyError, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const answer = toHttpError(error);
  logFailure(request, error, answer.status);
  return sendError(reply, answer);
}
