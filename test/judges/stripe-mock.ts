import { type ChildProcess, spawn } from 'node:child_process';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { findStripeMock } from '../../scripts/bootstrap/stripe-mock.mjs';
import { freePort } from '../../server/embedded/ports.ts';
import { eventually } from '../support/eventually.ts';

/** A request as the connector made it, and what stripe-mock said. */
export interface Asked {
  method: string;
  url: string;
  headers: http.IncomingHttpHeaders;
  body: string;
  status: number;
  answer: string;
}

export interface StripeMock {
  program: string;
  url: string;
  /** All since the last look, in order. */
  asked: () => Asked[];
  /** stripe-mock keeps no state: adds to the objects it answers with on a path what the situation needs. */
  amend: (path: string, more: Record<string, unknown>) => void;
  stop: () => Promise<void>;
}

/** stripe-mock, behind a listener that keeps what passes. */
export async function startStripeMock(): Promise<StripeMock> {
  const program = await findStripeMock(process.env);
  const port = await freePort();
  // Both addresses: with one of them it would open the other's default port on every interface.
  const args = ['-http-addr', `127.0.0.1:${port}`, '-https-addr', '127.0.0.1:0'];
  const child = spawn(program, args, { stdio: 'ignore' });
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
  });
  await eventually(() => answers(child, port));

  let asked: Asked[] = [];
  const amendments = new Map<string, Record<string, unknown>>();
  const listener = http.createServer(async (request, response) => {
    const { method = '', url = '', headers } = request;
    const body = await textOf(request);
    const passed = http.request({ host: '127.0.0.1', port, method, path: url, headers });
    passed.on('response', async (reply) => {
      const more = amendments.get(url.split('?')[0] ?? '');
      const answer = amended(await textOf(reply), reply.statusCode === 200 ? more : undefined);
      asked.push({ method, url, headers, body, status: reply.statusCode ?? 0, answer });
      response.writeHead(reply.statusCode ?? 502, { 'content-type': 'application/json' }).end(answer);
    });
    passed.on('error', () => response.destroy());
    passed.end(body);
  });
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  return {
    program,
    url: `http://127.0.0.1:${(listener.address() as AddressInfo).port}`, // a listening TCP server has a port
    asked: () => {
      const all = asked;
      asked = [];
      return all;
    },
    amend: (path, more) => {
      amendments.set(path, more);
    },
    stop: async () => {
      listener.closeAllConnections();
      listener.close();
      child.kill();
      await ended;
    },
  };
}

function amended(text: string, more: Record<string, unknown> | undefined): string {
  if (more === undefined) return text;
  const answer: Record<string, unknown> = JSON.parse(text);
  const { data } = answer;
  return JSON.stringify(
    Array.isArray(data) ? { ...answer, data: data.map((one) => ({ ...one, ...more })) } : { ...answer, ...more },
  );
}

async function answers(child: ChildProcess, port: number): Promise<boolean> {
  if (child.exitCode !== null) throw new Error(`stripe-mock ended with exit code ${child.exitCode}`);
  return await fetch(`http://127.0.0.1:${port}/`).then(
    () => true,
    () => false,
  );
}

async function textOf(stream: AsyncIterable<Buffer>): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of stream) parts.push(part);
  return Buffer.concat(parts).toString('utf8');
}
