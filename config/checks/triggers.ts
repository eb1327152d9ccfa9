import { nearestName } from '../../domain/conditions/index.ts';
import type { Problem } from '../problem.ts';
import { exampleFor } from '../source/example-lines.ts';
import type { CheckInput } from './input.ts';
import { unknownName } from './plans.ts';
import { list, record, sectionAt, text, texts } from './sections.ts';

/** What triggers refer to, the order of levels, and that play_order lists exactly the plays that triggers start. */
export function checkTriggers(input: CheckInput): Problem[] {
  const names = {
    metrics: Object.keys(sectionAt(input.data, 'metrics')),
    products: Object.keys(sectionAt(input.data, 'products')),
    plays: Object.keys(sectionAt(input.data, 'plays')),
  };
  const problems = Object.entries(sectionAt(input.data, 'triggers')).flatMap(([name, value]) => {
    const trigger = record(value);
    const path = ['triggers', name];
    const play = text(trigger.play);
    const found: Problem[] = [];
    if (play !== null && !names.plays.includes(play)) {
      found.push(unknownName(input, [...path, 'play'], 'play', play, names.plays));
    }
    for (const kind of ['metrics', 'products'] as const) {
      for (const [index, item] of texts(trigger[kind]).entries()) {
        if (names[kind].includes(item)) continue;
        found.push(unknownName(input, [...path, kind, index], kind.slice(0, -1), item, names[kind]));
      }
    }
    const level = trigger.when === 'limit_reached' ? 1 : trigger.at;
    if (typeof level === 'number' && typeof trigger.rearm_below === 'number' && trigger.rearm_below >= level) {
      found.push(
        input.source.problem([...path, 'rearm_below'], {
          message: 'rearm_below must be lower than the level, or the trigger would trip again at once',
          found: String(trigger.rearm_below),
          allowed: [`a number below ${level}`],
          example: `rearm_below: ${(level - 0.05).toFixed(2)}`,
        }),
      );
    }
    return found;
  });
  return [...problems, ...checkPlayOrder(input, names.plays)];
}

function checkPlayOrder(input: CheckInput, plays: string[]): Problem[] {
  const triggers = Object.values(sectionAt(input.data, 'triggers'));
  const started = new Set(triggers.map((trigger) => text(record(trigger).play)).filter((play) => play !== null));
  const order = record(input.data).play_order;
  const listed = texts(order);
  const problems = list(order).flatMap((item, index): Problem[] => {
    const play = text(item);
    if (play === null) return [];
    const path = ['play_order', index];
    if (!plays.includes(play)) return [unknownName(input, path, 'play', play, plays)];
    if (listed.indexOf(play) !== index) {
      return [input.source.problem(path, { message: `${play} stands twice in play_order`, found: play })];
    }
    return [];
  });
  const used = plays.filter((play) => started.has(play));
  if (Array.isArray(order)) {
    for (const play of used.filter((name) => !listed.includes(name))) {
      problems.push(
        input.source.problem(
          ['play_order'],
          {
            message: `play_order lacks ${play}: which plays does it outrank?`,
            found: `[${listed.join(', ')}]`,
            allowed: [`exactly the plays that triggers start: ${used.join(', ')}`],
            suggestion:
              nearestName(
                play,
                listed.filter((name) => !plays.includes(name)),
              ) === null
                ? null
                : play,
            example: exampleFor(['play_order']),
          },
          'key',
        ),
      );
    }
  }
  // A misspelt play is reported at its trigger; its right name would be reported as unused as well.
  if ([...started].some((play) => !plays.includes(play))) return problems;
  for (const play of plays.filter((name) => !started.has(name))) {
    const path = listed.includes(play) ? ['play_order', listed.indexOf(play)] : ['plays', play];
    problems.push(
      input.source.problem(
        path,
        { message: `no trigger starts the play ${play}`, found: play, severity: 'warning' },
        'key',
      ),
    );
  }
  return problems;
}
