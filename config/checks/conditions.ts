import { compileCondition } from '../../domain/conditions/index.ts';
import { type ConditionPlace, conditionDeclarations } from '../declarations.ts';
import { type Path, type Problem, pathText } from '../problem.ts';
import { exampleFor } from '../source/example-lines.ts';
import type { CheckInput } from './input.ts';
import { list, record, sectionAt, shown, text } from './sections.ts';

/** Every CEL text, compiled against the declared metrics and facts; the column is that of the wrong word. */
export function checkConditions(input: CheckInput): Problem[] {
  return conditionTexts(input.data).flatMap(({ path, text: condition, place }) => {
    const declarations = conditionDeclarations(declared(input.data), place);
    const compiled = compileCondition(condition, declarations);
    if (compiled.ok) return [];
    const { message, found, allowed, nearest } = compiled;
    const position = input.source.locateWithin(path, compiled.offset);
    const problem = input.source.problem(path, {
      message: `in the condition: ${message}`,
      found: shown(found).replaceAll('"', ''),
      allowed,
      suggestion: nearest,
      example: exampleFor(path),
    });
    return [{ ...problem, ...position, path: pathText(path) }];
  });
}

interface ConditionText {
  path: Path;
  text: string;
  place: ConditionPlace;
}

function conditionTexts(data: unknown): ConditionText[] {
  const found: ConditionText[] = [];
  const add = (path: Path, value: unknown, place: ConditionPlace) => {
    const condition = text(value);
    if (condition) found.push({ path, text: condition, place });
  };
  for (const product of Object.keys(sectionAt(data, 'products'))) {
    for (const [name, feature] of Object.entries(sectionAt(data, 'products', product, 'features'))) {
      const path = ['products', product, 'features', name];
      add([...path, 'because'], record(feature).because, 'feature');
      add([...path, 'used_when'], record(feature).used_when, 'feature');
    }
  }
  for (const [play, value] of Object.entries(sectionAt(data, 'plays'))) {
    for (const [index, step] of list(record(value).steps).entries()) {
      add(['plays', play, 'steps', index, 'if'], record(step).if, 'step');
    }
  }
  return found;
}

/** Facts without a usable sample count as numbers: the schema reports the sample, not each condition. */
function declared(data: unknown) {
  const facts = Object.entries(sectionAt(data, 'facts')).map(([name, fact]) => {
    const { sample } = record(fact);
    return [name, { sample: typeof sample === 'string' || typeof sample === 'boolean' ? sample : 0 }];
  });
  return { facts: Object.fromEntries(facts), metrics: sectionAt(data, 'metrics') };
}
