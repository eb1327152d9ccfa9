import fastify from 'fastify';
import { expect, onTestFinished } from 'vitest';
import { problemsOf } from './published-api.ts';

export interface Asked {
  method: string;
  /** With the query, decoded. */
  url: string;
  body: unknown;
  authorization: string | undefined;
}

/** An answer with a status of its own, which need not be what the hub's description promises. */
export class Raw {
  readonly status: number;
  readonly body: object | string;
  constructor(status: number, body: object | string) {
    this.status = status;
    this.body = body;
  }
}

/** A refusal as the hub words it. */
export function refusal(status: number, message: string, remedy: string): Raw {
  return new Raw(status, { error: { code: 'some_code', message, remedy } });
}

export interface FakeHub {
  url: string;
  /** What points commands at it. */
  env: { HEADROOM_URL: string; HEADROOM_TOKEN: string };
  /** In the order of arrival. */
  asked: Asked[];
}

/**
 * A hub on a free port that answers as told, by `METHOD /path` below /api/v1. What is asked and answered must be as
 * docs/openapi.json describes the real one, else the test fails.
 */
export async function fakeHub(answers: Record<string, object | ((asked: Asked) => object)>): Promise<FakeHub> {
  const asked: Asked[] = [];
  const problems: string[] = [];
  const app = fastify({ forceCloseConnections: true, routerOptions: { maxParamLength: 2_000 } });
  for (const [route, answer] of Object.entries(answers)) {
    const [method = 'GET', path = '/'] = route.split(' ');
    app.route({
      method,
      url: `/api/v1${path}`,
      handler: async ({ url, body, headers }, reply) => {
        const request = {
          method,
          url: decodeURIComponent(url),
          body: body ?? null,
          authorization: headers.authorization,
        };
        asked.push(request);
        const content = typeof answer === 'function' ? answer(request) : answer;
        if (content instanceof Raw) return reply.code(content.status).send(content.body);
        const query = [...new URL(url, 'http://hub').searchParams.keys()];
        problems.push(...problemsOf({ route, query, body: request.body, answer: content }));
        return content;
      },
    });
  }
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  onTestFinished(async () => {
    await app.close();
    expect(problems).toEqual([]);
  });
  return { url, env: { HEADROOM_URL: url, HEADROOM_TOKEN: 'test-token' }, asked };
}
