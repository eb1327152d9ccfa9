import { PassThrough } from 'node:stream';
import { gunzipSync } from 'node:zlib';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Iso } from '../../domain/model.ts';
import { flatHeaders, type Recorder } from './recording.ts';

interface Seen {
  at: Iso;
  request: Buffer[];
  /** What was really sent; a fault may cut it short. */
  response: string | null;
  /** A fault closed the connection before the answer. */
  lost: boolean;
}

const seen = new WeakMap<FastifyRequest, Seen>();

/** A fault tells the recording what the hub really got. */
export function sentInstead(request: FastifyRequest, sent: { body: string | null; lost: boolean }): void {
  const exchange = seen.get(request);
  if (exchange) Object.assign(exchange, { response: sent.body, lost: sent.lost });
}

function bodyText(chunks: Buffer[], encoding: string | undefined): string | null {
  if (chunks.length === 0) return null;
  const bytes = Buffer.concat(chunks);
  if (encoding !== 'gzip') return bytes.toString('utf8');
  try {
    return gunzipSync(bytes).toString('utf8');
  } catch {
    return bytes.toString('latin1');
  }
}

/** Writes each exchange of a twin's server to the recording, when it has ended, one way or the other. */
export function recordExchanges(server: FastifyInstance, vendor: string, recorder: Recorder, now: () => Iso): void {
  if (!recorder.on) return;
  server.addHook('onRequest', (request, reply, done) => {
    if (request.url.startsWith('/_view')) return done();
    const exchange: Seen = { at: now(), request: [], response: null, lost: false };
    seen.set(request, exchange);
    reply.raw.once('close', () => {
      const answered = !exchange.lost && reply.raw.headersSent;
      recorder.record({
        vendor,
        at: exchange.at,
        direction: 'hub_to_vendor',
        method: request.method,
        url: `http://${request.host}${request.url}`,
        requestHeaders: flatHeaders(request.headers),
        requestBody: bodyText(exchange.request, request.headers['content-encoding']),
        status: answered ? reply.raw.statusCode : null,
        responseHeaders: answered ? flatHeaders(reply.getHeaders()) : {},
        responseBody: answered ? exchange.response : null,
      });
    });
    done();
  });
  server.addHook('preParsing', (request, _reply, payload, done) => {
    const exchange = seen.get(request);
    if (!exchange) return done(null, payload);
    // Parsers of the twin read the copy; what passes is kept as it came.
    const copy = new PassThrough();
    payload.on('data', (chunk: Buffer) => exchange.request.push(chunk));
    payload.once('error', (error) => copy.destroy(error));
    payload.pipe(copy);
    done(null, copy);
  });
  server.addHook('onSend', (request, _reply, payload, done) => {
    const exchange = seen.get(request);
    if (exchange && (typeof payload === 'string' || Buffer.isBuffer(payload))) exchange.response = payload.toString();
    done(null, payload);
  });
}
