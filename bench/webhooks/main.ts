/**
 * `npm run bench:webhooks`: good deliveries among ten times as many hostile ones, by HTTP against a whole hub. The
 * inbox must hold each good event once and nothing else. Exit code 1 when it does not.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import Table from 'cli-table3';
import { type Stage, startStage } from '../effects/stage.ts';
import { Rng } from '../worlds/common.mjs';
import { ATTACKS, type Attack, holds, huge, WHY_NOT } from './hostile.ts';
import { type Delivery, honest, type Sender, sendersOf } from './senders.ts';

const USAGE = 'npm run bench:webhooks -- [--good N] [--hostile N] [--seed TEXT] [--json]';
const AT_ONCE = 16;
const ANSWER_MS = 20_000;
/** Vendors send again what was not answered with a 2xx. */
const AGAIN_MS = 500;
const HUGE_ONES = 100;
/** Of the hostile ones, how many are good deliveries that come a second time. */
const REPEATED_SHARE = 0.1;

type Class = 'good' | 'repeated' | 'hostile';
interface Planned {
  class: Class;
  /** The attack; empty for a good one. */
  name: string;
  /** Whose delivery it is, or pretends to be. */
  door: string;
  delivery: () => Delivery;
}
interface Answered {
  class: Class;
  name: string;
  door: string;
  /** Null: the hub closed the connection instead of reading on. */
  status: number | null;
  ms: number;
}

/** In an order that the seed decides; a repeated one comes anywhere after the start, before its first or after it. */
function plan(
  senders: Sender[],
  good: number,
  hostile: number,
  seed: string,
): { planned: Planned[]; words: Set<string> } {
  const rng = new Rng(`${seed}/webhooks`);
  const pick = (n: number): Sender => senders[n % senders.length] as Sender; // there is at least one sender
  // Slack's messages are named by their time, so that every word looks like one.
  const word = (n: number, kind: number) => `${1_700_000_000 + n}.${String(kind).padStart(6, '0')}`;
  const turns = new Map<Sender, number>();
  const turn = (sender: Sender): number => {
    const now = turns.get(sender) ?? 0;
    turns.set(sender, now + 1);
    return now;
  };
  const words = new Set<string>();
  const planned: Planned[] = [];
  const signed: Delivery[] = [];
  for (let n = 0; n < good; n++) {
    const sender = pick(n);
    words.add(word(n, 1));
    const delivery = honest(sender, word(n, 1));
    signed.push(delivery);
    planned.push({ class: 'good', name: '', door: sender.connection, delivery: () => delivery });
  }
  const attacks = Object.entries(ATTACKS);
  for (let n = 0; n < hostile; n++) {
    if (n < hostile * REPEATED_SHARE) {
      const at = n % signed.length;
      const again = signed[at] as Delivery; // there is at least one good one
      planned.push({ class: 'repeated', name: 'repeated', door: pick(at).connection, delivery: () => again });
      continue;
    }
    const sender = pick(n);
    const others = senders.filter((other) => other !== sender);
    // Counted at each door, so that every door meets everything.
    const t = turn(sender);
    const possible = attacks.filter(([, attack]) => holds(attack, sender));
    const isHuge = t % Math.ceil(hostile / HUGE_ONES) === 0;
    const [name, attack]: [string, Attack] = (!isHuge && possible[t % possible.length]) || ['huge', huge];
    const delivery = () => attack.make(sender, word(n, 2), others);
    planned.push({ class: 'hostile', name, door: sender.connection, delivery });
  }
  for (let n = planned.length - 1; n > 0; n--) {
    const other = Math.floor(rng.range(0, n + 1));
    const [a, b] = [planned[n], planned[other]];
    if (a && b) [planned[n], planned[other]] = [b, a];
  }
  return { planned, words };
}

