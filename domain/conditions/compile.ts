import { ParseError, type ParseResult } from '@marcbachmann/cel-js';
import { makeEnvironment } from './environment.ts';
import { conditionError, explainError, findWrongWord } from './explain.ts';
import type { CompiledCondition, ConditionContext, ConditionDeclarations, ConditionError } from './types.ts';

/**
 * Compiles a CEL condition and checks every name and type in it against what is declared.
 * Never throws; a wrong text comes back as an error with the place and the nearest right name.
 */
export function compileCondition(
  text: string,
  declarations: ConditionDeclarations,
): CompiledCondition | ConditionError {
  let parsed: ParseResult;
  try {
    parsed = makeEnvironment(declarations).parse(text);
  } catch (error) {
    if (error instanceof ParseError) return explainError(text, error, declarations);
    throw error;
  }
  const checked = parsed.check();
  if (checked.error) return explainError(text, checked.error, declarations);
  if (checked.type !== 'bool') {
    return conditionError(text, 0, {
      message: `a condition says yes or no, this one is a ${checked.type === 'string' ? 'text' : 'number'}`,
      found: text,
      allowed: ['a comparison such as facts.api_keys > 0'],
    });
  }
  const wrongWord = findWrongWord(text, parsed.ast);
  if (wrongWord) return wrongWord;

  const tell = (context: ConditionContext): boolean | null => {
    try {
      return parsed(withoutNulls(context)) === true;
    } catch {
      // The text is type-checked: what is left is a number that this account does not have.
      return null;
    }
  };
  return { ok: true, tell, run: (context) => tell(context) === true };
}

type Plain = string | number | boolean | { [key: string]: Plain };

/** Leaves out what is not known: a missing name makes CEL give up, a null would count as a value of another type. */
function withoutNulls(context: object): { [key: string]: Plain } {
  const known: { [key: string]: Plain } = {};
  for (const [name, value] of Object.entries(context)) {
    if (value === null || value === undefined) continue;
    known[name] = typeof value === 'object' ? withoutNulls(value) : value;
  }
  return known;
}
