/**
 * Judges a recording of the sandbox or the demo: `node scripts/recording-check.ts FILE`. Each line must be one whole
 * exchange without a secret; every vendor of the demo must be there; and what passed between the hub and Stripe's
 * simulator must be what Stripe's own specification says. Exit code 0: it is.
 */
import fs from 'node:fs';
import readline from 'node:readline';
import { findStripeMock } from './bootstrap/stripe-mock.mjs';
import { type Exchange, readExchange } from './judges/exchange.ts';
import { stripeJudge } from './judges/stripe/judge.ts';
import { stripeProblems } from './judges/stripe/recorded.ts';

/** Who speaks to whom in a demo. */
const EXPECTED: Record<Exchange['direction'], string[]> = {
  hub_to_vendor: ['hubspot', 'mixpanel', 'slack', 'smtp', 'stripe'],
  vendor_to_hub: ['in_app', 'slack', 'stripe'],
};
const SHOWN = 30;

const [file] = process.argv.slice(2);
if (file === undefined) {
  console.error('node scripts/recording-check.ts FILE, as written by `npm run demo -- --record FILE`');
  process.exit(2);
}

const judge = stripeJudge(await findStripeMock(process.env));
const problems = new Map<string, { count: number; line: number }>();
const seen = new Map<string, { answered: number; unanswered: number }>();
let lines = 0;
for await (const text of readline.createInterface({ input: fs.createReadStream(file) })) {
  lines += 1;
  const read = readExchange(text);
  const found = [...read.problems];
  if ('exchange' in read) {
    count(read.exchange);
    found.push(...unanswered(read.exchange));
    if (read.exchange.vendor === 'stripe') found.push(...stripeProblems(judge, read.exchange));
  }
  const from = 'exchange' in read ? `${read.exchange.vendor} ${read.exchange.direction}: ` : '';
  for (const problem of found) note(`${from}${problem}`);
}

for (const [direction, vendors] of Object.entries(EXPECTED)) {
  for (const vendor of vendors) {
    if (!seen.get(`${vendor} ${direction}`)?.answered) note(`${vendor} ${direction}: no answered exchange at all`);
  }
}
for (const { of, field } of judge.unused('answer'))
  note(`the exception ${of}.${field} of Stripe is not needed any more`);

for (const [pair, { answered, unanswered: lost }] of [...seen].sort()) {
  console.log(`${pair.padEnd(24)} ${String(answered).padStart(6)} answered${lost > 0 ? `, ${lost} not` : ''}`);
}
for (const [problem, { count: times, line }] of [...problems].slice(0, SHOWN)) {
  console.error(`line ${line}: ${problem}${times > 1 ? ` (${times} times)` : ''}`);
}
if (problems.size > SHOWN) console.error(`… and ${problems.size - SHOWN} more`);
console.log(`${lines} exchanges, ${problems.size} kinds of problem`);
process.exitCode = problems.size === 0 ? 0 : 1;

function count({ vendor, direction, status }: Exchange): void {
  const pair = `${vendor} ${direction}`;
  const { answered, unanswered: lost } = seen.get(pair) ?? { answered: 0, unanswered: 0 };
  seen.set(pair, status === null ? { answered, unanswered: lost + 1 } : { answered: answered + 1, unanswered: lost });
}

/** Whoever calls the hub before it is up, or after it has stopped, finds nobody; a simulator is always there. */
function unanswered({ direction, status }: Exchange): string[] {
  return status === null && direction === 'hub_to_vendor' ? ['has no answer'] : [];
}

function note(problem: string): void {
  const known = problems.get(problem);
  problems.set(problem, { count: (known?.count ?? 0) + 1, line: known?.line ?? lines });
}
