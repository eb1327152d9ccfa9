import fs from 'node:fs';
import path from 'node:path';
import { type Logger, pino } from 'pino';
import { redactDeep, redactText } from '../connectors/kit/redact.ts';
import { openDataDir } from './embedded/data-dir.ts';

const KEPT_LINES = 500;
/** The latest lines of this process, for a support bundle. */
const kept: string[] = [];

export function recentLines(): string[] {
  return [...kept];
}

/** Lines of JSON on standard error, or where a test looks. Each is redacted as a whole, whatever was put into it. */
export function makeLog(level: string, out: { write: (line: string) => void } = pino.destination(2)): Logger {
  return pino({ level, hooks: { streamWrite: redactLine }, serializers: { err: errorView, error: errorView } }, out);
}

function redactLine(line: string): string {
  const clean = redacted(line);
  kept.push(clean);
  if (kept.length > KEPT_LINES) kept.shift();
  return `${clean}\n`;
}

function redacted(line: string): string {
  try {
    return JSON.stringify(redactDeep(JSON.parse(line)));
  } catch {
    return redactText(line, 4_000);
  }
}

/** The end of what the servers that `up` keeps have said, by file. */
export function serverLogs(dataDir: string): Record<string, string[]> {
  const { log } = openDataDir(dataDir);
  return Object.fromEntries(
    fs.readdirSync(log).map((name) => [name, endOf(path.join(log, name)).map((line) => redactText(line, 4_000))]),
  );
}

function endOf(file: string): string[] {
  const handle = fs.openSync(file, 'r');
  try {
    const size = fs.fstatSync(handle).size;
    const end = Buffer.alloc(Math.min(size, 65_536));
    fs.readSync(handle, end, 0, end.length, size - end.length);
    return end.toString('utf8').split('\n').slice(-200);
  } finally {
    fs.closeSync(handle);
  }
}

interface ErrorView {
  type: string;
  code?: string;
  message: string;
  stack: string;
  cause?: ErrorView;
}

/** What tells where an error comes from. Its other fields hold requests, rows and answers: not for a log. */
function errorView(error: unknown, depth = 0): ErrorView | unknown {
  if (!(error instanceof Error)) return error;
  const { name, message, stack = '', cause } = error;
  return {
    type: name,
    ...('code' in error ? { code: String(error.code) } : {}),
    message,
    stack,
    ...(cause instanceof Error && depth < 4 ? { cause: errorView(cause, depth + 1) } : {}),
  };
}
