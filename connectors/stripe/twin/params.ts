/** Reading request parameters as strictly as Stripe does: wrong types and unknown names are errors. */
import type { Param, Params } from './form.ts';
import { invalid } from './problem.ts';

export function onlyKnown(params: Params, known: readonly string[], prefix = ''): void {
  for (const name of Object.keys(params)) {
    const full = prefix === '' ? name : `${prefix}[${name}]`;
    if (!known.includes(name)) throw invalid(`Received unknown parameter: ${full}`, full, 'parameter_unknown');
  }
}

export function text(params: Params, name: string): string | undefined {
  const value = params[name];
  if (value === undefined || value === '') return undefined;
  if (typeof value !== 'string') throw invalid(`Invalid string: ${JSON.stringify(value)}`, name);
  return value;
}

export function required(params: Params, name: string): string {
  const value = text(params, name);
  if (value === undefined) throw invalid(`Missing required param: ${name}.`, name, 'parameter_missing');
  return value;
}

export function integer(params: Params, name: string): number | undefined {
  const value = text(params, name);
  if (value === undefined) return undefined;
  if (!/^-?\d+$/.test(value)) throw invalid(`Invalid integer: ${value}`, name, 'parameter_invalid_integer');
  return Number(value);
}

export function flag(params: Params, name: string): boolean | undefined {
  const value = text(params, name);
  if (value === undefined) return undefined;
  if (value !== 'true' && value !== 'false') throw invalid(`Invalid boolean: ${value}`, name);
  return value === 'true';
}

export function choice<T extends string>(params: Params, name: string, allowed: readonly T[]): T | undefined {
  const value = text(params, name);
  if (value === undefined) return undefined;
  const found = allowed.find((option) => option === value);
  if (!found) throw invalid(`Invalid ${name}: must be one of ${allowed.join(', ')}`, name);
  return found;
}

export function hash(params: Params, name: string): Params {
  const value = params[name];
  if (value === undefined || value === '') return {};
  if (typeof value === 'string' || Array.isArray(value)) throw invalid('Invalid object', name);
  return value;
}

export function list(params: Params, name: string): Param[] {
  const value = params[name];
  if (value === undefined || value === '') return [];
  if (!Array.isArray(value)) throw invalid('Invalid array', name);
  return value;
}

export function texts(params: Params, name: string): string[] {
  return list(params, name).map((value) => {
    if (typeof value !== 'string') throw invalid('Invalid array', name);
    return value;
  });
}

export function hashes(params: Params, name: string): Params[] {
  return list(params, name).map((value) => {
    if (typeof value === 'string' || Array.isArray(value)) throw invalid('Invalid object', name);
    return value;
  });
}

/** Metadata values are strings of up to 500 characters; an empty one unsets its key. */
export function metadata(params: Params): Record<string, string> {
  return Object.fromEntries(
    Object.entries(hash(params, 'metadata')).map(([key, value]) => {
      if (typeof value !== 'string' || value.length > 500) throw invalid('Invalid metadata', `metadata[${key}]`);
      return [key, value];
    }),
  );
}
