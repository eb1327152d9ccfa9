import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { sentInstead } from '../frame/record-hooks.ts';
import { flatHeaders } from '../frame/recording.ts';
import { withAddedFields, withoutField } from './drift.ts';
import type { Fault } from './fault.ts';
import type { FaultList } from './fault-list.ts';
import { firstPages } from './first-pages.ts';
import { answerOf, echoOf } from './vendor-answers.ts';

const never = new Promise<never>(() => undefined);
const path = (request: FastifyRequest) => request.url.split('?')[0] ?? request.url;

/** Puts the faults around a twin's routes: before its handlers run, and on what they answer. */
export function addFaultHooks(server: FastifyInstance, vendor: string, faults: FaultList): void {
  const pages = firstPages();
  const repeatsPages = (one: Fault) => one.vendor === vendor && one.kind === 'repeated_page';
  // After parsing, so that a recording shows the body of a refused call too.
  server.addHook('preHandler', async (request, reply) => {
    if (request.url.startsWith('/_view')) return;
    const fault = faults.hit(vendor, 'before', request.method, path(request));
    if (fault) await refuse(vendor, fault, request, reply);
  });
  server.addHook('onSend', async (request, reply, payload) => {
    if (request.url.startsWith('/_view')) return payload;
    const fault = faults.hit(vendor, 'after', request.method, path(request));
    if (fault?.kind === 'repeated_page') return instead(request, reply, pages.first(request, payload));
    if (faults.list().some(repeatsPages)) pages.keep(request, payload);
    return fault ? spoil(vendor, fault, request, reply, payload) : payload;
  });
}

async function refuse(vendor: string, fault: Fault, request: FastifyRequest, reply: FastifyReply): Promise<void> {
  switch (fault.kind) {
    case 'slow':
      await sleep(fault.delayMs, undefined, { ref: false });
      return;
    case 'hang':
      await never;
      return;
    case 'rate_limited':
    case 'server_error':
    case 'expired_token':
    case 'expired_cursor': {
      const answer = answerOf(vendor, fault.kind);
      if (fault.retryAfterSeconds !== undefined) reply.header('retry-after', String(fault.retryAfterSeconds));
      await reply.code(fault.kind === 'server_error' ? fault.status : answer.status).send(answer.body);
      return;
    }
    case 'echo':
      await reply.code(400).send(echoOf(vendor, toldIn(request)));
      return;
    default:
      throw new Error(`${fault.kind} is no refusal`);
  }
}

/** Everything that a request told of its sender; what is in base64 also in clear, as a talkative vendor has it. */
function toldIn({ headers, body }: FastifyRequest): string {
  const basic = /^Basic (.+)$/.exec(headers.authorization ?? '')?.[1] ?? '';
  return JSON.stringify({ headers, basic: Buffer.from(basic, 'base64').toString('utf8'), body: body ?? null });
}

/** The handler has run: what it did stays done, only the answer is lost or spoiled. */
async function spoil(
  vendor: string,
  fault: Fault,
  request: FastifyRequest,
  reply: FastifyReply,
  payload: unknown,
): Promise<unknown> {
  switch (fault.kind) {
    case 'accept_then_reset':
      sentInstead(request, { body: null, lost: true });
      request.raw.socket.resetAndDestroy();
      return never;
    case 'accept_then_timeout':
      sentInstead(request, { body: null, lost: true });
      return never;
    case 'half_body': {
      const whole = Buffer.from(typeof payload === 'string' || Buffer.isBuffer(payload) ? payload : '{"truncated":');
      const half = whole.subarray(0, Math.floor(whole.length / 2));
      sentInstead(request, { body: half.toString(), lost: false });
      reply.hijack();
      reply.raw.writeHead(reply.statusCode, {
        ...flatHeaders(reply.getHeaders()),
        'content-length': String(whole.length),
      });
      reply.raw.write(half, () => request.raw.socket.destroy());
      return never;
    }
    case 'accept_then_error': {
      const { body } = answerOf(vendor, 'server_error');
      reply.code(fault.status);
      return instead(request, reply, JSON.stringify(body));
    }
    case 'wrong_shape':
      reply.code(200);
      return instead(request, reply, '{"unexpected":true}');
    case 'added_fields':
      return instead(request, reply, withAddedFields(payload));
    case 'missing_field':
      return instead(request, reply, withoutField(payload, fault.field ?? ''));
    default:
      throw new Error(`${fault.kind} does not spoil an answer`);
  }
}

function instead(request: FastifyRequest, reply: FastifyReply, body: string): string {
  reply.type('application/json').removeHeader('content-length');
  sentInstead(request, { body, lost: false });
  return body;
}
