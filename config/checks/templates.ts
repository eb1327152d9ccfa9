import { type Problem, pathText } from '../problem.ts';
import type { MessageContext } from '../render/context.ts';
import { textEngine } from '../render/engine.ts';
import { piecesOf, renderingProblem } from '../render/strict.ts';
import type { SourcePiece, TemplateSource } from '../render/template-source.ts';
import { fullSample, sparseSample } from '../sample.ts';
import type { Config } from '../schema/index.ts';
import { exampleFor } from '../source/example-lines.ts';
import type { YamlSource } from '../source/yaml-source.ts';
import { type TemplateUse, templateUses } from '../template-uses.ts';
import { findTemplate, type TemplateSet, templateKey } from '../templates.ts';
import { featureLine, featureLinePath } from './template-names.ts';

/**
 * Renders every template in every situation in which it can be sent, and every feature's line. The config is valid by
 * now; `broken` names files and paths whose mistakes are known already.
 */
export function checkTemplates(source: YamlSource, config: Config, set: TemplateSet, broken: Set<string>): Problem[] {
  const uses = templateUses(config);
  return [
    ...checkCoverage(source, uses, set),
    ...set.sources
      .filter(({ file }) => !broken.has(file))
      .flatMap((template) => checkTemplate(config, uses, set, template)),
    ...checkFeatureLines(source, config, broken),
    ...checkPostalAddress(source, config, set),
  ];
}

/** A template that exists, but not for every plan that can get there. */
function checkCoverage(source: YamlSource, uses: TemplateUse[], set: TemplateSet): Problem[] {
  const byPlace = Map.groupBy(uses, (use) => pathText(use.path));
  const existing = new Set(set.sources.map(templateKey));
  return [...byPlace.values()].flatMap((all) => {
    const lacking = all.filter(({ plan, template, channel }) =>
      [plan, '_all'].every((folder) => !existing.has(`${folder}/${template}.${channel}`)),
    );
    const [first] = lacking;
    const named = set.sources.filter((one) => one.name === first?.template && one.channel === first.channel);
    if (!first || named.length === 0) return [];
    const plans = [...new Set(lacking.map((use) => use.plan))].join(', ');
    return [
      source.problem(first.path, {
        message: `accounts on ${plans} can get here, and there is no template ${first.template} for them`,
        found: named.map((one) => one.file).join(', '),
        allowed: ['a template for each plan', 'one in templates/_all for the rest'],
        example: `templates/_all/${first.template}.${first.channel}.md`,
      }),
    ];
  });
}

interface Situation {
  sample: MessageContext;
  words: string;
}

function situations(config: Config, use: TemplateUse): Situation[] {
  const where = `${use.product} on ${use.plan}${use.metric === null ? '' : `, about ${use.metric}`}`;
  return [
    { sample: fullSample(config, use), words: where },
    { sample: sparseSample(config, use), words: `${where}, with little known of the account` },
  ];
}

function checkTemplate(config: Config, uses: TemplateUse[], set: TemplateSet, template: TemplateSource): Problem[] {
  const tried = uses.filter((use) => isFor(use, template, set)).flatMap((use) => situations(config, use));
  return piecesOf(template).flatMap((piece) => firstFailure(template.file, piece, tried));
}

function isFor(use: TemplateUse, template: TemplateSource, set: TemplateSet): boolean {
  if (use.template !== template.name || use.channel !== template.channel) return false;
  return (
    findTemplate(set.templates, { name: use.template, channel: use.channel, plan: use.plan })?.plan === template.plan
  );
}

/** One mistake in a place is enough, however many plans would meet it. */
function firstFailure(file: string, piece: SourcePiece, tried: Situation[]): Problem[] {
  const parsed = textEngine.parse(piece.text);
  for (const { sample, words } of tried) {
    const problem = renderingProblem(file, piece, parsed, sample, words);
    if (problem) return [problem];
  }
  return [];
}

function checkFeatureLines(source: YamlSource, config: Config, broken: Set<string>): Problem[] {
  return Object.entries(config.products).flatMap(([product, { plans, features }]) => {
    const plan = Object.keys(plans)[0] ?? '';
    const use = { path: [], template: '', channel: 'email', moment: 'play', product, plan, metric: null } as const;
    return Object.entries(features).flatMap(([name, { line }]) => {
      const path = pathText(featureLinePath(product, name));
      if (broken.has(path)) return [];
      const piece = featureLine(source, product, name, line);
      const failures = firstFailure(source.file, piece, situations(config, use).slice(0, 1));
      return failures.map((problem) => ({ ...problem, path }));
    });
  });
}

function checkPostalAddress(source: YamlSource, config: Config, set: TemplateSet): Problem[] {
  const marketing = set.sources.find((one) => one.channel === 'email' && one.category === 'marketing');
  if (!marketing || config.company.postal_address !== undefined) return [];
  return [
    source.problem(
      ['company', 'postal_address'],
      {
        message: `postal_address is missing: ${marketing.file} is marketing mail, whose footer must carry one`,
        allowed: ['the postal address of your company'],
        example: exampleFor(['company', 'postal_address']),
      },
      'key',
    ),
  ];
}
