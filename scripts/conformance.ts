/**
 * Plays the whole conformance suite and keeps its scores in docs/connectors.md. `--check` writes nothing and ends with
 * 1 when a cell failed, or when the page says anything else than what was just seen.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { cellsOf } from '../conformance/cell.ts';
import { scoresPage } from '../conformance/page.ts';
import { openPlace } from '../conformance/place.ts';
import { runConformance } from '../conformance/run.ts';
import { subjects } from '../conformance/subjects.ts';
import { table } from './docs/blocks.ts';

const PAGE = path.join(import.meta.dirname, '..', 'docs', 'connectors.md');
const BLOCK = /(<!-- made by npm run conformance -->\n)[\s\S]*?(<!-- end of conformance -->)/;
const LANES = 6;

const check = process.argv.includes('--check');
const began = performance.now();
const place = await openPlace(process.env.TEST_DATABASE_URL);
const scores = await runConformance(Object.values(subjects), { place, lanes: LANES }).finally(() => place.close());

for (const { connector, writes, reads, webhooks } of scores)
  for (const { operation, cells } of [...writes, ...reads, ...webhooks])
    for (const [fault, cell] of Object.entries(cells))
      if (cell.state === 'failed') console.error(`${connector} ${operation}: ${fault}: ${cell.reason}`);

const cells = scores.flatMap(cellsOf);
const count = (state: string) => cells.filter((cell) => cell.state === state).length;
const took = Math.round((performance.now() - began) / 1_000);
console.log(`${count('passed')} passed, ${count('failed')} failed, ${count('not_applicable')} cannot be, in ${took} s`);
if (count('failed') > 0) process.exitCode = 1;

const before = readFileSync(PAGE, 'utf8');
const after = before.replace(
  BLOCK,
  (_, begin: string, end: string) => `${begin}\n${scoresPage(scores, table)}\n\n${end}`,
);
if (after !== before) {
  if (check) {
    console.error('docs/connectors.md is not what the suite saw: npm run conformance');
    process.exitCode = 1;
  } else {
    writeFileSync(PAGE, after);
    console.log('docs/connectors.md: written');
  }
}
