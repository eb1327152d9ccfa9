import { LiquidError, type Template, Variable } from 'liquidjs';
import { nearestName } from '../../domain/conditions/index.ts';
import { makeProblem, type Problem, type ProblemText } from '../problem.ts';
import type { MessageContext } from './context.ts';
import { EMPTY, textEngine } from './engine.ts';
import type { SourcePiece, TemplateSource } from './template-source.ts';

const EXAMPLE = '{{ meter.used | number }}';

export function piecesOf(source: TemplateSource): SourcePiece[] {
  return [source.subject, source.preheader, source.button, source.body].filter((piece) => piece !== null);
}

/** Every name in a piece that no message will ever have, each with its place. The piece must parse. */
export function unknownNames(file: string, piece: SourcePiece, sample: MessageContext): Problem[] {
  const { globals } = textEngine.analyzeSync(textEngine.parse(piece.text), { partials: false });
  return Object.values(globals)
    .flat()
    .flatMap((variable) => {
      const wrong = wrongSegment(variable.segments, sample);
      if (wrong === null) return [];
      const { row, col } = variable.location;
      const column = col + wrong.before.length + (wrong.before === '' ? 0 : 1);
      const text: ProblemText = {
        message: wrong.before === '' ? `there is no ${wrong.name}` : `there is no ${wrong.name} in ${wrong.before}`,
        found: wrong.name,
        allowed: wrong.allowed,
        suggestion: nearestName(wrong.name, wrong.allowed),
        example: EXAMPLE,
      };
      return [makeProblem(file, piece.at(row, column), [], text)];
    });
}

/** Renders a piece with a sample and tells what failed; `situation` says in which case that would happen. */
export function renderingProblem(
  file: string,
  piece: SourcePiece,
  parsed: Template[],
  sample: MessageContext,
  situation: string,
): Problem | null {
  try {
    textEngine.renderSync(parsed, sample);
    return null;
  } catch (error) {
    if (!LiquidError.is(error)) throw error;
    const [line, column] = error.token.getPosition();
    const cause = error.originalError?.message ?? error.message;
    const empty = cause === EMPTY || /got nothing$/.test(cause);
    const written = error.token.getText();
    const name = /[\w.]+/.exec(written)?.[0] ?? written;
    return makeProblem(file, piece.at(line ?? 1, column ?? 1), [], {
      message: empty ? `${name} can be empty (${situation})` : cause,
      found: written,
      allowed: empty ? [`{% if ${name} %}…{% endif %} around it`, '| default: "…"'] : [],
      example: empty ? `{% if ${name} %}${written}{% endif %}` : EXAMPLE,
    });
  }
}

interface WrongSegment {
  name: string;
  before: string;
  allowed: string[];
}

function wrongSegment(segments: Variable['segments'], sample: object): WrongSegment | null {
  let value: unknown = sample;
  const passed: string[] = [];
  for (const segment of segments) {
    // Lists, numbers and computed names are left to rendering.
    if (segment instanceof Variable || typeof segment === 'number') return null;
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
    const entry = Object.entries(value).find(([name]) => name === segment);
    if (!entry) return { name: segment, before: passed.join('.'), allowed: Object.keys(value) };
    value = entry[1];
    passed.push(segment);
  }
  return null;
}
