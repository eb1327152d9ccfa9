/** Whatever package a connector calls its vendor with: its permits must tell whether the vendor is there. */
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Connection } from '../../config/schema/index.ts';
import type { Subject } from '../../conformance/subject.ts';
import { subjects } from '../../conformance/subjects.ts';
import type { Budget } from '../../connectors/kit/budget.ts';
import { fakeDependencies } from '../../connectors/kit/testing/dependencies.ts';
import { callWithin } from '../../connectors/kit/time-limit.ts';
import type { CallEnd } from '../../domain/budget/breaker.ts';
import { type Frame, startFrame } from '../../sandbox/frame/frame.ts';
import { twins } from '../../sandbox/twins.ts';

/** Those whose calls need a permit. */
const limited = Object.values(subjects).filter(({ connector }) => connector.manifest.limits.length > 0);

let frame: Frame;
beforeAll(async () => {
  const startedAt = new Date().toISOString();
  frame = await startFrame({ twins, clock: { startedAt, epoch: startedAt, scale: 1 }, seed: 'ends' });
});
afterAll(() => frame?.stop());

/** How the calls of one check end, as the permits heard it. */
async function endsOf({ connector, conformance, name }: Subject): Promise<(CallEnd | undefined)[]> {
  const url = frame.running[name]?.url;
  if (url === undefined) throw new Error(`${name} does not run`);
  const connection: Connection = {
    ...{ auth: {}, ...conformance.connection },
    ...{ connector: name, mode: 'sandbox', sandbox_url: url },
  };
  const dependencies = fakeDependencies({ connection, secrets: frame.secrets });
  const ends: (CallEnd | undefined)[] = [];
  const budget: Budget = {
    ...dependencies.budget,
    take: async () => ({ done: (end) => ends.push(end), giveBack: () => undefined }),
  };
  const { check } = connector.connect({ ...dependencies, budget });
  if (!check) throw new Error(`${name} has nothing to probe it with`);
  await check(callWithin(1_000)).catch(() => undefined);
  // A sign-in is everybody's: it goes on when the first who asked for it gave up.
  await vi.waitFor(() => expect(ends.length).toBeGreaterThan(0), { timeout: 25_000 });
  return ends;
}

describe.each(limited)('$name', (subject) => {
  const vendor = subject.name;

  test('is there when it answers, whatever it says', async () => {
    expect([...new Set(await endsOf(subject))]).toEqual(['answered']);
  });

  // Mail knows neither: a relay that answers is there, and one that hangs is one that answers too late.
  const kinds = vendor === 'smtp' ? [] : (['server_error', 'hang'] as const);
  for (const kind of kinds)
    test(`is not there at a ${kind}`, async () => {
      frame.faults.add({ vendor, kind });
      expect(new Set(await endsOf(subject))).toEqual(new Set(['failed']));
      frame.faults.clear(vendor);
    }, 30_000);

  test('is not there while nobody listens', async () => {
    await frame.running[vendor]?.down();
    expect(await endsOf(subject)).toEqual(['failed']);
    await frame.running[vendor]?.up();
  });
});
