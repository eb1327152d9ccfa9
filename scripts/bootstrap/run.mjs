// @ts-check
import { spawn } from 'node:child_process';
import os from 'node:os';

/**
 * Runs a command to its end and keeps what it printed.
 * @param {string} command
 * @param {string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, timeoutMs?: number }} [options] timeoutMs: killed after that time
 * @returns {Promise<{ ok: boolean, output: string, problem: string }>} problem: one line that says why it failed
 */
export function run(command, args, { cwd, env, timeoutMs } = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: timeoutMs,
      killSignal: 'SIGKILL',
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
    child.on('error', (error) => resolve({ ok: false, output, problem: error.message }));
    child.on('close', (code, signal) => {
      const ended =
        signal === 'SIGKILL' && timeoutMs ? `not done after ${timeoutMs / 1000} s` : `exit code ${code ?? signal}`;
      resolve({ ok: code === 0, output, problem: code === 0 ? '' : `${ended}${lastWords(output)}` });
    });
  });
}

/** @param {string} output */
function lastWords(output) {
  const lines = output.trim().split('\n').filter(Boolean);
  return lines.length > 0 ? `: ${lines.slice(-3).join(' | ').slice(0, 600)}` : '';
}

/**
 * Runs the real program in the foreground: same terminal, signals passed on.
 * @param {string} node
 * @param {string[]} args
 * @param {{ root: string, env: NodeJS.ProcessEnv }} options
 * @returns {Promise<number>} the exit code; 128 + n when signal n ended it, as a shell would say
 */
export function handOver(node, args, { root, env }) {
  return new Promise((resolve, reject) => {
    // Paths in arguments are the caller's, so the program runs where the caller stands; npm scripts stand in the root.
    const [script, ...rest] = args;
    const child = spawn(node, [`${root}/${script}`, ...rest], { env, stdio: 'inherit' });
    for (const signal of /** @type {const} */ (['SIGTERM', 'SIGHUP', 'SIGINT', 'SIGQUIT'])) {
      process.on(signal, () => {
        // A terminal sends Ctrl-C to the whole foreground group: the program already has it, and a second one means "now".
        const fromTerminal = process.stdin.isTTY && (signal === 'SIGINT' || signal === 'SIGQUIT');
        if (!fromTerminal) child.kill(signal);
      });
    }
    child.on('error', reject);
    child.on('close', (code, signal) => resolve(code ?? 128 + os.constants.signals[signal ?? 'SIGKILL']));
  });
}
