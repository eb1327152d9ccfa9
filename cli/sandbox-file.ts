import fs from 'node:fs';
import { z } from 'zod';
import type { BusinessClock } from '../domain/clock.ts';
import type { SandboxFile } from '../server/options.ts';
import { badInput } from './errors.ts';

const clock = z.strictObject({
  startedAt: z.iso.datetime(),
  epoch: z.iso.datetime(),
  scale: z.number().positive(),
});
const sandboxFile = z.object({
  addresses: z.record(z.string(), z.url()),
  secrets: z.record(z.string(), z.string()),
  clock,
});

/** Holds credentials, if only of simulators: for the owner alone, and there at once or not at all. */
export function writeSandboxFile(file: string, content: SandboxFile): void {
  const draft = `${file}.${process.pid}`;
  fs.writeFileSync(draft, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600 });
  fs.renameSync(draft, file);
}

/** @throws CliError when there is no such file, or it holds something else */
export function readSandboxFile(file: string): SandboxFile {
  const remedy = `Start the simulators first: headroom sandbox --write ${file}`;
  if (!fs.existsSync(file)) throw badInput(`there is no file ${file}`, remedy);
  const read = sandboxFile.safeParse(parseJson(fs.readFileSync(file, 'utf8')));
  if (!read.success) throw badInput(`${file} was not written by headroom sandbox`, remedy);
  return read.data;
}

/** @throws CliError */
export function parseClock(text: string): BusinessClock {
  const read = clock.safeParse(parseJson(text));
  if (read.success) return read.data;
  throw badInput(`--clock takes {"startedAt": ISO time, "epoch": ISO time, "scale": number}, not ${text}`);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
