import { type Document, isScalar, visit, type YAMLError } from 'yaml';
import { makeProblem, type Position, type Problem, type ProblemText } from '../problem.ts';
import { culprits } from './yaml-culprits.ts';

/** What the parser's codes mean to a person. Other codes keep the parser's words. */
const PLAIN_WORDS: Record<string, ProblemText> = {
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
  BAD_DQ_ESCAPE: {
    message: 'between double quotes a \\ changes the meaning of what follows it; put the value in single quotes',
    example: 'because: \'facts.path != "\\\\"\'',
  },
  RESOURCE_EXHAUSTION: { message: 'lists or mappings are nested too deeply' },
};

/** Everything that the YAML parser could not take, what causes the rest of it first. */
export function syntaxProblems(
  file: string,
  text: string,
  document: Document,
  at: (offset: number) => Position,
  lineOffset: number,
): Problem[] {
  const duplicates = document.errors.filter((error) => error.code === 'DUPLICATE_KEY');
  const causes = document.errors.length > duplicates.length ? culprits(file, text, lineOffset) : [];
  const firstCause = causes[0]?.line ?? Number.POSITIVE_INFINITY;
  const others = [...document.errors, ...document.warnings]
    .map((error) => makeProblem(file, at(error.pos[0]), [], wordsOf(error, text, document, at)))
    .filter((problem) => problem.line < firstCause);
  return [...onePerLine(others), ...causes];
}

function wordsOf(error: YAMLError, text: string, document: Document, at: (offset: number) => Position): ProblemText {
  const [offset] = error.pos;
  if (error.code === 'DUPLICATE_KEY') return duplicateKey(document, offset, at);
  if (error.code === 'UNEXPECTED_TOKEN') {
    const quote = text.slice(0, offset).trimEnd().at(-1);
    if (quote === '"' || quote === "'") return quoteInside(quote);
  }
  return PLAIN_WORDS[error.code] ?? { message: error.message.split('\n')[0] ?? error.code };
}

/** `because: "x == "y""` */
function quoteInside(quote: '"' | "'"): ProblemText {
  return {
    message: `the value ends at its second ${quote}, and more follows it`,
    allowed:
      quote === '"' ? ['single quotes around a value that holds "'] : ["double quotes around a value that holds '"],
    example: quote === '"' ? `because: 'facts.region == "eu"'` : `line: "your team's reports"`,
  };
}

/** Of a name used twice: where it stands first, since that one would be lost. */
function duplicateKey(document: Document, offset: number, at: (offset: number) => Position): ProblemText {
  let name = '';
  let first: number | null = null;
  visit(document, {
    Map: (_, map) => {
      const keys = map.items.map(({ key }) => key).filter((key) => isScalar(key));
      const second = keys.find((key) => key.range?.[0] === offset);
      if (!second) return;
      name = String(second.value);
      first = keys.find((key) => key.value === second.value)?.range?.[0] ?? null;
      return visit.BREAK;
    },
  });
  const where = first === null ? '' : `, first in line ${at(first).line}`;
  return {
    message: `${name} is used twice in the same place${where}; the second would replace the first`,
    found: name,
    allowed: ['one of the two: put them together, or give one another name'],
  };
}

/** The parser reports one mistake several times as it stumbles on. */
function onePerLine(problems: Problem[]): Problem[] {
  return problems.filter((problem, index) => problems.findIndex((other) => other.line === problem.line) === index);
}
