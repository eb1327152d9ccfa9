import { setTimeout as sleep } from 'node:timers/promises';
import type { Fault } from '../faults/fault.ts';
import type { FaultList } from '../faults/fault-list.ts';
import type { SandboxClock } from './clock.ts';
import { flatHeaders, type Recorder } from './recording.ts';
import type { Delivery, TwinContext } from './types.ts';

type Deliver = TwinContext['deliver'];
type Answer = Awaited<ReturnType<Deliver>>;

/** A vendor gives up on a slow receiver after this long. */
const DEADLINE_MS = 10_000;
/** A delivery that another one should overtake waits no longer than this. */
const OVERTAKE_MS = 1_500;

/**
 * The vendor's sender of webhooks: one attempt, then retries with doubling waits (wire clock), each attempt in the
 * recording. Faults make it deliver twice, late, or after the next one. The answer is the last attempt's.
 */
export function createDeliver(input: {
  vendor: string;
  clock: SandboxClock;
  hubUrl: () => string | null;
  recorder: Recorder;
  faults: FaultList;
  signal: AbortSignal;
  log: (line: string) => void;
}): Deliver {
  let overtaken: (() => void) | null = null;

  const attempt = async (hub: string, asked: Delivery, number: number): Promise<Answer> => {
    const at = input.clock.now();
    const url = new URL(asked.path, hub).toString();
    const own = asked.perAttempt?.({ number, url });
    const delivery = { ...asked, body: own?.body ?? asked.body, headers: { ...asked.headers, ...own?.headers } };
    let answer: Answer = null;
    let responseHeaders: Record<string, string> = {};
    try {
      const response = await fetch(url, {
        method: delivery.method,
        headers: delivery.headers,
        ...(delivery.method === 'POST' && { body: delivery.body }),
        redirect: 'manual',
        signal: AbortSignal.any([input.signal, AbortSignal.timeout(DEADLINE_MS)]),
      });
      responseHeaders = flatHeaders(Object.fromEntries(response.headers));
      answer = { status: response.status, body: await response.text() };
    } catch (error) {
      input.log(`${input.vendor}: ${delivery.method} ${delivery.path} did not reach the hub: ${describe(error)}`);
    }
    input.recorder.record({
      vendor: input.vendor,
      at,
      direction: 'vendor_to_hub',
      method: delivery.method,
      url,
      requestHeaders: flatHeaders(delivery.headers),
      requestBody: delivery.method === 'POST' ? delivery.body : null,
      status: answer?.status ?? null,
      responseHeaders,
      responseBody: answer?.body ?? null,
    });
    return answer;
  };

  const withRetries = async (delivery: Delivery): Promise<Answer> => {
    let answer: Answer = null;
    for (let n = 0; n < Math.max(1, delivery.retry.attempts); n++) {
      if (n > 0) await sleep(delivery.retry.firstWaitMs * 2 ** (n - 1), undefined, { ref: false });
      const hub = input.hubUrl();
      if (hub === null || input.signal.aborted) return answer;
      answer = await attempt(hub, delivery, n);
      if (answer !== null && answer.status < 300) return answer;
    }
    return answer;
  };

  const meet = async (fault: Fault | null): Promise<void> => {
    if (fault?.kind === 'webhook_late') await sleep(fault.delayMs, undefined, { ref: false });
    if (fault?.kind === 'webhook_reordered') {
      const next = new Promise<void>((resolve) => {
        overtaken = resolve;
      });
      await Promise.race([next, sleep(OVERTAKE_MS, undefined, { ref: false })]);
    }
  };

  return async (delivery) => {
    if (input.hubUrl() === null) return null;
    const fault = input.faults.hit(input.vendor, 'webhook', delivery.method, delivery.path);
    const first = overtaken;
    overtaken = null;
    await meet(fault);
    const answer = await withRetries(delivery);
    first?.();
    return fault?.kind === 'webhook_duplicate' ? withRetries(delivery) : answer;
  };
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message : error.message;
}
