import { Registry } from 'prom-client';
import { z } from 'zod';
import { makeHttpServer } from '../../server/http/app.ts';
import type { HttpContext } from '../../server/http/context.ts';

const paths = z.object({
  paths: z.record(z.string(), z.record(z.string(), z.object({ summary: z.string().optional() }))),
});

/** What the server says of itself, without a store or an engine behind it: nothing is asked of it but this. */
export async function openApiText(): Promise<string> {
  const deps = { publicUrl: 'http://127.0.0.1', log: undefined };
  // Routes look at their context only when they are called.
  const app = makeHttpServer({ deps, metrics: new Registry() } as unknown as HttpContext);
  try {
    const reply = await app.inject({ url: '/api/v1/openapi.json' });
    return `${JSON.stringify(reply.json(), null, 2)}\n`;
  } finally {
    await app.close();
  }
}

/** Summaries by `METHOD /path`, paths as Fastify writes them (`:id`). */
export function summariesOf(openApi: string): Map<string, string> {
  const read = paths.parse(JSON.parse(openApi));
  return new Map(
    Object.entries(read.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, { summary = '' }]): [string, string] => [
        `${method.toUpperCase()} ${path.replace(/\{(\w+)\}/g, ':$1')}`,
        summary,
      ]),
    ),
  );
}
