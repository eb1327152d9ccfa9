import type { FastifyRequest } from 'fastify';

/** What each list answered first since the faults were last looked at: what a repeated page repeats. */
export function firstPages() {
  const answers = new Map<string, string>();
  const key = (request: FastifyRequest) => `${request.method} ${request.url.split('?')[0]}`;
  return {
    keep: (request: FastifyRequest, payload: unknown): void => {
      if (!answers.has(key(request))) answers.set(key(request), String(payload));
    },
    first: (request: FastifyRequest, payload: unknown): string => answers.get(key(request)) ?? String(payload),
  };
}
