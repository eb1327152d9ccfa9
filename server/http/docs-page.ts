import type { FastifyInstance, FastifyReply } from 'fastify';
import { z } from 'zod';
import { type Html, html } from './pages/html.ts';
import { sendPage } from './pages/page.ts';

const parameter = z.object({
  name: z.string(),
  in: z.string(),
  required: z.boolean().default(false),
  description: z.string().default(''),
  schema: z.unknown(),
});
const content = z.record(z.string(), z.object({ schema: z.unknown() }));
const operation = z.object({
  summary: z.string().default(''),
  description: z.string().default(''),
  tags: z.array(z.string()).default([]),
  parameters: z.array(parameter).default([]),
  requestBody: z.object({ content }).optional(),
  responses: z.record(z.string(), z.object({ content: content.optional() })).default({}),
});
const document = z.object({
  info: z.object({ title: z.string(), version: z.string(), description: z.string() }),
  tags: z.array(z.object({ name: z.string(), description: z.string() })),
  paths: z.record(z.string(), z.record(z.string(), operation)),
  components: z.object({ schemas: z.record(z.string(), z.unknown()).default({}) }),
});
type Operation = z.output<typeof operation>;

/** The OpenAPI description as a page that people can read; nothing in it comes from elsewhere. */
export function sendDocs(reply: FastifyReply, openapi: ReturnType<FastifyInstance['swagger']>): FastifyReply {
  const { info, tags, paths, components } = document.parse(openapi);
  const all = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, one]) => ({ method: method.toUpperCase(), path, ...one })),
  );
  const sections = tags.map(({ name, description }) => {
    const own = all.filter((one) => one.tags.includes(name));
    return html`<h2>${description}</h2>${own.map(article)}`;
  });
  const shapes = Object.entries(components.schemas).map(([name, shape]) => details(name, shape));
  return sendPage(reply, 200, {
    title: `${info.title} API ${info.version}`,
    body: html`<p>${info.description}</p>
<p>Send <code>authorization: Bearer TOKEN</code>. For programs: <code>GET /api/v1/openapi.json</code>.</p>
${sections}
<h2>Shapes</h2>${shapes}`,
    wide: true,
  });
}

function article(one: Operation & { method: string; path: string }): Html {
  const answer = Object.entries(one.responses).find(([status]) => status.startsWith('2'));
  return html`<article>
<p><code><b>${one.method}</b> ${one.path}</code></p>
<p>${one.summary}</p>
${one.description.split('\n\n').map((part) => html`<p>${part}</p>`)}
${one.parameters.length === 0 ? null : html`<ul>${one.parameters.map(parameterLine)}</ul>`}
${one.requestBody ? details('Body', firstSchema(one.requestBody.content)) : null}
${answer?.[1].content ? details(`Answer ${answer[0]}`, firstSchema(answer[1].content)) : null}
</article>`;
}

function parameterLine({ name, in: place, required, description }: z.output<typeof parameter>): Html {
  return html`<li><code>${name}</code> (${place}${required ? ', required' : ''}) ${description}</li>`;
}

function details(title: string, shape: unknown): Html {
  return html`<details><summary>${title}</summary><pre>${JSON.stringify(shape, null, 2)}</pre></details>`;
}

function firstSchema(of: z.output<typeof content>): unknown {
  return Object.values(of)[0]?.schema;
}
