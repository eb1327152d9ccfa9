import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import type { BusinessClock } from '../../domain/clock.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const READY_MS = 120_000;

export interface Process {
  pid: number;
  child: ChildProcess;
  /** Resolves when the process has ended. */
  ended: Promise<number | null>;
}

/** Starts a program of ours under the same Node; what it says besides its one line of JSON goes to a file. */
export function startProgram(args: string[], input: { env: Record<string, string>; logFile: string }): Process {
  const child = spawn(process.execPath, args, {
    cwd: ROOT,
    env: { ...process.env, ...input.env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  child.stderr?.pipe(createWriteStream(input.logFile, { flags: 'a' }));
  const ended = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
  if (child.pid === undefined) throw new Error(`could not start ${args[0]}`);
  return { pid: child.pid, child, ended };
}

/** The first line that is JSON of this shape. A process that does not say it in time is ended. */
export async function firstLine<T>(running: Process, schema: z.ZodType<T>, what: string, logFile: string): Promise<T> {
  try {
    return await waitForLine(running, schema, what, logFile);
  } catch (error) {
    await stopProcess(running);
    throw error;
  }
}

function waitForLine<T>(running: Process, schema: z.ZodType<T>, what: string, logFile: string): Promise<T> {
  return new Promise((resolve, reject) => {
    let text = '';
    const timer = setTimeout(
      () => reject(new Error(`${what} was not ready after ${READY_MS / 1_000} s; see ${logFile}`)),
      READY_MS,
    );
    running.child.stdout?.on('data', (data: Buffer) => {
      text += data.toString('utf8');
      for (const line of text.split('\n')) {
        const read = line.startsWith('{') ? schema.safeParse(parse(line)) : null;
        if (!read?.success) continue;
        clearTimeout(timer);
        resolve(read.data);
      }
    });
    running.ended.then((code) => {
      clearTimeout(timer);
      reject(new Error(`${what} ended with code ${code} before it was ready; see ${logFile}`));
    });
  });
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}

const sandboxReady = z.object({
  addresses: z.record(z.string(), z.string()),
  views: z.record(z.string(), z.string()),
  secrets: z.record(z.string(), z.string()),
});
export type SandboxReady = z.infer<typeof sandboxReady>;

export async function startSandboxProcess(
  options: Record<string, unknown>,
  logFile: string,
): Promise<{ process: Process; ready: SandboxReady }> {
  const running = startProgram(['sandbox/main.ts', '--options', JSON.stringify(options)], { env: {}, logFile });
  return { process: running, ready: await firstLine(running, sandboxReady, 'the sandbox', logFile) };
}

export const hubReady = z.object({ addresses: z.array(z.object({ name: z.string(), url: z.string() })) });

export async function startHubProcess(input: {
  configDir: string;
  dataDir: string;
  port: number;
  sandboxFile: string;
  clock: BusinessClock;
  ui: boolean;
  logFile: string;
}): Promise<{ process: Process; addresses: { name: string; url: string }[] }> {
  const { configDir, dataDir, port, sandboxFile, clock } = input;
  const args = [
    'cli/main.ts',
    'up',
    '--json',
    '--config',
    configDir,
    '--data',
    dataDir,
    '--port',
    String(port),
    '--sandbox',
    sandboxFile,
    '--clock',
    JSON.stringify(clock),
  ];
  const running = startProgram(args, { env: input.ui ? { HEADROOM_TEMPORAL_UI: '1' } : {}, logFile: input.logFile });
  const { addresses } = await firstLine(running, hubReady, 'the hub', input.logFile);
  return { process: running, addresses };
}

/** Asks a process to end, and makes it end. */
export async function stopProcess(running: Process | null, patienceMs = 20_000): Promise<void> {
  if (!running || running.child.exitCode !== null || running.child.signalCode !== null) return;
  running.child.kill('SIGTERM');
  const timer = setTimeout(() => running.child.kill('SIGKILL'), patienceMs);
  await running.ended;
  clearTimeout(timer);
}
