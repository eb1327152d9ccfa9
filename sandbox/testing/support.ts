import { mkdtemp, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { BusinessClock } from '../../domain/clock.ts';

export const EPOCH = '2026-03-02T00:00:00.000Z';

/** A business clock that starts now at EPOCH. */
export const clockFromNow = (scale: number): BusinessClock => ({
  startedAt: new Date().toISOString(),
  epoch: EPOCH,
  scale,
});

export async function temporaryFile(name: string, rows: unknown[] = []): Promise<string> {
  const file = join(await mkdtemp(join(tmpdir(), 'headroom-sandbox-')), name);
  if (rows.length > 0) await writeFile(file, `${rows.map((row) => JSON.stringify(row)).join('\n')}\n`);
  return file;
}

export interface HubCall {
  method: string;
  url: string;
  headers: IncomingMessage['headers'];
  body: string;
}

/** A hub that answers what it is told to and remembers how it was called. */
export async function fakeHub(
  answer: (call: HubCall) => { status: number; body?: string; headers?: Record<string, string> },
) {
  const calls: HubCall[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer); // a request without encoding yields buffers
    const call = {
      method: request.method ?? '',
      url: request.url ?? '',
      headers: request.headers,
      body: Buffer.concat(chunks).toString(),
    };
    calls.push(call);
    const { status, body, headers } = answer(call);
    response.writeHead(status, headers);
    response.end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the fake hub has no port');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${address.port}`, calls };
}
