import type { Document, YAMLError } from 'yaml';
import { makeProblem, type Position, type Problem, type ProblemText } from '../problem.ts';

/** What the parser's codes mean to a person. Other codes keep the parser's words. */
const PLAIN_WORDS: Record<string, ProblemText> = {
  DUPLICATE_KEY: { message: 'this name is used twice in the same place; the second would replace the first' },
  MULTIPLE_DOCS: { message: 'the file holds several documents (---); only one is allowed' },
  MISSING_CHAR: { message: 'a quote is opened and never closed', example: 'name: "Tidewater Analytics"' },
  BAD_INDENT: { message: 'the indentation or a bracket does not fit; each level is two spaces' },
  BLOCK_AS_IMPLICIT_KEY: {
    message: 'a value holds ": ", which starts a new name; put the value in quotes, or check the indentation',
    example: 'line: "note: with quotes"',
  },
  BAD_SCALAR_START: {
    message: 'a value may not start with this character; put it in quotes',
    example: 'channel: "@ana"',
  },
  RESOURCE_EXHAUSTION: { message: 'lists or mappings are nested too deeply' },
};

/** Everything that the YAML parser could not take, tabs first: they cause most of what follows them. */
export function syntaxProblems(
  file: string,
  text: string,
  document: Document,
  at: (offset: number) => Position,
  lineOffset: number,
): Problem[] {
  const tabs = document.errors.length > 0 ? tabProblems(file, text, lineOffset) : [];
  const firstTab = tabs[0]?.line ?? Number.POSITIVE_INFINITY;
  const others = [...document.errors, ...document.warnings]
    .map((error) => syntaxProblem(file, error, at(error.pos[0])))
    .filter((problem) => problem.line < firstTab);
  return [...onePerLine(others), ...tabs];
}

function tabProblems(file: string, text: string, lineOffset: number): Problem[] {
  return text.split('\n').flatMap((line, index) => {
    const column = /^ *\t/.exec(line)?.[0].length;
    if (column === undefined) return [];
    return [
      makeProblem(file, { line: index + 1 + lineOffset, column }, [], {
        message: 'a tab in the indentation: YAML allows spaces only; replace each tab by two spaces',
        found: 'a tab',
        allowed: ['spaces'],
        example: '  starter: { price: starter_monthly }',
      }),
    ];
  });
}

function syntaxProblem(file: string, error: YAMLError, position: Position): Problem {
  const known = PLAIN_WORDS[error.code];
  return makeProblem(file, position, [], known ?? { message: error.message.split('\n')[0] ?? error.code });
}

/** The parser reports one mistake several times as it stumbles on. */
function onePerLine(problems: Problem[]): Problem[] {
  return problems.filter((problem, index) => problems.findIndex((other) => other.line === problem.line) === index);
}
