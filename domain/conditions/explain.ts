import type { ASTNode } from '@marcbachmann/cel-js';
import { namesByScope } from './environment.ts';
import { nearestName } from './nearest.ts';
import { type ConditionDeclarations, type ConditionError, OUTCOMES } from './types.ts';

/** The parts of a parse or type error that we use. */
export interface CelError {
  code: string;
  summary: string;
  range?: { start: number; end: number } | undefined;
  node?: unknown;
}

const SEGMENTS = ['smb', 'mid_market', 'enterprise'];
const WORDS_OF: Record<string, readonly string[]> = { outcome: OUTCOMES, 'account.segment': SEGMENTS };

/** `facts.api_keys` as text, or null when the node is not a plain chain of names. */
function dotted(node: ASTNode): string | null {
  if (node.op === 'id') return node.args;
  if (node.op !== '.') return null;
  const parent = dotted(node.args[0]);
  return parent === null ? null : `${parent}.${node.args[1]}`;
}

function isNode(value: unknown): value is ASTNode {
  return typeof value === 'object' && value !== null && 'op' in value && 'args' in value;
}

function scopeOf(error: CelError): string | null {
  if (error.code === 'unknown_variable') return '';
  if (error.code !== 'no_such_key' || !isNode(error.node)) return null;
  const { node } = error;
  return node.op === '.' || node.op === '[]' ? dotted(node.args[0]) : null;
}

function wrongName(error: CelError): string {
  return error.summary.slice(error.summary.lastIndexOf(':') + 1).trim();
}

export function conditionError(
  text: string,
  offset: number,
  rest: Pick<ConditionError, 'message' | 'found'> & Partial<Pick<ConditionError, 'allowed' | 'nearest'>>,
): ConditionError {
  const column = offset - text.lastIndexOf('\n', offset - 1);
  return { ok: false, offset, column, allowed: rest.allowed ?? [], nearest: rest.nearest ?? null, ...rest };
}

/** Turns the library's error into one that names what may stand there. */
export function explainError(text: string, error: CelError, declarations: ConditionDeclarations): ConditionError {
  const offset = Math.min(error.range?.start ?? 0, text.length);
  const operator = wordOperator(text);
  if (operator !== null) return operator;
  const scope = scopeOf(error);
  if (scope !== null) {
    const found = wrongName(error);
    const allowed = namesByScope(declarations)[scope] ?? [];
    const where = scope === '' ? 'here' : `in ${scope}`;
    return conditionError(text, offset, {
      message: `there is no ${found} ${where}`,
      found,
      allowed,
      nearest: nearestName(found, allowed),
    });
  }
  const found = text.slice(offset, error.range?.end ?? offset) || 'the end of the condition';
  const assigned = error.code === 'unexpected_character' && found.startsWith('=');
  const message = assigned ? 'one = compares nothing; write == to compare' : error.summary;
  return conditionError(text, offset, { message, found });
}

const SIGNS = { and: '&&', or: '||', not: '!' } as const;

/** `and`, `or` and `not`, as other languages write them. */
function wordOperator(text: string): ConditionError | null {
  const withoutTexts = text.replace(/'[^']*'|"[^"]*"/g, (quoted) => ' '.repeat(quoted.length));
  const matched = /(?<![.\w])(and|or|not)(?!\w)/i.exec(withoutTexts);
  if (!matched) return null;
  const [found] = matched;
  // The pattern finds no other word.
  const sign = SIGNS[found.toLowerCase() as keyof typeof SIGNS];
  return conditionError(text, matched.index, {
    message: `a condition is written with signs: ${sign} instead of ${found}`,
    found,
    allowed: Object.values(SIGNS),
    nearest: sign,
  });
}

/** Words that are compared with a closed list (`outcome == 'non'`) are checked too: CEL sees only text in them. */
export function findWrongWord(text: string, node: ASTNode): ConditionError | null {
  if (node.op === '==' || node.op === '!=') {
    const [left, right] = node.args;
    for (const [name, word] of [
      [left, right],
      [right, left],
    ] as const) {
      const words = WORDS_OF[dotted(name) ?? ''];
      if (!words || word.op !== 'value' || typeof word.args !== 'string' || words.includes(word.args)) continue;
      return conditionError(text, word.start, {
        message: `${dotted(name)} is never '${word.args}'`,
        found: word.args,
        allowed: [...words],
        nearest: nearestName(word.args, words),
      });
    }
  }
  for (const child of childrenOf(node.args)) {
    const wrong = findWrongWord(text, child);
    if (wrong) return wrong;
  }
  return null;
}

function childrenOf(args: unknown): ASTNode[] {
  if (isNode(args)) return [args];
  return Array.isArray(args) ? args.flatMap(childrenOf) : [];
}
