import { expect, test } from 'vitest';
import { load, problemsOf, SMALL, spoil } from '../testing/small-folder.ts';

/** A right line, the value in it, a wrong one, and what was meant (null: nobody can know). */
const MEANT: [from: string, value: string, wrong: string, meant: string | null][] = [
  ['at: 0.8', '0.8', '80%', '0.8'],
  ['at: 0.8', '0.8', '"80 %"', '0.8'],
  ['at: 0.8', '0.8', '80', '0.8'],
  ['at: 0.8', '0.8', '"0,95"', '0.95'],
  ['at: 0.8', '0.8', '8000', null],
  ['at: 0.8', '0.8', '-1', null],
  ['seats: 50', '50', '1_000', '1000'],
  ['seats: 50', '50', '"1,000"', '1000'],
  ['seats: 50', '50', '"12,5"', '12.5'],
  ['seats: 50', '50', '-5', null],
  ['seats: 50', '50', 'unlimitd', 'unlimited'],
  ['up_to: 7d', '7d', '7 days', '7d'],
  ['up_to: 7d', '7d', '7D', '7d'],
  ['up_to: 7d', '7d', '7 months', null],
  ['resets: never', 'never', 'Never', 'never'],
];

test.each(MEANT)('%s: of %s written as %s, %s is suggested', async (from, value, wrong, meant) => {
  const [problem] = await problemsOf(spoil(from, from.replace(value, wrong)));
  expect(problem?.suggestion).toBe(meant);
  if (meant !== null) expect((await load(spoil(from, from.replace(value, meant)))).ok).toBe(true);
});

test('a comma in a number that stands between others is told', async () => {
  const problems = await problemsOf(spoil('at: 0.8,', 'at: 0,95,'));
  expect(problems.map(({ message }) => message)).toContain(
    'unknown name 95: a comma begins a new name; a number takes a point, such as 0.95',
  );
});

test.each([
  ['company', 'own_domains: ["@Acme.example"]', 'acme.example'],
  ['company', 'own_domains: ["https://www.acme.example/"]', 'acme.example'],
  ['company', 'own_domains: [acme]', null],
  ['trials', 'trials: { remind_before: 3 d }', '3d'],
  ['trials', 'trials: { length: 0d }', null],
  ['guardrails', 'guardrails: { brake: { bounces: { share: 5, at_least: 5, within: 7d } } }', '0.05'],
  ['guardrails', 'guardrails: { touches_per_trigger_event: 3 }', null],
  ['guardrails', 'guardrails: { quiet_hours: { from: "8:00", to: "09:00" } }', '08:00'],
  ['roles', 'roles: { boss: [ops@acme.example] }', null],
  ['roles', 'roles: { Admin: [ops@acme.example] }', 'admin'],
])('in %s, %s: %s is suggested', async (section, line, meant) => {
  const files =
    section === 'company'
      ? spoil('currency: eur', `currency: eur, ${line}`)
      : { ...SMALL, 'headroom.yaml': `${SMALL['headroom.yaml']}${line}\n` };
  const [problem] = await problemsOf(files);
  expect(problem?.suggestion).toBe(meant);
});
