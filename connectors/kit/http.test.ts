import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { Budget } from './budget.ts';
import { hostFetch } from './doors.ts';
import { ConnectorError, InvalidInputError, NotSentError, RateLimitedError } from './errors.ts';
import { retryAfterMs, type VendorRequest, vendorRequest } from './http.ts';
import type { Idempotency } from './network-errors.ts';
import type { WriteCall } from './operation.ts';
import { freeBudget } from './testing/dependencies.ts';
import { callWithin } from './time-limit.ts';

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

async function serve(answer: RequestListener): Promise<string> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`; // a listening TCP server has a port
}

const schema = z.object({ items: z.array(z.object({ id: z.string() })) });
const fetch = hostFetch({ connector: 'acme', mode: 'sandbox', hosts: ['127.0.0.1'] });
const read = (url: string, more: Partial<VendorRequest<z.output<typeof schema>>> = {}) =>
  vendorRequest({
    fetch,
    budget: freeBudget,
    connector: 'acme',
    operation: 'list',
    method: 'GET',
    url,
    schema,
    call: callWithin(5_000),
    ...more,
  } as VendorRequest<z.output<typeof schema>>); // `more` never mixes the two kinds of request
const write = (url: string, idempotency: Idempotency, call: Partial<WriteCall> = {}, budget = freeBudget) =>
  vendorRequest({
    fetch,
    budget,
    connector: 'acme',
    operation: 'create',
    method: 'POST',
    url,
    body: '{}',
    schema,
    write: idempotency,
    call: { ...callWithin(5_000), idempotencyKey: 'k', sending: async () => {}, ...call },
  });
const errorOf = async (work: Promise<unknown>): Promise<ConnectorError> => {
  const error = await work.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof ConnectorError)) throw new Error('no ConnectorError was thrown', { cause: error });
  return error;
};

describe('a read', () => {
  test('returns the parsed answer', async () => {
    const url = await serve((_, response) => response.end('{"items":[{"id":"a"}]}'));
    expect((await read(url)).body).toEqual({ items: [{ id: 'a' }] });
  });

  test('names the field of an answer in another shape', async () => {
    const url = await serve((_, response) => response.end('{"items":[{"id":7}]}'));
    expect(await errorOf(read(url))).toMatchObject({
      code: 'unexpected_response',
      message: expect.stringContaining('items.0.id'),
    });
  });

  test('stops at an answer that is too large, without waiting for its end', async () => {
    const url = await serve((_, response) => {
      response.write('x'.repeat(5_000)); // and never ends
    });
    expect(await errorOf(read(url, { maxBytes: 1_000 }))).toMatchObject({ code: 'unexpected_response' });
  });

  test.each([
    [400, 'invalid_input'],
    [401, 'authentication'],
    [403, 'authentication'],
    [404, 'invalid_input'],
    [408, 'transient'],
    [429, 'rate_limited'],
    [500, 'transient'],
    [503, 'transient'],
  ])('maps %i to %s', async (status, code) => {
    const url = await serve((_, response) => response.writeHead(status).end('no'));
    expect((await errorOf(read(url))).code).toBe(code);
  });

  test('passes on how long the vendor wants us to wait', async () => {
    const url = await serve((_, response) => response.writeHead(429, { 'retry-after': '7' }).end());
    const error = await errorOf(read(url));
    expect(error instanceof RateLimitedError && error.retryAfterMs).toBe(7_000);
  });

  test('asks the connector’s own error table first, with the parsed body', async () => {
    const url = await serve((_, response) => response.end('{"ok":false,"error":"no_such_thing"}'));
    const classify: VendorRequest<never>['classify'] = ({ body, origin }) =>
      z.object({ ok: z.literal(false) }).safeParse(body).success
        ? new InvalidInputError('no such thing', origin)
        : null;
    expect(await errorOf(read(url, { classify }))).toMatchObject({ code: 'invalid_input', message: 'no such thing' });
  });

  test('carries no credential or address into the error', async () => {
    const url = await serve((request, response) =>
      response.writeHead(400).end(`bad ${request.headers.authorization} for ana@acme.example`),
    );
    const error = await errorOf(read(url, { headers: { authorization: 'Basic dXNlcjpwYXNz' } }));
    expect(error.message).toContain('Basic ***');
    expect(error.message).not.toMatch(/dXNlcjpwYXNz|ana@/);
  });

  test('ends at the deadline when the vendor hangs', async () => {
    const url = await serve(() => {});
    expect((await errorOf(read(url, { call: callWithin(100) }))).code).toBe('transient');
  });
});

describe('a write', () => {
  const accept = '{"items":[]}';
  /** What the vendor does once it has the request, and the code by how the write is idempotent. */
  const mishaps: [string, RequestListener][] = [
    ['a reset after it was taken in', (request) => void request.on('data', () => request.socket.resetAndDestroy())],
    [
      'half a body',
      (_, response) =>
        void response.writeHead(200, { 'content-length': '100' }).write('{"items":', () => response.destroy()),
    ],
    ['an answer in another shape', (_, response) => void response.end('{"things":[]}')],
    ['a server error', (_, response) => void response.writeHead(502).end()],
  ];
  test.each(mishaps)(
    'that met %s has an unknown outcome when doing it again would do it twice',
    async (_name, answer) => {
      expect((await errorOf(write(await serve(answer), 'none'))).code).toBe('outcome_unknown');
      expect((await errorOf(write(await serve(answer), 'find'))).code).toBe('outcome_unknown');
      expect((await errorOf(write(await serve(answer), 'natural'))).code).toMatch(/^(transient|outcome_unknown)$/);
      expect((await errorOf(write(await serve(answer), 'vendor_key'))).code).toMatch(/^(transient|outcome_unknown)$/);
    },
  );

  test('that found nobody listening had no effect', async () => {
    const url = await serve((_, response) => response.end(accept));
    for (const close of closers.splice(0)) close();
    expect((await errorOf(write(url, 'none'))).code).toBe('transient');
  });

  test('that the vendor refused had no effect', async () => {
    const url = await serve((_, response) => response.writeHead(422).end('{"error":"bad"}'));
    expect((await errorOf(write(url, 'none'))).code).toBe('invalid_input');
  });

  test('says that it is sending before its first byte leaves', async () => {
    const order: string[] = [];
    const url = await serve((_, response) => {
      order.push('received');
      response.end(accept);
    });
    await write(url, 'none', { sending: async () => void order.push('sending') });
    expect(order).toEqual(['sending', 'received']);
  });

  test('is not sent when its deadline has passed, nor when it passes while sending is noted', async () => {
    let received = 0;
    const url = await serve((_, response) => {
      received++;
      response.end(accept);
    });
    expect((await errorOf(write(url, 'none', { deadline: performance.now() - 1 }))).code).toBe('transient');
    const slow = { ...callWithin(5_000), deadline: performance.now() + 20 };
    const sending = () => new Promise<void>((resolve) => setTimeout(resolve, 60));
    expect((await errorOf(write(url, 'none', { ...slow, sending }))).code).toBe('transient');
    expect(received).toBe(0);
  });
});

test('Retry-After is understood in seconds and as a date', () => {
  const now = Date.parse('2026-03-02T10:00:00Z');
  expect(retryAfterMs(new Headers({ 'retry-after': '12' }), now)).toBe(12_000);
  expect(retryAfterMs(new Headers({ 'retry-after': 'Mon, 02 Mar 2026 10:01:00 GMT' }), now)).toBe(60_000);
  expect(retryAfterMs(new Headers({ 'retry-after': 'soon' }), now)).toBeNull();
  expect(retryAfterMs(new Headers(), now)).toBeNull();
});

describe('permits', () => {
  const limited = async () => {
    const steps: string[] = [];
    const budget: Budget = {
      take: async ({ keys }) => {
        steps.push(`permit for ${String(keys)}`);
        return { done: (end) => steps.push(`done: ${end}`), giveBack: () => steps.push('unused') };
      },
      hear: ({ limit, left }) => steps.push(`heard ${limit} ${left}`),
      pause: async (ms) => {
        steps.push(`pause ${ms}`);
      },
    };
    return { steps, budget };
  };

  test('one is taken before the first byte and before `sending`, and given back however the call ends', async () => {
    const { steps, budget } = await limited();
    const url = await serve((_request, response) => {
      steps.push('request');
      response.writeHead(200, { 'x-left': '7' }).end('{"items":[]}');
    });
    const sending = async () => {
      steps.push('sending');
    };
    const call = { ...callWithin(5_000), idempotencyKey: 'k', sending };
    await vendorRequest({
      ...{ fetch, budget, keys: ['search'], connector: 'acme', operation: 'create', method: 'POST', url, schema, call },
      heard: (headers) => [{ limit: 'daily', left: Number(headers.get('x-left')) }],
      write: 'find',
    });
    expect(steps).toEqual(['permit for search', 'sending', 'request', 'done: answered', 'heard daily 7']);
    steps.length = 0;
    await errorOf(read('http://127.0.0.1:1/', { budget }));
    expect(steps).toEqual(['permit for undefined', 'done: failed']);
  });

  test.each<[string, number | 'hang' | 'reset', string]>([
    ['a no', 422, 'answered'],
    ['a refusal of credentials', 401, 'answered'],
    ['a 5xx', 503, 'failed'],
    ['a broken connection', 'reset', 'failed'],
    ['no answer in time', 'hang', 'failed'],
  ])('given back tells whether the vendor is there: %s', async (_, how, end) => {
    const { steps, budget } = await limited();
    const url = await serve((_request, response) => {
      if (how === 'reset') response.destroy();
      else if (how !== 'hang') response.writeHead(how).end('{}');
    });
    await errorOf(read(url, { budget, call: callWithin(300) }));
    expect(steps).toEqual(['permit for undefined', `done: ${end}`]);
  });

  test('given back by a call that was stopped before its first byte tells nothing', async () => {
    const { steps, budget } = await limited();
    const url = await serve((_request, response) => response.end('{}'));
    const sending = async () => {
      throw new NotSentError('too old', { connector: 'acme', operation: 'create' });
    };
    await errorOf(
      vendorRequest({
        ...{ fetch, budget, connector: 'acme', operation: 'create', method: 'POST', url, schema, write: 'find' },
        call: { ...callWithin(5_000), idempotencyKey: 'k', sending },
      }),
    );
    expect(steps).toEqual(['permit for undefined', 'unused']);
  });

  test('one goes back unused where the call ends before its first byte, so that the next need not wait for its window', async () => {
    const { steps, budget } = await limited();
    const url = await serve((_request, response) => response.end(String(steps.push('request'))));
    const overtaken = async () => Promise.reject(new Error('a newer attempt has taken over'));
    await expect(write(url, 'find', { sending: overtaken }, budget)).rejects.toThrow('taken over');
    const late = { sending: () => sleep(60), deadline: performance.now() + 20 };
    await expect(write(url, 'find', late, budget)).rejects.toMatchObject({ code: 'transient' });
    const waited = { ...callWithin(5_000), deadline: performance.now() + 20 };
    const slow: Budget = { ...budget, take: (use) => sleep(60).then(() => budget.take(use)) };
    await expect(read(url, { budget: slow, call: waited })).rejects.toMatchObject({ code: 'transient' });
    expect(steps.filter((step) => !step.startsWith('permit'))).toEqual(['unused', 'unused', 'unused']);
  });

  test('without one nothing is sent, and the vendor is not blamed', async () => {
    const { steps, budget } = await limited();
    const refusing: Budget = {
      ...budget,
      take: async () => {
        throw new RateLimitedError('none', 5_000, { connector: 'acme', operation: 'list' });
      },
    };
    const url = await serve((_request, response) => response.end(String(steps.push('request'))));
    expect(await errorOf(read(url, { budget: refusing }))).toMatchObject({ retryAfterMs: 5_000 });
    expect(steps).toEqual([]);
  });

  test('a 429 pauses the whole connection for as long as the vendor says', async () => {
    const { steps, budget } = await limited();
    const url = await serve((_request, response) => response.writeHead(429, { 'retry-after': '7' }).end());
    await errorOf(read(url, { budget }));
    expect(steps).toEqual(['permit for undefined', 'done: answered', 'pause 7000']);
  });
});
