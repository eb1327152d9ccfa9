import { type Document, isAlias, isMap, isPair, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml';
import { makeProblem, type Path, type Position, type Problem, type ProblemText } from '../problem.ts';
import { syntaxProblems } from './yaml-syntax.ts';

/** Aliases that one file may use: more is an attack or a mistake, never a plan catalogue. */
const ALIASES_AT_MOST = 100;

/** A YAML file with its data and the way back from data to lines. */
export interface YamlSource {
  file: string;
  /** Undefined when the text cannot be understood: `problems` says why. */
  data: unknown;
  problems: Problem[];
  /** Place of a key, or of the value behind it; of the nearest parent when it does not exist. */
  locate: (path: Path, part: 'key' | 'value') => Position;
  /** Place of a character inside a text value. */
  locateWithin: (path: Path, offset: number) => Position;
  problem: (path: Path, text: ProblemText, part?: 'key' | 'value') => Problem;
  /** The line in which a key stands. */
  lineOf: (path: Path) => string;
}

/** `lineOffset`: lines before the text in its file (front matter starts in line 2). Never throws. */
export function readYaml(file: string, text: string, lineOffset = 0): YamlSource {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, logLevel: 'error' });
  const at = (offset: number): Position => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(1, line) + lineOffset, column: Math.max(1, col) };
  };
  const locate: YamlSource['locate'] = (path, part) => at(offsetOf(document, path, part));
  const problem: YamlSource['problem'] = (path, about, part = 'value') =>
    makeProblem(file, locate(path, part), path, about);
  const locateWithin: YamlSource['locateWithin'] = (path, offset) => {
    const node = nodeAt(document, path);
    return at(node === null ? offsetOf(document, path, 'value') : offsetWithin(text, node, offset));
  };
  const lineOf: YamlSource['lineOf'] = (path) => text.split('\n')[locate(path, 'key').line - lineOffset - 1] ?? '';
  const source = { file, locate, locateWithin, problem, lineOf };

  const problems = syntaxProblems(file, text, document, at, lineOffset);
  const readable = document.errors.every((error) => error.code === 'DUPLICATE_KEY');
  if (!readable) return { ...source, data: undefined, problems };
  try {
    return { ...source, data: document.toJS({ maxAliasCount: ALIASES_AT_MOST }) ?? null, problems };
  } catch {
    // toJS throws for an alias without anchor and for too many of them (a "billion laughs" file).
    problems.push(
      makeProblem(file, { line: 1 + lineOffset, column: 1 }, [], {
        message: 'aliases (*name) are used too often, or without their anchor (&name)',
        allowed: [`up to ${ALIASES_AT_MOST} aliases, each with its anchor above it`],
      }),
    );
    return { ...source, data: undefined, problems };
  }
}

interface Step {
  key: Node | null;
  value: Node | null;
}

function resolved(document: Document, node: unknown): Node | null {
  if (isAlias(node)) return node.resolve(document) ?? null;
  return isMap(node) || isSeq(node) || isScalar(node) ? node : null;
}

function stepInto(document: Document, node: Node | null, step: string | number): Step | null {
  if (isMap(node)) {
    // Of a name used twice the last counts, as it does in the data.
    const pair = node.items.findLast(
      (item) => isPair(item) && isScalar(item.key) && String(item.key.value) === String(step),
    );
    return pair && isScalar(pair.key) ? { key: pair.key, value: resolved(document, pair.value) } : null;
  }
  if (isSeq(node) && typeof step === 'number') {
    const value = resolved(document, node.items[step]);
    return value ? { key: value, value } : null;
  }
  return null;
}

function offsetOf(document: Document, path: Path, part: 'key' | 'value'): number {
  let step: Step = { key: null, value: resolved(document, document.contents) };
  for (const name of path) {
    const next = stepInto(document, step.value, name);
    // Something is missing here: its parent's key is the line to look at.
    if (next === null) return (step.key ?? step.value)?.range?.[0] ?? 0;
    step = next;
  }
  const node = part === 'key' ? (step.key ?? step.value) : (step.value ?? step.key);
  return node?.range?.[0] ?? 0;
}

function nodeAt(document: Document, path: Path): Node | null {
  let node = resolved(document, document.contents);
  for (const name of path) node = stepInto(document, node, name)?.value ?? null;
  return node;
}

function offsetWithin(text: string, node: Node, offset: number): number {
  const start = node.range?.[0] ?? 0;
  if (!isScalar(node) || typeof node.value !== 'string') return start;
  if (node.type === 'BLOCK_LITERAL') return blockOffset(text, start, node.value, offset);
  const quoted = node.type === 'QUOTE_DOUBLE' || node.type === 'QUOTE_SINGLE';
  return start + offset + (quoted ? 1 : 0);
}

/** In a `|` block each line stands indented under its header. */
function blockOffset(text: string, start: number, value: string, offset: number): number {
  const before = value.slice(0, offset).split('\n');
  let lineStart = text.indexOf('\n', start) + 1;
  const indent = /^ */.exec(text.slice(lineStart))?.[0].length ?? 0;
  for (let line = 1; line < before.length; line++) lineStart = text.indexOf('\n', lineStart) + 1;
  return lineStart + indent + (before.at(-1)?.length ?? 0);
}
