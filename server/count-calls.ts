import type { Capabilities } from '../connectors/kit/capabilities.ts';
import { ConnectorError, type ErrorCode, NotSentError } from '../connectors/kit/errors.ts';

type How = 'ok' | 'failed';

/**
 * How an error counts. A vendor that says no to what we ask works; a refusal of credentials pauses the connection by
 * itself, and a limit is counted where the vendor names it, not where our own permits run out.
 */
const COUNTS: Record<ErrorCode, How | null> = {
  transient: 'failed',
  outcome_unknown: 'failed',
  unexpected_response: 'failed',
  invalid_input: 'ok',
  refused: 'ok',
  rate_limited: null,
  authentication: null,
};

/** The same capabilities, with every call counted by how it went. */
export function countCalls(capabilities: Capabilities, note: (how: How) => void): Capabilities {
  // Of the same shape: each function is replaced by one that passes everything on.
  return counted(capabilities, note) as Capabilities;
}

function counted(part: unknown, note: (how: How) => void): unknown {
  if (typeof part === 'function') {
    return (...args: unknown[]) => watched(part(...args), note);
  }
  if (typeof part !== 'object' || part === null || Array.isArray(part)) return part;
  return Object.fromEntries(Object.entries(part).map(([name, value]) => [name, counted(value, note)]));
}

/** What is answered at once, like a rendered payload or a judged webhook, called nobody. */
function watched(answer: unknown, note: (how: How) => void): unknown {
  if (answer instanceof Promise) return answer.then(...settling(note));
  if (isPages(answer)) return pages(answer, note);
  return answer;
}

function settling(note: (how: How) => void): [(value: unknown) => unknown, (error: unknown) => never] {
  return [
    (value) => {
      note('ok');
      return value;
    },
    (error) => {
      const ours = error instanceof NotSentError || !(error instanceof ConnectorError);
      const how = ours ? null : COUNTS[error.code];
      if (how) note(how);
      throw error;
    },
  ];
}

async function* pages(answer: AsyncIterable<unknown>, note: (how: How) => void): AsyncGenerator<unknown> {
  const [went, failed] = settling(note);
  try {
    for await (const page of answer) yield went(page);
  } catch (error) {
    failed(error);
  }
}

function isPages(answer: unknown): answer is AsyncIterable<unknown> {
  return typeof answer === 'object' && answer !== null && Symbol.asyncIterator in answer;
}
