/**
 * The part of Mixpanel's expression language that the simulator understands: `properties["x"]`, and filters of the form
 * `properties["x"] == "y" and …` (https://docs.mixpanel.com/reference/segmentation-expressions).
 */
import type { Json } from '../../../domain/model.ts';

const PROPERTY = String.raw`properties\["((?:[^"\\]|\\.)*)"\]`;
const COMPARISON = new RegExp(`^${PROPERTY}\\s*==\\s*("(?:[^"\\\\]|\\\\.)*"|-?\\d+(?:\\.\\d+)?|true|false)$`);

/** The property that an expression names; null when it is something else. */
export function propertyName(expression: string): string | null {
  const name = new RegExp(`^${PROPERTY}$`).exec(expression.trim())?.[1];
  return name === undefined ? null : name.replace(/\\(.)/g, '$1');
}

/** A test of an event's or profile's properties; null when the expression is not understood. Types are strict. */
export function parseFilter(expression: string): ((properties: Record<string, Json>) => boolean) | null {
  const tests: [string, Json][] = [];
  for (const part of expression.split(/\s+and\s+/)) {
    const [, name, value] = COMPARISON.exec(part.trim().replace(/^\((.*)\)$/, '$1')) ?? [];
    if (name === undefined || value === undefined) return null;
    tests.push([name.replace(/\\(.)/g, '$1'), JSON.parse(value) as Json]); // the pattern admits JSON literals only
  }
  return (properties) => tests.every(([name, value]) => properties[name] === value);
}
