import { type Logger, pino } from 'pino';
import { redactDeep, redactText } from '../connectors/kit/redact.ts';

/** Lines of JSON on standard error, or where a test looks. Each is redacted as a whole, whatever was put into it. */
export function makeLog(level: string, out: { write: (line: string) => void } = pino.destination(2)): Logger {
  return pino({ level, hooks: { streamWrite: redactLine }, serializers: { err: errorView, error: errorView } }, out);
}

function redactLine(line: string): string {
  try {
    return `${JSON.stringify(redactDeep(JSON.parse(line)))}\n`;
  } catch {
    return `${redactText(line, 4_000)}\n`;
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
