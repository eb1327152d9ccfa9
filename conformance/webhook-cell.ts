import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { WebhookFault, WebhookSample } from '../connectors/kit/conformance.ts';
import type { Cell } from './cell.ts';
import { WEBHOOKS } from './faults.ts';
import type { Delivery, HubServer } from './hub-server.ts';
import type { Lane } from './place.ts';
import { openScene } from './scene.ts';
import type { Subject } from './subject.ts';
import { captureDeliveries } from './webhook-capture.ts';

const TEN_MINUTES = 600_000;
const HUGE = 3 * 1_048_576;
/** In a form that most schemes take. */
const NEXT_SECRET = `whsec_${Buffer.from('the next secret, 32 bytes long..').toString('base64')}`;
const TAKEN = [200, 202, 204];

interface Stage {
  sample: WebhookSample;
  hub: HubServer;
  /** As the vendor sent them, in that order. */
  deliveries: Delivery[];
  /** Events that the inbox keeps of this connection: (id, object). */
  kept: () => Promise<{ id: string; object: string }[]>;
  /** Two secrets are believed while one is changed; the second is empty at first. */
  setSecret: (which: 'first' | 'second', value: string) => void;
}

/** Plays one fault on a webhook: real deliveries of the twin, spoiled, into the hub's own server and inbox. */
export async function playWebhook(
  subject: Subject,
  sample: WebhookSample,
  fault: WebhookFault,
  lane: Lane,
): Promise<Cell> {
  const reason = sample.notApplicable?.[fault];
  if (reason !== undefined) return { state: 'not_applicable', reason };
  const failed = (problem: string): Cell => ({ state: 'failed', reason: problem, advice: WEBHOOKS[fault].advice });
  const file = `webhook-secret-${randomUUID()}`;
  const scene = await openScene(subject, lane, {
    hub: true,
    settings: { webhook_secret: [`file:${file}`, `file:${file}-next`] },
  });
  const setSecret: Stage['setSecret'] = (which, value) =>
    writeFileSync(path.join(lane.folder, which === 'first' ? file : `${file}-next`), value);
  try {
    setSecret('first', scene.frame.secrets[sample.secret] ?? '');
    // As an operator does who enters the address of this connection at the vendor.
    if (sample.path !== undefined) scene.frame.secrets[sample.path] = `/webhooks/${scene.id}`;
    const { hub } = scene;
    if (!hub) throw new Error('this scene has a hub');
    const times = fault === 'reordered' ? 2 : 1;
    const deliveries = await captureDeliveries(scene, () => sample.provoke(scene, times), times);
    const kept = async () => {
      const { rows } = await scene.core.store.pool.query<{ id: string; object: string }>(
        'select event_id as id, object from inbox where source = $1 order by id',
        [scene.id],
      );
      return rows;
    };
    const problem = await PLAYS[fault]({ sample, hub, deliveries, kept, setSecret });
    return problem === null ? { state: 'passed' } : failed(problem);
  } catch (error) {
    return failed(error instanceof Error ? error.message : String(error));
  } finally {
    await scene.close();
  }
}

