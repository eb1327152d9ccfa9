/** What a test lets happen: usage is measured, connections are swept, people act. */
import { randomUUID } from 'node:crypto';
import fs from 'node:fs';
import { addMs } from '../../domain/clock.ts';
import type { Json } from '../../domain/model.ts';
import { createBrowser, followThrough, type Page } from '../../sandbox/people/browser.ts';
import { TASK_QUEUE, WORKFLOW_TASK_TIMEOUT } from '../../server/task-queue.ts';
import type { upkeep } from '../../workflows/upkeep/workflow.ts';
import type { usageSweep } from '../../workflows/usage-sweep/workflow.ts';
import { eventually } from './eventually.ts';
import type { TestHub } from './hub.ts';

const SECOND_MS = 1_000;

/** Reads a connection now, as its Schedule would; waits while another test's sweep has it. */
export async function sweep(hub: Pick<TestHub, 'client'>, connection: string) {
  return await eventually(async () => {
    const swept = await (await startSweep(hub, connection)).result();
    return swept.kind !== 'busy' && swept;
  });
}

export function startSweep({ client }: Pick<TestHub, 'client'>, connection: string) {
  return client.workflow.start<typeof usageSweep>('usageSweep', {
    workflowId: `sweep:${connection}-${randomUUID()}`,
    taskQueue: TASK_QUEUE,
    workflowTaskTimeout: WORKFLOW_TASK_TIMEOUT,
    args: [{ connection }],
  });
}

export function startUpkeep({ client }: Pick<TestHub, 'client'>) {
  return client.workflow.start<typeof upkeep>('upkeep', {
    workflowId: `upkeep-${randomUUID()}`,
    taskQueue: TASK_QUEUE,
    workflowTaskTimeout: WORKFLOW_TASK_TIMEOUT,
    args: [],
  });
}

export interface Measured {
  account: string;
  product: string;
  metric: string;
  used: number;
}

/** Puts readings into the usage file: two, since one alone sets nothing off. */
export function measure({ usageFile, now }: Pick<TestHub, 'usageFile' | 'now'>, ...readings: Measured[]): void {
  const receivedAt = now();
  const lines = [addMs(receivedAt, -SECOND_MS), receivedAt].flatMap((observedAt) =>
    readings.map((reading) =>
      JSON.stringify({
        type: 'reading',
        receivedAt,
        observedAt,
        id: randomUUID(),
        ...reading,
        limit: null,
        periodStart: null,
        periodEnd: null,
      }),
    ),
  );
  fs.appendFileSync(usageFile, `${lines.join('\n')}\n`);
}

/** The hub gets to know its customers and their ordinary use: what comes after that is news. */
export async function getToKnow(hub: TestHub, ...quiet: Measured[]): Promise<void> {
  await sweep(hub, 'billing');
  await sweep(hub, 'crm');
  measure(hub, ...quiet);
  await sweep(hub, 'product_usage');
}

/** Usage is measured, and the hub looks. */
export async function use(hub: TestHub, account: string, product: string, metric: string, used: number): Promise<void> {
  measure(hub, { account, product, metric, used });
  await sweep(hub, 'product_usage');
}

/** Something that people do at a vendor. */
export function act({ sandbox }: Pick<TestHub, 'sandbox'>, vendor: string, name: string, input: Record<string, Json>) {
  return sandbox.frame.actOn(vendor, name, input);
}

/** The customer opens a link and presses what a person presses, up to billing's own confirmation. */
export function follow(link: string): Promise<Page> {
  return followThrough(browser(), link, async () => {}, true);
}

/** The same, but the customer stops at billing's page. @returns its address */
export async function openUpgrade(link: string): Promise<string> {
  return (await followThrough(browser(), link, async () => {}, false)).url;
}

function browser() {
  return createBrowser('Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0', AbortSignal.timeout(60_000));
}
