import type { FastifyInstance, FastifyRequest } from 'fastify';

/** Runs what was put aside for a request once its answer has left whole; an answer that got lost told nobody anything. */
export function afterAnswers(scope: FastifyInstance) {
  const waiting = new WeakMap<FastifyRequest, (() => void)[]>();
  scope.addHook('onResponse', async (request, reply) => {
    if (!reply.raw.writableFinished) return;
    for (const run of waiting.get(request) ?? []) run();
  });
  return {
    add: (request: FastifyRequest, run: () => void) => {
      waiting.set(request, [...(waiting.get(request) ?? []), run]);
    },
  };
}
