import fastify, { type FastifyInstance } from 'fastify';
import { addFaultHooks } from '../faults/fault-hooks.ts';
import type { FaultList } from '../faults/fault-list.ts';
import type { SandboxClock } from './clock.ts';
import { recordExchanges } from './record-hooks.ts';
import type { Recorder } from './recording.ts';
import type { RecordExchange, Twin } from './types.ts';

export interface RunningTwin {
  /** Where the hub reaches the vendor. */
  url: string;
  /** Pages for people; null when the twin has none. */
  viewUrl: string | null;
  /** Refuses connections, as a vendor whose servers are gone; what it knows stays. */
  down: () => Promise<void>;
  /** Listens again, at the same address. */
  up: () => Promise<void>;
  close: () => Promise<void>;
}

/** Big enough for a full batch of Mixpanel's /import (2 MB packed, 10 MB unpacked). */
const BODY_LIMIT = 16 * 1024 * 1024;

function newServer(): FastifyInstance {
  return fastify({ bodyLimit: BODY_LIMIT, forceCloseConnections: true, routerOptions: { maxParamLength: 500 } });
}

async function open(server: FastifyInstance, port = 0): Promise<string> {
  await server.listen({ host: '127.0.0.1', port });
  const address = server.server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return `http://127.0.0.1:${address.port}`;
}

/** Opens a twin on a free loopback port: its own listener, or an HTTP server with recording and faults around its routes. */
export async function openTwin(
  twin: Twin,
  around: { clock: SandboxClock; recorder: Recorder; faults: FaultList },
): Promise<RunningTwin> {
  if (twin.listen) {
    const { listen } = twin;
    const record: RecordExchange = (exchange) =>
      around.recorder.record({ ...exchange, vendor: twin.name, at: around.clock.now(), direction: 'hub_to_vendor' });
    let own = await listen(record, 0);
    const port = Number(new URL(own.url).port);
    const pages = twin.view ? newServer() : null;
    if (pages) twin.view?.(pages);
    const viewUrl = pages ? `${await open(pages)}/_view` : null;
    return {
      url: own.url,
      viewUrl,
      down: () => own.close(),
      up: async () => {
        own = await listen(record, port);
      },
      close: async () => {
        await pages?.close();
        await own.close();
      },
    };
  }
  const serve = async () => {
    const server = newServer();
    recordExchanges(server, twin.name, around.recorder, around.clock.now);
    addFaultHooks(server, twin.name, around.faults);
    // In a scope of its own, so that the twin's parsers and error handlers stay its own.
    await server.register(async (scope) => {
      await twin.routes?.(scope);
      twin.view?.(scope);
    });
    return server;
  };
  let server = await serve();
  const url = await open(server);
  return {
    url,
    viewUrl: twin.view ? `${url}/_view` : null,
    down: () => server.close(),
    up: async () => {
      server = await serve();
      await open(server, Number(new URL(url).port));
    },
    close: () => server.close(),
  };
}
