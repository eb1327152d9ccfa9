import { nearestName } from '../../domain/conditions/index.ts';
import { type Path, type Problem, pathText } from '../problem.ts';
import { syntaxProblem } from '../render/compile-template.ts';
import { piecesOf, unknownNames } from '../render/strict.ts';
import type { SourcePiece } from '../render/template-source.ts';
import { skeleton } from '../sample.ts';
import { exampleFor } from '../source/example-lines.ts';
import type { YamlSource } from '../source/yaml-source.ts';
import type { TemplateSet } from '../templates.ts';
import type { CheckInput } from './input.ts';
import { placedSteps } from './plays.ts';
import { record, sectionAt, text } from './sections.ts';

/** Names in templates and feature lines that no message has: found without rendering, whatever else is wrong. */
export function checkTemplateNames(input: CheckInput, set: TemplateSet): Problem[] {
  const sample = skeleton(Object.keys(sectionAt(input.data, 'facts')));
  const compiled = set.sources.filter((template) =>
    [...set.templates.values()].some(({ file }) => file === template.file),
  );
  return [
    ...checkExisting(input, set),
    ...compiled.flatMap((template) =>
      piecesOf(template).flatMap((piece) => unknownNames(template.file, piece, sample)),
    ),
    ...Object.keys(sectionAt(input.data, 'products')).flatMap((product) =>
      Object.entries(sectionAt(input.data, 'products', product, 'features')).flatMap(([name, feature]) => {
        const line = text(record(feature).line);
        if (line === null) return [];
        const path = featureLinePath(product, name);
        const piece = featureLine(input.source, product, name, line);
        const wrong = syntaxProblem(input.source.file, piece);
        const problems = wrong.length > 0 ? wrong : unknownNames(input.source.file, piece, sample);
        return problems.map((problem) => ({ ...problem, path: pathText(path), example: exampleFor(path) }));
      }),
    ),
  ];
}

export function featureLinePath(product: string, feature: string): Path {
  return ['products', product, 'features', feature, 'line'];
}

export function featureLine(source: YamlSource, product: string, feature: string, line: string): SourcePiece {
  const path = featureLinePath(product, feature);
  return { text: line, at: (row, column) => source.locateWithin(path, row === 1 ? column - 1 : 0) };
}

/** Templates that config sends and that exist in no folder. */
function checkExisting(input: CheckInput, set: TemplateSet): Problem[] {
  const steps = ['plays', 'onboarding'].flatMap((section) =>
    Object.entries(sectionAt(input.data, section)).flatMap(([name, value]) =>
      placedSteps(record(value).steps, [section, name, 'steps']),
    ),
  );
  const sent = steps.map(({ path, step }) => {
    const { template, by } = record(step.send);
    return { path: [...path, 'send', 'template'], template, channel: by };
  });
  for (const [moment, template] of Object.entries(sectionAt(input.data, 'trials', 'mails'))) {
    sent.push({ path: ['trials', 'mails', moment], template, channel: 'email' });
  }
  return sent.flatMap(({ path, template, channel }) => {
    const found = text(template);
    if (found === null || (channel !== 'email' && channel !== 'in_app')) return [];
    const names = [...new Set(set.names.filter((one) => one.channel === channel).map((one) => one.name))];
    if (names.includes(found)) return [];
    return [
      input.source.problem(path, {
        message: `there is no template ${found} for ${channel}`,
        found,
        allowed: names,
        suggestion: nearestName(found, names),
        example: `templates/_all/${found}.${channel}.md`,
      }),
    ];
  });
}
