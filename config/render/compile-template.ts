import { LiquidError } from 'liquidjs';
import { nearestName } from '../../domain/conditions/index.ts';
import { makeProblem, type Position, type Problem, type ProblemText } from '../problem.ts';
import type { Channel } from '../schema/index.ts';
import { buttonBlock, footer, type MailPart, NAMED_BLOCKS } from './blocks.ts';
import { htmlEngine, type Piece, textEngine } from './engine.ts';
import { compileLayout } from './layout.ts';
import { type Block, inlineHtml, inlineText, readMarkup } from './markup.ts';
import type { SourcePiece, TemplateSource } from './template-source.ts';

/** A template ready to render: no file, no MJML and no parsing is left to do. */
export interface CompiledTemplate {
  file: string;
  plan: string;
  name: string;
  channel: Channel;
  category: 'service' | 'marketing';
  subject: Piece;
  preheader: Piece | null;
  label: Piece | null;
  html: Piece;
  text: Piece;
}

/** Compiles one template, or says what is wrong in it, with lines of its file. */
export async function compileTemplate(
  source: TemplateSource,
  layout: string,
): Promise<{ template: CompiledTemplate | null; problems: Problem[] }> {
  const pieces = [source.subject, source.preheader, source.button, source.body].filter((piece) => piece !== null);
  const blocks = readMarkup(source.body.text);
  const problems = [...pieces.flatMap((piece) => syntaxProblem(source.file, piece)), ...blockProblems(source, blocks)];
  if (problems.length > 0) return { template: null, problems };
  const { file, plan, name, channel, category } = source;
  const parts = blocks.map((block) => partOf(block, source.button?.text ?? ''));
  if (channel === 'email') parts.push(footer(category));
  const mjml = parts.map((part) => part.mjml).join('\n');
  const html = channel === 'email' ? (await compileLayout(layout, mjml)).html : blocks.map(plainHtml).join('\n');
  const template = {
    ...{ file, plan, name, channel, category },
    subject: textEngine.parse(source.subject.text),
    preheader: source.preheader && textEngine.parse(source.preheader.text),
    label: source.button && textEngine.parse(source.button.text),
    html: htmlEngine.parse(html),
    text: textEngine.parse(parts.map((part) => part.text).join('')),
  };
  return { template, problems: [] };
}

function partOf(block: Block, label: string): MailPart {
  switch (block.kind) {
    case 'heading':
      return {
        mjml: `<mj-text font-size="18px" font-weight="bold">${inlineHtml(block.text)}</mj-text>`,
        text: `${inlineText(block.text)}\n\n`,
      };
    case 'paragraph':
      return { mjml: `<mj-text>${inlineHtml(block.text)}</mj-text>`, text: `${inlineText(block.text)}\n\n` };
    case 'list':
      return {
        mjml: `<mj-text>${listHtml(block.items)}</mj-text>`,
        text: `${block.items.map((item) => `- ${inlineText(item)}`).join('\n')}\n\n`,
      };
    case 'logic':
      return { mjml: `<mj-raw>${block.tags}</mj-raw>`, text: block.tags };
    case 'named':
      if (block.name === 'button') return buttonBlock(inlineHtml(label));
      return isNamed(block.name) ? NAMED_BLOCKS[block.name] : { mjml: '', text: '' };
  }
}

/** In-app prompts are drawn by the product: only the plain structure is given. */
function plainHtml(block: Block): string {
  if (block.kind === 'logic') return block.tags;
  if (block.kind === 'list') return listHtml(block.items);
  return block.kind === 'named' ? '' : `<p>${inlineHtml(block.text)}</p>`;
}

function listHtml(items: string[]): string {
  const lines = items.map((item) => `<li>${inlineHtml(item)}</li>`).join('');
  return `<ul style="margin:0;padding-left:20px;">${lines}</ul>`;
}

function isNamed(name: string): name is keyof typeof NAMED_BLOCKS {
  return Object.hasOwn(NAMED_BLOCKS, name);
}

function blockProblems(source: TemplateSource, blocks: Block[]): Problem[] {
  const named = blocks.filter((block) => block.kind === 'named');
  const allowed = source.channel === 'email' ? [...Object.keys(NAMED_BLOCKS), 'button'] : [];
  const report = (position: Position, text: ProblemText) => makeProblem(source.file, position, [], text);
  const problems = named.flatMap(({ name, line }) => {
    if (allowed.includes(name)) return [];
    const message =
      source.channel === 'email'
        ? `there is no block [[${name}]]`
        : 'a prompt in the product has no [[blocks]]; write its words';
    const names = allowed.map((one) => `[[${one}]]`);
    return [
      report(source.body.at(line + 1, 1), {
        message,
        found: name,
        allowed: names,
        suggestion: nearestName(name, allowed),
      }),
    ];
  });
  if (source.channel === 'in_app') return problems;
  const placed = named.find((block) => block.name === 'button');
  if (placed && source.button === null) {
    problems.push(
      report(source.body.at(placed.line + 1, 1), {
        message: '[[button]] has no words',
        allowed: ['a line button: between the --- lines on top'],
        example: 'button: See what Pro includes',
      }),
    );
  }
  if (!placed && source.button !== null) {
    problems.push(
      report(source.button.at(1, 1), {
        message: 'the button has words but no place',
        allowed: ['a line [[button]] in the text'],
        example: '[[button]]',
      }),
    );
  }
  return problems;
}

/** What Liquid cannot read in a piece; it stops at the first. */
export function syntaxProblem(file: string, piece: SourcePiece): Problem[] {
  try {
    htmlEngine.parse(piece.text);
    return [];
  } catch (error) {
    if (!LiquidError.is(error)) throw error;
    const [line, column] = error.token.getPosition();
    const unclosed = closedWrongly(piece.text);
    if (unclosed) return [makeProblem(file, piece.at(unclosed.line, unclosed.column), [], unclosed.text)];
    const sentence = error.originalError?.message ?? error.message.split(', line:')[0] ?? error.message;
    const filter = /^undefined filter: (\w+)/.exec(sentence)?.[1];
    const filters = Object.keys(htmlEngine.filters);
    const text: ProblemText = filter
      ? {
          message: `there is no filter ${filter}`,
          found: filter,
          allowed: filters,
          suggestion: nearestName(filter, filters),
          example: '{{ meter.used | number }}',
        }
      : { message: sentence, example: '{% if forecast %}{{ forecast.days | days }}{% endif %}' };
    return [makeProblem(file, piece.at(line ?? 1, column ?? 1), [], text)];
  }
}

/** `{{ meter.used | number }` and `{% if forecast }`, which Liquid reads on from until it finds something else wrong. */
function closedWrongly(text: string): (Position & { text: ProblemText }) | null {
  const matched = /\{\{[^{}]*\}(?!\})|\{%[^{}%]*\}/.exec(text);
  if (!matched) return null;
  const [found] = matched;
  const before = text.slice(0, matched.index).split('\n');
  const [opened, close] = found.startsWith('{{') ? ['{{', '}}'] : ['{%', '%}'];
  return {
    line: before.length,
    column: (before.at(-1)?.length ?? 0) + 1,
    text: {
      message: `what ${opened} opens is closed by ${close}, not by one }`,
      found,
      allowed: [close],
      example: `${found.replace(/\s*\}$/, '')} ${close}`,
    },
  };
}