const PLAYS: { [F in WebhookFault]: (stage: Stage) => Promise<string | null> } = {
  forged: async (stage) => {
    const delivery = first(stage);
    const changed = { ...delivery, body: delivery.body.replace(/\d/, (digit) => String((Number(digit) + 1) % 10)) };
    const unsigned = { ...delivery, headers: only(delivery.headers, ['content-type']) };
    const others = Object.entries(delivery.headers).map(([name, value]) => ({
      ...delivery,
      headers: name === 'content-type' ? null : { ...delivery.headers, [name]: flip(value) },
    }));
    const forged = [
      ...(stage.sample.signsNothing ? [] : [changed]),
      unsigned,
      ...others.flatMap(({ headers, ...rest }) => (headers ? [{ ...rest, headers }] : [])),
    ];
    for (const one of forged) {
      const status = await stage.hub.deliver(one);
      if (status !== 401) return `a forged delivery was answered with ${status}`;
    }
    return (await nothingKept(stage)) ?? (await genuineIsTaken(stage));
  },
  stale: (stage) => outOfTime(stage, TEN_MINUTES),
  from_the_future: (stage) => outOfTime(stage, -TEN_MINUTES),
  repeated: async (stage) => {
    const problem = await genuineIsTaken(stage);
    if (problem !== null) return problem;
    const before = await stage.kept();
    const status = await stage.hub.deliver(first(stage));
    if (!TAKEN.includes(status)) return `a repeated delivery was answered with ${status}: the vendor would go on`;
    const after = await stage.kept();
    return after.length === before.length ? null : `it was kept ${after.length} times`;
  },
  reordered: async (stage) => {
    const [earlier, later] = stage.deliveries;
    if (!earlier || !later) throw new Error('the twin delivered only once: provoke two');
    for (const one of [...stage.deliveries].reverse()) {
      const status = await stage.hub.deliver(one);
      if (!TAKEN.includes(status)) return `a delivery out of order was answered with ${status}`;
    }
    const kept = await stage.kept();
    const ids = new Set(kept.map(({ id }) => id));
    if (kept.length < 2 || ids.size !== kept.length)
      return `of ${stage.deliveries.length} deliveries ${kept.length} were kept`;
    return new Set(kept.map(({ object }) => object)).size === 1
      ? null
      : 'events of one object are not kept under one object';
  },
  huge: async (stage) => {
    const delivery = first(stage);
    const status = await stage.hub.deliver({ ...delivery, body: delivery.body.padEnd(HUGE, ' ') });
    if (status !== 413) return `${HUGE} bytes were answered with ${status}`;
    return (await nothingKept(stage)) ?? (await genuineIsTaken(stage));
  },
  wrong_content_type: async (stage) => {
    const delivery = first(stage);
    const status = await stage.hub.deliver({
      ...delivery,
      headers: { ...delivery.headers, 'content-type': 'text/csv' },
    });
    if (status !== 415) return `text/csv was answered with ${status}`;
    return (await nothingKept(stage)) ?? (await genuineIsTaken(stage));
  },
  secret_rotated: async (stage) => {
    const genuine = await genuineIsTaken(stage);
    if (genuine !== null) return genuine;
    const next = stage.sample.nextSecret ?? NEXT_SECRET;
    stage.setSecret('second', next);
    const both = await genuineIsTaken(stage);
    if (both !== null) return `beside a second secret: ${both}`;
    stage.setSecret('first', next);
    const status = await stage.hub.deliver(first(stage));
    return status === 401 ? null : `a delivery signed with a secret that is no longer ours was answered with ${status}`;
  },
};

function first({ deliveries }: Stage): Delivery {
  const [delivery] = deliveries;
  if (!delivery) throw new Error('the twin delivered nothing');
  return delivery;
}

async function outOfTime(stage: Stage, laterMs: number): Promise<string | null> {
  const status = await stage.hub.deliver(first(stage), laterMs);
  if (status !== 401) return `signed ${Math.abs(laterMs) / 60_000} minutes away, it was answered with ${status}`;
  return (await nothingKept(stage)) ?? (await genuineIsTaken(stage));
}

async function nothingKept({ kept }: Stage): Promise<string | null> {
  const rows = await kept();
  return rows.length === 0 ? null : `${rows.length} of them came into the inbox`;
}

/** A door that is always shut would pass every other cell. */
async function genuineIsTaken(stage: Stage): Promise<string | null> {
  const status = await stage.hub.deliver(first(stage));
  if (!TAKEN.includes(status)) return `a genuine delivery was answered with ${status}`;
  await sleep(0);
  return (await stage.kept()).length > 0 ? null : 'a genuine delivery left nothing in the inbox';
}

const only = (headers: Record<string, string>, names: string[]) =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => names.includes(name)));

/** Another value of the same length; in base64 too, whose last character does not count whole, so that 0 and 1 may be one. */
const flip = (value: string) => value.replace(/[0-9a-f](?=[^0-9a-f]*$)/i, (last) => (last === '0' ? 'f' : '0'));
