import type { z } from 'zod';
import type { Json } from '../../domain/model.ts';
import type { VendorRequest } from './http.ts';

/** A request as most vendors' APIs take it: JSON in, JSON out, a bearer token. */
export interface JsonRequest<Reply> {
  operation: string;
  method: VendorRequest<Reply>['method'];
  /** After the base address, with its slash. */
  path: string;
  query?: Record<string, string>;
  headers?: Record<string, string>;
  body?: Json;
  /** What the answer must look like. */
  reply: z.ZodType<Reply>;
}

/** The part of a `VendorRequest` that such a request decides. */
export function jsonRequest<Reply>(
  request: JsonRequest<Reply>,
  { base, token }: { base: string; token: string },
): Pick<VendorRequest<Reply>, 'operation' | 'method' | 'url' | 'headers' | 'body' | 'schema'> {
  const { operation, method, path, query, headers, body, reply } = request;
  const content =
    body === undefined ? null : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
  return {
    operation,
    method,
    url: `${base}${path}${query ? `?${new URLSearchParams(query)}` : ''}`,
    headers: { authorization: `Bearer ${token}`, accept: 'application/json', ...content?.headers, ...headers },
    ...(content ? { body: content.body } : {}),
    schema: reply,
  };
}
