/** Objects as replies show them: lists in pages, references expanded on request. */
import type { Json } from '../../../domain/model.ts';
import type { Params } from './form.ts';
import { integer, text, texts } from './params.ts';
import { invalid, missing } from './problem.ts';
import type { StripeState } from './state.ts';

type JsonObject = { [key: string]: Json };

/** https://docs.stripe.com/api/pagination: newest first, cursor by the last id. */
export function pageOf(
  state: StripeState,
  all: readonly { id: string }[],
  params: Params,
  url: string,
): { [key: string]: Json } {
  const limit = integer(params, 'limit') ?? 10;
  if (limit < 1 || limit > 100) throw invalid('limit must be between 1 and 100', 'limit', 'parameter_invalid_integer');
  const after = text(params, 'starting_after');
  const start = after === undefined ? 0 : all.findIndex(({ id }) => id === after) + 1;
  if (after !== undefined && start === 0) throw missing('object', after, 'starting_after');
  const data = all.slice(start, start + limit);
  return present(state, { object: 'list', data, has_more: start + limit < all.length, url }, params);
}

/** https://docs.stripe.com/api/expanding_objects: at most four levels. */
export function present(state: StripeState, object: object, params: Params): JsonObject {
  // Objects of this account are JSON: the copy keeps what replies expand out of the state.
  const copy = JSON.parse(JSON.stringify(object)) as JsonObject;
  for (const path of texts(params, 'expand')) {
    const steps = path.split('.');
    if (steps.length > 4) {
      throw invalid(`You cannot expand more than 4 levels of a property. Property: ${path}`, 'expand');
    }
    expand(state, copy, steps, path);
  }
  return copy;
}

/** Fields that are left out of a reply unless they are asked for. */
const INCLUDABLE = new Set(['tiers', 'applies_to']);

function expand(state: StripeState, node: Json, [step, ...rest]: string[], path: string): void {
  if (Array.isArray(node)) {
    for (const element of node) expand(state, element, [step ?? '', ...rest], path);
    return;
  }
  if (step === undefined || typeof node !== 'object' || node === null) return;
  const value = node[step];
  if (value === undefined) {
    if (INCLUDABLE.has(step)) return;
    throw invalid(`This property cannot be expanded (${path}).`, 'expand');
  }
  node[step] = Array.isArray(value) ? value.map((entry) => resolved(state, entry)) : resolved(state, value);
  expand(state, node[step], rest, path);
}

function resolved(state: StripeState, value: Json): Json {
  if (typeof value !== 'string') return value;
  const tables = [
    state.customers,
    state.subscriptions,
    state.invoices,
    state.prices,
    state.products,
    state.discounts,
    state.coupons,
  ];
  const found = tables.map((table) => table.get(value)).find((object) => object !== undefined);
  // As in `present`: an object of the account is JSON.
  return found === undefined ? value : (JSON.parse(JSON.stringify(found)) as Json);
}
