import { makeProblem, type Problem } from './problem.ts';
import { type CompiledTemplate, compileTemplate } from './render/compile-template.ts';
import { BODY_MARK, compileLayout, DEFAULT_LAYOUT } from './render/layout.ts';
import { readTemplate, type TemplateSource } from './render/template-source.ts';
import type { Channel } from './schema/index.ts';
import type { Files } from './source/folder.ts';

const LAYOUT_FILE = 'templates/layout.mjml';

/** Compiled templates by `<plan or _all>/<name>.<channel>`. */
export type Templates = ReadonlyMap<string, CompiledTemplate>;

export interface TemplateSet {
  templates: Templates;
  /** Those whose front matter could be read. */
  sources: TemplateSource[];
  /** Every template that a file stands for, with mistakes in it or not. */
  names: Pick<CompiledTemplate, 'plan' | 'name' | 'channel'>[];
  problems: Problem[];
}

export function templateKey({ plan, name, channel }: Pick<CompiledTemplate, 'plan' | 'name' | 'channel'>): string {
  return `${plan}/${name}.${channel}`;
}

/** The template for an account on this plan, else the one for all plans. */
export function findTemplate(
  templates: Templates,
  wanted: { name: string; channel: Channel; plan: string },
): CompiledTemplate | null {
  return templates.get(templateKey(wanted)) ?? templates.get(templateKey({ ...wanted, plan: '_all' })) ?? null;
}

/** Reads and compiles every file below templates/. `plans` null: not known, so any folder name will do. */
export async function compileTemplates(files: Files, plans: string[] | null): Promise<TemplateSet> {
  const layout = await readLayout(files[LAYOUT_FILE]);
  const templates = new Map<string, CompiledTemplate>();
  const sources: TemplateSource[] = [];
  const names: TemplateSet['names'] = [];
  const problems = [...layout.problems];
  for (const [file, text] of Object.entries(files)) {
    if (!file.startsWith('templates/') || file === LAYOUT_FILE) continue;
    const read = readTemplate(file, text, plans);
    problems.push(...read.problems);
    if (read.name) names.push(read.name);
    if (!read.source) continue;
    sources.push(read.source);
    const compiled = await compileTemplate(read.source, layout.mjml);
    problems.push(...compiled.problems);
    if (compiled.template) templates.set(templateKey(compiled.template), compiled.template);
  }
  return { templates, sources, names, problems };
}

async function readLayout(own: string | undefined): Promise<{ mjml: string; problems: Problem[] }> {
  if (own === undefined) return { mjml: DEFAULT_LAYOUT, problems: [] };
  const report = (message: string, example: string) =>
    makeProblem(LAYOUT_FILE, { line: 1, column: 1 }, [], { message, example });
  if (!own.includes(BODY_MARK)) {
    const problem = report(
      `the layout has no place for the message: a line ${BODY_MARK}`,
      `<mj-column>${BODY_MARK}</mj-column>`,
    );
    return { mjml: DEFAULT_LAYOUT, problems: [problem] };
  }
  const tried = await compileLayout(own, '').catch(() => ({ errors: ['the layout is not MJML'] }));
  if (tried.errors.length === 0) return { mjml: own, problems: [] };
  const problems = tried.errors.map((message) => report(message, 'https://documentation.mjml.io'));
  return { mjml: DEFAULT_LAYOUT, problems };
}
