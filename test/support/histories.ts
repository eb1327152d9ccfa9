import fs from 'node:fs';
import path from 'node:path';
import type { Client, WorkflowHandle } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { isScenario, type Scenario } from '../replay/scenarios.ts';
import { throughCodec } from './payloads.ts';

export const HISTORIES = path.join(import.meta.dirname, '..', 'replay', 'histories');

type History = Awaited<ReturnType<WorkflowHandle['fetchHistory']>>;
export type HistoryEvent = NonNullable<History['events']>[number];

/** The events of a run, as its workflow saw them; without a run id, of the newest one. */
export async function eventsOf(client: Client, workflowId: string, runId?: string): Promise<HistoryEvent[]> {
  const events = (await client.workflow.getHandle(workflowId, runId).fetchHistory()).events ?? [];
  for (const codec of client.options.loadedDataConverter.payloadCodecs) {
    await throughCodec(events, (payloads) => codec.decode(payloads));
  }
  return events;
}

/** The runs of a workflow that followed one another by continue-as-new, oldest first, each as its events. */
export async function chainOf(client: Client, workflowId: string): Promise<HistoryEvent[][]> {
  const chain: HistoryEvent[][] = [];
  for (let runId: string | undefined; runId !== ''; ) {
    const events = await eventsOf(client, workflowId, runId);
    chain.unshift(events);
    runId = events[0]?.workflowExecutionStartedEventAttributes?.continuedExecutionRunId ?? '';
  }
  return chain;
}

/** How many events a run had when it first slept; null: it never has. */
export function eventsToFirstPark(events: HistoryEvent[]): number | null {
  const at = events.findIndex((event) => event.timerStartedEventAttributes);
  return at === -1 ? null : at + 1;
}

/**
 * Writes a run's history for the replay tests when recording is asked for (`npm run record:histories`), else nothing.
 * @throws when that version of that scenario was recorded before: what ran then is a fact
 */
export function keepHistory(scenario: Scenario, events: HistoryEvent[]): void {
  const version = process.env.HEADROOM_RECORD;
  if (!version || !isWanted(scenario)) return;
  const json = JSON.stringify(JSON.parse(historyToJSON({ events } satisfies History)), withoutMachine, 1);
  fs.mkdirSync(HISTORIES, { recursive: true });
  fs.writeFileSync(path.join(HISTORIES, `${version}-${scenario}.json`), `${json}\n`, { flag: 'wx' });
}

function isWanted(scenario: Scenario): boolean {
  const wanted = (process.env.HEADROOM_RECORD_ONLY ?? '').split(',').filter(isScenario);
  return wanted.length === 0 || wanted.includes(scenario);
}

/** Names of the machine, its processes and folders: replay looks at none of them. */
function withoutMachine(key: string, value: unknown): unknown {
  if (key === 'identity') return 'worker';
  if (key === 'stackTrace' || key === 'stack_trace') return '';
  if (key === 'encodedAttributes' && isEncoded(value)) {
    const said = JSON.stringify(JSON.parse(Buffer.from(value.data, 'base64').toString('utf8')), withoutMachine);
    return { ...value, data: Buffer.from(said).toString('base64') };
  }
  return isStickyQueue(value) ? { ...value, name: 'sticky' } : value;
}

function isEncoded(value: unknown): value is { data: string } {
  return typeof value === 'object' && value !== null && 'data' in value && typeof value.data === 'string';
}

/** A worker's own queue bears its process id and host. */
function isStickyQueue(value: unknown): value is { kind: string } {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'TASK_QUEUE_KIND_STICKY';
}
