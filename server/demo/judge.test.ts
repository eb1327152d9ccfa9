/** How a demo ends: what makes it fail, and what a busy machine excuses. */
import { expect, test } from 'vitest';
import { judge } from './judge.ts';

type Report = Parameters<typeof judge>[0];
const credit = { triggerEventId: 'te_1', account: 'a', product: 'core', trigger: 'usage_80', touches: 1 };
const right: Report = {
  checker: { expected: 7, visible: 7, duplicates: 0, missing: 0, forbidden: 0 },
  effects: { confirmed: 40, refused: 0, unclear: 0 },
  attribution: [{ ...credit, accountManager: null, acvCents: 700 }],
  unattributed: [{ account: 'b', product: 'core', acvCents: 300, reason: 'no touch' }],
  expansionAcvCents: 1_000,
  clock: { scale: 28_800, lagP95Hours: 2 },
};
const checker = (over: Partial<Report['checker']>) => ({ checker: { ...right.checker, ...over } });
const unclear = { effects: { ...right.effects, unclear: 2 } };
const late = { clock: { scale: 28_800, lagP95Hours: 9 } };

test.each<[string, Partial<Report>, Partial<Parameters<typeof judge>[1]>, number]>([
  ['all is right', {}, {}, 0],
  ['all is right, though late', late, {}, 0],
  ['something is there twice', checker({ duplicates: 1 }), {}, 1],
  ['something is missing', checker({ missing: 1 }), {}, 1],
  ['something forbidden happened', checker({ forbidden: 1 }), {}, 1],
  ['an effect stays unclear', unclear, {}, 1],
  ['credits do not add up', { expansionAcvCents: 1_001 }, {}, 1],
  ['something is missing on a busy machine', { ...checker({ missing: 1 }), ...late }, {}, 75],
  ['something is there twice, however busy the machine', { ...checker({ duplicates: 1 }), ...late }, {}, 1],
  ['kills left mail unclear, and its moments missing', { ...unclear, ...checker({ missing: 2 }) }, { chaos: true }, 0],
  ['kills left more missing than unclear', { ...unclear, ...checker({ missing: 3 }) }, { chaos: true }, 1],
  ['kills left another doubt than mail', unclear, { chaos: true, onlyMailUnclear: false }, 1],
  [
    "somebody else's world expects what no trigger looks for",
    checker({ missing: 9, forbidden: 1 }),
    { ownWorld: false },
    0,
  ],
  ["something is there twice in somebody else's world", checker({ duplicates: 1 }), { ownWorld: false }, 1],
])('%s', (_, report, of, code) => {
  const { problems, ...judged } = judge(
    { ...right, ...report },
    { ownWorld: true, chaos: false, onlyMailUnclear: true, ...of },
  );
  expect(judged).toEqual({ code });
  expect(problems.length > 0).toBe(code !== 0);
});
