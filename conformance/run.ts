import { READ_FAULTS, WEBHOOK_FAULTS, type WebhookFault, WRITE_FAULTS } from '../connectors/kit/conformance.ts';
import type { Cell, Row, Score } from './cell.ts';
import type { Lane, Place } from './place.ts';
import { playRead } from './read-cell.ts';
import type { Subject } from './subject.ts';
import { playWebhook } from './webhook-cell.ts';
import { playWrite } from './write-cell.ts';

export interface RunOptions {
  place: Place;
  /** How many cells are played at once; most of them wait. */
  lanes: number;
  /** These faults only. */
  only?: string[];
  /** Called after each cell. */
  progress?: (done: number, of: number) => void;
}

/** Plays every fault on every operation of these connectors. */
export async function runConformance(subjects: Subject[], options: RunOptions): Promise<Score[]> {
  const jobs: ((lane: Lane) => Promise<void>)[] = [];
  const row = (rows: Row[], operation: string, idempotency?: string): Row => {
    const made: Row = { operation, ...(idempotency === undefined ? {} : { idempotency }), cells: {} };
    rows.push(made);
    return made;
  };
  const put = (into: Row, fault: string, play: (lane: Lane) => Promise<Cell>) => {
    if (options.only && !options.only.includes(fault)) return;
    into.cells[fault] = { state: 'failed', reason: 'not played', advice: '' };
    jobs.push(async (lane) => {
      into.cells[fault] = await play(lane).catch((error: unknown): Cell => {
        const reason = error instanceof Error ? error.message : String(error);
        return { state: 'failed', reason: `the cell could not be played: ${reason}`, advice: '' };
      });
    });
  };
  const scores = subjects.map((subject): Score => {
    const score: Score = { connector: subject.name, writes: [], reads: [], webhooks: [] };
    for (const sample of subject.conformance.writes) {
      const name = sample.title ? `${sample.operation} (${sample.title})` : sample.operation;
      const into = row(score.writes, name, '');
      for (const fault of WRITE_FAULTS) put(into, fault, (lane) => playWrite(subject, sample, fault, lane, into));
    }
    for (const sample of subject.conformance.reads) {
      const into = row(score.reads, sample.name);
      for (const fault of READ_FAULTS) put(into, fault, (lane) => playRead(subject, sample, fault, lane));
    }
    const { webhook } = subject.conformance;
    if (webhook || subject.connector.manifest.webhook) {
      const into = row(score.webhooks, 'receive');
      const play = async (fault: WebhookFault, lane: Lane) =>
        webhook ? playWebhook(subject, webhook, fault, lane) : notSampled(subject);
      for (const fault of WEBHOOK_FAULTS) put(into, fault, (lane) => play(fault, lane));
    }
    return score;
  });
  let next = 0;
  let done = 0;
  const worker = async (index: number) => {
    const lane = await options.place.lane(index);
    for (let job = jobs[next++]; job; job = jobs[next++]) {
      await job(lane);
      done += 1;
      options.progress?.(done, jobs.length);
    }
  };
  await Promise.all(Array.from({ length: Math.min(options.lanes, jobs.length) }, (_, index) => worker(index)));
  return scores;
}

/** A door that nobody tries is no good score. */
function notSampled({ name }: Subject): Cell {
  const reason =
    `its manifest says webhook: true, and nothing shows what it does with a delivery: add ` +
    `webhook: { secret, provoke } to connectors/${name}/conformance.ts, and to its twin an act that delivers`;
  return { state: 'failed', reason, advice: '' };
}
