import { Liquid, type Template } from 'liquidjs';
import { FILTERS } from './filters.ts';

const ESCAPED: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

function present(value: unknown): string {
  if (value === null || value === undefined) throw new Error(EMPTY);
  return String(value);
}

/** What a template without a guard says about a value that may be missing. */
export const EMPTY = 'this value can be empty';

function makeEngine(outputEscape: (value: unknown) => string): Liquid {
  const engine = new Liquid({
    strictVariables: true,
    strictFilters: true,
    ownPropertyOnly: true,
    // No file is ever included, and no template may run away with time or memory.
    templates: {},
    parseLimit: 200_000,
    memoryLimit: 10_000_000,
    outputEscape,
  });
  for (const [name, filter] of Object.entries(FILTERS)) engine.registerFilter(name, filter);
  // `raw` would put a customer's name into the HTML as it is.
  delete engine.filters.raw;
  return engine;
}

/** Values are escaped for HTML, and an empty one is an error. */
export const htmlEngine = makeEngine((value) => present(value).replace(/[&<>"']/g, (sign) => ESCAPED[sign] ?? sign));
/** Values stand as they are; an empty one is an error. */
export const textEngine = makeEngine(present);

/** One compiled piece of Liquid. */
export type Piece = Template[];
