/**
 * The sandbox as a process of its own: `node sandbox/main.ts --options JSON`. Prints one line of JSON with addresses,
 * views and secrets when it is ready; ends on SIGTERM, SIGINT, POST /stop, or when standard input closes (its
 * parent is gone). Whatever it has to say besides goes to standard error.
 */
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { fault } from './faults/fault.ts';
import { cast } from './people/personas.ts';
import { startSandbox } from './start.ts';
import { twins } from './twins.ts';

const file = z.string().min(1);
const ms = z.number().nonnegative();
const optionsSchema = z.strictObject({
  world: z.strictObject({ usage: file, truth: file.nullish() }),
  clock: z.strictObject({ startedAt: z.iso.datetime(), epoch: z.iso.datetime(), scale: z.number().positive() }),
  seed: z.string().default('sandbox'),
  faults: z.array(fault).default([]),
  record: file.nullish(),
  ledger: file.nullish(),
  hubUrl: z.url().nullish(),
  cast: cast.default({}),
  people: z.boolean().default(true),
  rateLimits: z.boolean().default(true),
  /** Guardrails as the company wrote them, where they differ from the example's (business milliseconds). */
  judge: z
    .strictObject({
      touchesPerAccount: z.strictObject({ max: z.number().int(), perMs: ms }),
      touchesPerPerson: z.strictObject({ max: z.number().int(), perMs: ms }),
      cooldown: z.strictObject({ count: z.number().int(), withinMs: ms, cooldownMs: ms }),
      amHoldMs: ms,
      quietHours: z.strictObject({ from: z.string(), to: z.string(), weekends: z.boolean() }),
      afterUpgradeMs: ms,
      afterDeclineMs: ms,
      holdAtMostMs: ms,
      journeyMs: ms,
      toleranceMs: ms,
      internalKinds: z.array(z.string()),
    })
    .partial()
    .default({}),
});

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { options: { type: 'string' } } });
  const options = optionsSchema.parse(JSON.parse(values.options ?? '{}'));
  const log = (line: string) => process.stderr.write(`${line}\n`);
  const sandbox = await startSandbox({ ...options, log }, twins);
  const ended = new Promise<void>((resolve) => {
    process.once('SIGTERM', () => resolve());
    process.once('SIGINT', () => resolve());
    process.stdin.once('close', () => resolve());
    process.stdin.resume();
  });
  const { addresses, views, secrets } = sandbox;
  process.stdout.write(`${JSON.stringify({ addresses, views, secrets, pid: process.pid })}\n`);
  await Promise.race([ended, sandbox.stopAsked]);
  await sandbox.stop();
}

main().then(
  // Standard input may still be open: nothing else is to be waited for.
  () => process.exit(0),
  (error: unknown) => {
    process.stderr.write(
      `sandbox: ${error instanceof z.ZodError ? z.prettifyError(error) : error instanceof Error ? error.message : String(error)}\n`,
    );
    process.exit(1);
  },
);
