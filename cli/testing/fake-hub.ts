import fastify from 'fastify';
import { onTestFinished } from 'vitest';

export interface Asked {
  method: string;
  /** With the query, decoded. */
  url: string;
  body: unknown;
  authorization: string | undefined;
}

/** An answer that is not 200. */
export class Refusal {
  readonly status: number;
  readonly body: object | string;
  constructor(status: number, body: object | string) {
    this.status = status;
    this.body = body;
  }
}

/** A refusal as the hub words it. */
export function refusal(status: number, message: string, remedy: string): Refusal {
  return new Refusal(status, { error: { code: 'some_code', message, remedy } });
}

export interface FakeHub {
  url: string;
  /** What points commands at it. */
  env: { HEADROOM_URL: string; HEADROOM_TOKEN: string };
  /** In the order of arrival. */
  asked: Asked[];
}

/** A hub on a free port that answers as told, by `METHOD /path` below /api/v1. */
export async function fakeHub(answers: Record<string, object | ((asked: Asked) => object)>): Promise<FakeHub> {
  const asked: Asked[] = [];
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
        return content instanceof Refusal ? reply.code(content.status).send(content.body) : content;
      },
    });
  }
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  onTestFinished(() => app.close());
  return { url, env: { HEADROOM_URL: url, HEADROOM_TOKEN: 'test-token' }, asked };
}
