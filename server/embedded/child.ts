import { spawn } from 'node:child_process';
import fs from 'node:fs';
import { isAlive } from '../../scripts/bootstrap/process.mjs';

/** Where an embedded server reports; one line at a time. */
export type Log = (line: string) => void;

/** A server process of ours, started or adopted. */
export type Child = {
  pid: number;
  /** true: it was running already, left by a hub that was killed. */
  adopted: boolean;
  stop: () => Promise<void>;
};

export type LaunchOptions = {
  command: string;
  args: string[];
  /** Output is appended here. */
  logFile: string;
  cwd: string;
  env?: NodeJS.ProcessEnv;
  /** Run as this user; needs root. */
  user?: { uid: number; gid: number } | null;
};

/**
 * Starts a server in a session of its own: Ctrl-C in the terminal reaches the hub alone, which then stops its servers
 * in the right order. Output goes to a file, not a pipe, so that the server outlives a killed hub.
 * @returns its pid and what it has written since
 */
export function launch({ command, args, logFile, cwd, env, user }: LaunchOptions): {
  pid: number;
  output: () => string;
} {
  const out = fs.openSync(logFile, 'a', 0o600);
  const startsAt = fs.fstatSync(out).size;
  try {
    const child = spawn(command, args, { detached: true, stdio: ['ignore', out, out], cwd, env, ...user });
    // A program that cannot be run at all (missing, forbidden) has no pid; the error event only repeats that.
    child.on('error', () => {});
    child.unref();
    if (child.pid === undefined) throw new Error(`${command} could not be started; is it an executable file?`);
    return { pid: child.pid, output: () => fs.readFileSync(logFile).subarray(startsAt).toString('utf8') };
  } finally {
    fs.closeSync(out);
  }
}

/**
 * Stops a process, by each signal in turn until it is gone. By pid: an adopted server is not a child of ours.
 * @param signals each with the time it gets, in ms
 */
export async function stopProcess(pid: number, signals: [NodeJS.Signals, number][]): Promise<void> {
  for (const [signal, patienceMs] of signals) {
    if (!isAlive(pid)) return;
    try {
      process.kill(pid, signal);
    } catch {
      return; // It ended between the look and the signal.
    }
    if (await until(() => !isAlive(pid), patienceMs)) return;
  }
  throw new Error(`process ${pid} does not stop, not even by ${signals.at(-1)?.[0]}`);
}

/** Looks again every 25 ms. @returns whether it came true in time */
export async function until(test: () => boolean | Promise<boolean>, patienceMs: number): Promise<boolean> {
  const deadline = performance.now() + patienceMs;
  while (performance.now() < deadline) {
    if (await test()) return true;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  return false;
}
