/** A worker that stops itself between announcing a write and sending it: `node conformance/worker-process.ts JOB`. */
import { z } from 'zod';
import { isOperationName } from '../activities/effects/operations.ts';
import { connectHub } from './connect.ts';
import { attempt } from './drive.ts';
import type { Subject } from './subject.ts';
import { slowedDown } from './write-plays.ts';

const job = z.object({
  module: z.string(),
  key: z.string(),
  plan: z.object({
    connection: z.string(),
    settings: z.record(z.string(), z.json()),
    url: z.string(),
    secrets: z.record(z.string(), z.string()),
  }),
  lane: z.object({
    databaseUrl: z.string(),
    folder: z.string(),
    dataKey: z.string().transform((text) => Buffer.from(text, 'base64')),
  }),
  effect: z.object({
    key: z.string(),
    operation: z.string().refine(isOperationName),
    account: z.string(),
    connection: z.string(),
    input: z.unknown(),
  }),
});

const { module, key, plan, lane, effect } = job.parse(JSON.parse(process.argv[2] ?? ''));
// Written by subjects.ts or by a test: both export their subjects by name.
const { subjects }: { subjects: Record<string, Subject> } = await import(module);
const subject = subjects[key];
if (!subject) throw new Error(`${module} has no subject ${key}`);
const core = await connectHub(subject, plan, lane);
const deps = slowedDown(core.deps, async () => {
  process.stdout.write('stopping\n');
  process.kill(process.pid, 'SIGSTOP');
});
try {
  const { kind } = await attempt(deps, effect);
  process.stdout.write(`${kind}\n`);
} catch (error) {
  process.stdout.write(`${error instanceof Error ? error.message : String(error)}\n`);
} finally {
  await core.close();
}
