import { type ChildProcess, spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const COMMAND_MS = 30_000;
const STOP_MS = 25_000;

/** A shell whose commands see what earlier ones exported, and that can leave some of them running. */
export class Shell {
  readonly #cwd: string;
  readonly #environment: string;
  readonly #running = new Map<string, ChildProcess>();
  #said: string[] = [];

  constructor({ cwd, folder, env }: { cwd: string; folder: string; env: Record<string, string> }) {
    this.#cwd = cwd;
    this.#environment = path.join(folder, 'environment.sh');
    const lines = Object.entries({ ...env, NO_COLOR: '1' }).map(([name, value]) => `export ${name}='${value}'\n`);
    writeFileSync(this.#environment, lines.join(''));
  }

  /** Runs a command to its end. */
  async run(command: string): Promise<{ code: number | null; output: string }> {
    const keep = `export -p > '${this.#environment}'`;
    const child = this.#spawn(`. '${this.#environment}'\n${command}\ncode=$?\n${keep}\nexit $code`);
    let output = '';
    child.stdout?.on('data', (text) => {
      output += text;
    });
    const timer = setTimeout(() => child.kill('SIGKILL'), COMMAND_MS);
    const code = await ended(child);
    clearTimeout(timer);
    return { code, output };
  }

  /** Starts a command that stays; `stop` ends it as Ctrl-C would. */
  start(name: string, command: string): void {
    this.#running.set(name, this.#spawn(`. '${this.#environment}'\nexec ${command}`));
  }

  isRunning(name: string): boolean {
    const child = this.#running.get(name);
    return child !== undefined && !hasEnded(child);
  }

  /** @returns whether it had to be killed */
  async stop(name: string): Promise<boolean> {
    const child = this.#running.get(name);
    this.#running.delete(name);
    if (!child || hasEnded(child)) return false;
    child.kill('SIGTERM');
    await Promise.race([ended(child), sleep(STOP_MS, undefined, { ref: false })]);
    if (hasEnded(child)) return false;
    child.kill('SIGKILL');
    return true;
  }

  /** @returns the names of those that had to be killed */
  async stopAll(): Promise<string[]> {
    const killed: string[] = [];
    for (const name of [...this.#running.keys()].reverse()) if (await this.stop(name)) killed.push(name);
    return killed;
  }

  /** The last that commands have said, for the log of a failure. */
  said(): string {
    return this.#said.join('').split('\n').slice(-60).join('\n');
  }

  #spawn(script: string): ChildProcess {
    const child = spawn('bash', ['-c', script], { cwd: this.#cwd, stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (text) => {
        this.#said = [...this.#said.slice(-500), String(text)];
      });
    }
    return child;
  }
}

function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null;
}

function ended(child: ChildProcess): Promise<number | null> {
  if (hasEnded(child)) return Promise.resolve(child.exitCode);
  return new Promise((resolve) => child.once('close', (code) => resolve(code)));
}