async function deliverAll(url: string, planned: Planned[], say: (line: string) => void): Promise<Answered[]> {
  const answers: Answered[] = [];
  let next = 0;
  const lane = async () => {
    for (let one = planned[next++]; one; one = planned[next++]) {
      answers.push(await deliver(url, one));
      if (answers.length % 1_000 === 0) say(`${answers.length} of ${planned.length} answered`);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
  return answers;
}

async function deliver(url: string, { class: kind, name, door, delivery }: Planned): Promise<Answered> {
  const { path, headers, body } = delivery();
  const started = performance.now();
  for (;;) {
    const status = await fetch(`${url}${path}`, {
      method: 'POST',
      headers,
      body,
      signal: AbortSignal.timeout(ANSWER_MS),
    })
      .then(async (response) => {
        await response.text();
        return response.status;
      })
      .catch(() => null);
    const ok = status !== null && status < 300;
    if (kind === 'hostile' || ok) return { class: kind, name, door, status, ms: performance.now() - started };
    await sleep(AGAIN_MS);
  }
}

interface Inbox {
  /** Words of what was taken in, with how often. */
  taken: Map<string, number>;
}

/** What HubSpot's simulator tells by itself, as the hub reads and writes there. */
const OWN_NEWS = /^[a-z]+\/\d+$/;

async function readInbox({ store }: Stage, senders: Sender[]): Promise<Inbox> {
  const { rows } = await store.pool.query<{ source: string; event_id: string; object: string }>(
    'select source, event_id, object from inbox',
  );
  const taken = new Map<string, number>();
  for (const { source, event_id, object } of rows) {
    if (OWN_NEWS.test(object)) continue;
    const word = senders.find(({ connection }) => connection === source)?.wordOf({ event_id, object }) ?? event_id;
    taken.set(word, (taken.get(word) ?? 0) + 1);
  }
  return { taken };
}

function percentile(values: number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)] ?? 0;
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      good: { type: 'string', default: '1000' },
      hostile: { type: 'string', default: '10000' },
      seed: { type: 'string', default: 'bench' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const say = (line: string) => process.stderr.write(`${line}\n`);
  if (values.help) {
    process.stdout.write(`${USAGE}\n`);
    return 0;
  }
  const [good, hostile] = [Number(values.good), Number(values.hostile)];
  if (!(good > 0 && hostile > 0)) throw new Error(`--good and --hostile must be numbers above 0\n${USAGE}`);
  say('starting the vendors and the hub');
  const stage = await startStage({ accounts: 5, separate: false, rateLimits: false });
  process.once('SIGINT', () => void stage.stop().finally(() => process.exit(130)));
  try {
    const senders = sendersOf(stage.secrets, stage.hubUrl);
    const { planned, words } = plan(senders, good, hostile, values.seed);
    const started = performance.now();
    const answers = await deliverAll(stage.hubUrl, planned, say);
    const seconds = (performance.now() - started) / 1_000;
    const { taken } = await readInbox(stage, senders);

    const lost = [...words].filter((word) => !taken.has(word));
    const twice = [...taken].filter(([, times]) => times > 1);
    const wrong = [...taken.keys()].filter((word) => !words.has(word));
    const answeredWell = answers.filter((one) => one.class === 'hostile' && one.status !== null && one.status < 300);
    say(table(answers));
    say(doors(answers, senders));
    const p99Of = (some: Answered[]) =>
      percentile(
        some.map(({ ms }) => ms),
        0.99,
      );
    const p99 = p99Of(answers);
    const goodP99 = p99Of(answers.filter((one) => one.class === 'good'));
    say(
      `${answers.length} deliveries in ${seconds.toFixed(0)} s, p99 ${p99.toFixed(0)} ms, of the good ones ${goodP99.toFixed(0)} ms; good ones lost ${lost.length}, taken twice ${twice.length}; hostile ones taken ${wrong.length}, answered as if good ${answeredWell.length}`,
    );
    const report = {
      ...{ good, hostile, doors: senders.map(({ connection }) => connection), seconds, p99Ms: p99, goodP99Ms: goodP99 },
      ...{ lost: lost.length, twice: twice.length, wrong: wrong.length, answeredWell: answeredWell.length },
    };
    if (values.json) process.stdout.write(`${JSON.stringify(report)}\n`);
    return lost.length + twice.length + wrong.length + answeredWell.length === 0 ? 0 : 1;
  } finally {
    await stage.stop();
  }
}

function table(answers: Answered[]): string {
  const rows = new Table({
    head: ['delivery', 'sent', 'answers', 'p50 ms', 'p99 ms'],
    style: { head: [], border: [] },
  });
  const groups = Object.entries(
    Object.groupBy(answers, ({ class: kind, name, door }) => (kind === 'good' ? `good, for ${door}` : name)),
  );
  for (const [name, group = []] of groups.sort(([a], [b]) => a.localeCompare(b))) {
    const statuses = Object.entries(Object.groupBy(group, ({ status }) => String(status ?? 'closed')));
    const ms = group.map((one) => one.ms);
    rows.push([
      name,
      group.length,
      statuses.map(([status, all]) => `${status} × ${all?.length}`).join(', '),
      percentile(ms, 0.5).toFixed(0),
      percentile(ms, 0.99).toFixed(0),
    ]);
  }
  return rows.toString();
}

/** Each door with what came to it, and which attacks its vendor's scheme cannot tell from a good delivery. */
function doors(answers: Answered[], senders: Sender[]): string {
  const rows = new Table({
    head: ['door', 'good', 'repeated', 'hostile', 'attacks', 'cannot be'],
    style: { head: [], border: [] },
    colWidths: [null, null, null, null, null, 70],
    wordWrap: true,
  });
  for (const { connection, proves } of senders) {
    const mine = answers.filter(({ door }) => door === connection);
    const of = (kind: Class) => mine.filter((one) => one.class === kind);
    const missing = Object.entries(ATTACKS).filter(([, { against }]) => against !== undefined && !proves[against]);
    const byLack = Map.groupBy(missing, ([, { against }]) => against ?? 'time');
    const cannot = [...byLack].map(([lack, all]) => `${all.map(([name]) => name).join(', ')}: it ${WHY_NOT[lack]}`);
    const kinds = new Set(of('hostile').map(({ name }) => name)).size;
    const counts = [of('good').length, of('repeated').length, of('hostile').length, kinds];
    rows.push([connection, ...counts, cannot.join('\n')]);
  }
  return rows.toString();
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    process.exit(1);
  },
);
