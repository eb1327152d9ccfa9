import http from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request as it passed, and what came back. */
export interface Passed {
  method: string;
  url: string;
  headers: http.IncomingHttpHeaders;
  body: string;
  status: number;
  answer: string;
}

export interface Passing {
  url: string;
  /** All since the last look, in order. */
  passed: () => Passed[];
  /** Adds to the objects that are answered on a path what a situation needs. */
  amend: (path: string, more: Record<string, unknown>) => void;
  close: () => void;
}

/** A listener on loopback that hands everything on to a port, and keeps it. */
export async function startPassing(port: number): Promise<Passing> {
  let all: Passed[] = [];
  const amendments = new Map<string, Record<string, unknown>>();
  const listener = http.createServer(async (request, response) => {
    const { method = '', url = '', headers } = request;
    const body = await textOf(request);
    const onward = http.request({ host: '127.0.0.1', port, method, path: url, headers });
    onward.on('response', async (reply) => {
      const status = reply.statusCode ?? 502;
      const more = status === 200 ? amendments.get(url.split('?')[0] ?? '') : undefined;
      const answer = amended(await textOf(reply), more);
      all.push({ method, url, headers, body, status, answer });
      response.writeHead(status, { 'content-type': reply.headers['content-type'] }).end(answer);
    });
    onward.on('error', () => response.destroy());
    onward.end(body);
  });
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(listener.address() as AddressInfo).port}`, // a listening TCP server has a port
    passed: () => {
      const seen = all;
      all = [];
      return seen;
    },
    amend: (path, more) => {
      amendments.set(path, more);
    },
    close: () => {
      listener.closeAllConnections();
      listener.close();
    },
  };
}

function amended(text: string, more: Record<string, unknown> | undefined): string {
  if (more === undefined) return text;
  const answer: Record<string, unknown> = JSON.parse(text);
  const { data } = answer;
  if (!Array.isArray(data)) return JSON.stringify({ ...answer, ...more });
  return JSON.stringify({ ...answer, data: data.map((one) => ({ ...one, ...more })) });
}

async function textOf(stream: AsyncIterable<Buffer>): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of stream) parts.push(part);
  return Buffer.concat(parts).toString('utf8');
}
