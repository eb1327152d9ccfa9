import fastify, { type FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { Json } from '../domain/model.ts';
import type { Verdict } from './checker/types.ts';
import { fault } from './faults/fault.ts';
import type { Frame } from './frame/frame.ts';

const json: z.ZodType<Json> = z.json();
const hubBody = z.strictObject({ url: z.url().nullable() });
const actBody = z.record(z.string(), json).default({});
const ledgerQuery = z.object({
  /** Entries from this position on. */
  from: z.coerce.number().int().nonnegative().default(0),
  limit: z.coerce.number().int().positive().max(10_000).default(10_000),
});
const checkerQuery = z.object({ until: z.iso.datetime().optional() });
const faultsQuery = z.object({ vendor: z.string().optional() });

export interface ControlInput {
  frame: Frame;
  addresses: () => Record<string, unknown>;
  judge: (until: string) => Promise<Verdict>;
  played: () => number;
  stop: () => void;
}

/** What the driver of a run may ask of the sandbox: on loopback, on a port of its own, without a password. */
export function controlServer(input: ControlInput): FastifyInstance {
  const { frame } = input;
  const faultsBody = z.array(
    fault.refine(({ vendor }) => frame.running[vendor]?.url.startsWith('http'), {
      path: ['vendor'],
      error: 'expected a vendor that speaks HTTP (faults of smtp are set by POST /acts/smtp/set_fault)',
    }),
  );
  const server = fastify({ forceCloseConnections: true, bodyLimit: 1_048_576 });
  server.setErrorHandler((error, _request, reply) => {
    const ours = error instanceof z.ZodError;
    const message = ours ? z.prettifyError(error) : error instanceof Error ? error.message : String(error);
    return reply.code(ours ? 400 : 500).send({ error: message });
  });

  server.get('/addresses', async () => input.addresses());
  server.get('/clock', async () => ({ now: frame.clock.now(), played: input.played() }));
  server.get('/ledger', async (request) => {
    const { from, limit } = ledgerQuery.parse(request.query);
    const entries = frame.ledger.entries.slice(from, from + limit);
    return { entries, next: from + entries.length, total: frame.ledger.entries.length };
  });
  server.get('/faults', async () => frame.faults.list());
  server.post('/faults', async (request, reply) => {
    const added = faultsBody.parse([request.body].flat());
    for (const one of added) frame.faults.add(one);
    return reply.code(201).send(added);
  });
  server.delete('/faults', async (request, reply) => {
    frame.faults.clear(faultsQuery.parse(request.query).vendor);
    return reply.code(204).send();
  });
  server.post<{ Params: { vendor: string; state: string } }>('/vendors/:vendor/:state', async (request, reply) => {
    const { vendor, state } = request.params;
    const twin = frame.running[vendor];
    if (!twin || (state !== 'down' && state !== 'up'))
      return reply.code(404).send({ error: 'no such vendor or state' });
    await twin[state]();
    return reply.code(204).send();
  });
  server.post('/hub', async (request, reply) => {
    frame.setHub(hubBody.parse(request.body).url);
    return reply.code(204).send();
  });
  server.post<{ Params: { vendor: string; act: string } }>('/acts/:vendor/:act', async (request) => {
    const { vendor, act } = request.params;
    return { result: await frame.actOn(vendor, act, actBody.parse(request.body ?? {})) };
  });
  server.get('/checker', async (request) => input.judge(checkerQuery.parse(request.query).until ?? frame.clock.now()));
  server.get('/recording', async (_request, reply) => {
    await frame.recorder.flush();
    await frame.ledger.flush();
    return reply.code(204).send();
  });
  server.post('/stop', async (_request, reply) => {
    setImmediate(input.stop);
    return reply.code(202).send({ stopping: true });
  });
  return server;
}
