import { mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { z } from 'zod';
import { writeDemoWorld } from '../sandbox/demo-world.ts';
import { readNdjson } from '../sandbox/frame/ndjson.ts';
import { type Cast, cast } from '../sandbox/people/personas.ts';
import { type Sandbox, startSandbox } from '../sandbox/start.ts';
import { twins } from '../sandbox/twins.ts';
import type { Running, SandboxFile } from '../server/options.ts';
import { badInput } from './errors.ts';
import type { WorldFiles } from './world.ts';

export interface SandboxOptions {
  /** Null: the demo's own world and people. */
  world: WorldFiles | null;
  scale: number;
  /** Where the hub will answer. */
  hubUrl: string;
  record: string | null;
  log: (line: string) => void;
}
export type RunSandbox = (options: SandboxOptions) => Promise<Running & { file: SandboxFile }>;

/** Starts the vendor simulators in this process. Their clock begins with the first moment of the world. */
export const runSandbox: RunSandbox = async ({ world, scale, hubUrl, record, log }) => {
  const own = world ? null : await ownWorld();
  const files = world ?? own?.files ?? null;
  if (!files) throw new Error('a sandbox needs a world');
  try {
    const clock = { startedAt: new Date().toISOString(), epoch: await firstMoment(files.usage), scale };
    const people = own?.cast ?? {};
    const sandbox = await startSandbox(
      { world: files, clock, seed: 'sandbox', hubUrl, record, log, cast: people },
      twins,
    );
    const { addresses, secrets } = sandbox;
    return {
      addresses: addressesOf(sandbox),
      file: { addresses, secrets, clock },
      ended: sandbox.stopAsked,
      stop: async () => {
        await sandbox.stop();
        await own?.remove();
      },
    };
  } catch (error) {
    await own?.remove();
    throw error;
  }
};

async function ownWorld(): Promise<{ files: WorldFiles; cast: Cast; remove: () => Promise<void> }> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'headroom-sandbox-'));
  const people = await readFile(new URL('../sandbox/demo-cast.json', import.meta.url), 'utf8');
  return {
    files: await writeDemoWorld(folder),
    cast: cast.parse(JSON.parse(people)),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

const firstRow = z.object({ receivedAt: z.iso.datetime() });

async function firstMoment(file: string): Promise<string> {
  for await (const row of readNdjson(file)) {
    const first = firstRow.safeParse(row);
    if (first.success) return new Date(first.data.receivedAt).toISOString();
    break;
  }
  throw badInput(
    `${file} is not a usage history: its first line has no receivedAt`,
    'bench/worlds/README.md describes the format.',
  );
}

function addressesOf({ addresses, views }: Sandbox): Running['addresses'] {
  const pages = Object.entries(views).map(([vendor, url]) => ({ name: `${vendor}, to look at`, url }));
  return [...Object.entries(addresses).map(([name, url]) => ({ name, url })), ...pages];
}
