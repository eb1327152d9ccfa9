/**
 * Looks for a seed whose world has every story of the demo: `node sandbox/find-demo-seed.ts [most tries]`. With the
 * seed in demo-world.ts it finds, it writes the cast to demo-cast.json. Needed only when the generator, the mix or the
 * stories change.
 */
import { writeFileSync } from 'node:fs';
import { castStories } from './demo-stories.ts';
import { DEMO, generateDemo } from './demo-world.ts';

const most = Number(process.argv[2] ?? 1_000);
const seeds = [DEMO.seed, ...Array.from({ length: most }, (_, n) => `demo-${n + 1}`)];
const found = seeds.find((seed) => {
  const { lacking } = castStories(generateDemo(seed));
  process.stdout.write(`${seed}: ${lacking.length === 0 ? 'every story' : `lacks ${lacking.join('; ')}`}\n`);
  return lacking.length === 0;
});
if (found === undefined) {
  process.exitCode = 1;
} else {
  const { cast } = castStories(generateDemo(found));
  writeFileSync(new URL('./demo-cast.json', import.meta.url), `${JSON.stringify(cast, null, 2)}\n`);
  if (found !== DEMO.seed) process.stdout.write(`write this seed into demo-world.ts: ${found}\n`);
}
