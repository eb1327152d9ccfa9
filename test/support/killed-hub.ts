import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import readline from 'node:readline';

/** Lets another process start an embedded server, then kills that process with -9. @returns what it left running */
export async function killedHub(
  kind: 'postgres' | 'temporal',
  dataDir: string,
): Promise<{ pid: number; port: number }> {
  const script = path.join(import.meta.dirname, 'hub-stand-in.ts');
  const child = spawn(process.execPath, [script, kind, dataDir], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = await once(readline.createInterface({ input: child.stdout }), 'line');
  child.kill('SIGKILL');
  await once(child, 'exit');
  return JSON.parse(String(line));
}
