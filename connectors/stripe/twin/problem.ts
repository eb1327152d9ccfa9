/** Error bodies: https://docs.stripe.com/api/errors */
import type { Json } from '../../../domain/model.ts';

export class StripeProblem extends Error {
  readonly status: number;
  readonly body: { error: { [key: string]: Json } };
  readonly headers: Record<string, string>;
  constructor(status: number, error: { type: string; message: string; [key: string]: Json }, headers = {}) {
    super(error.message);
    this.status = status;
    this.body = { error };
    this.headers = headers;
  }
}

export function invalid(message: string, param?: string, code?: string): StripeProblem {
  const details = { ...(param ? { param } : {}), ...(code ? { code } : {}) };
  return new StripeProblem(400, { type: 'invalid_request_error', message, ...details });
}

/** 404 where the path names the thing, 400 where a parameter does. */
export function missing(kind: string, id: string, param: string): StripeProblem {
  return new StripeProblem(param === 'id' ? 404 : 400, {
    type: 'invalid_request_error',
    code: 'resource_missing',
    param,
    message: `No such ${kind}: '${id}'`,
    doc_url: 'https://stripe.com/docs/error-codes/resource-missing',
  });
}

export function cardDeclined(): StripeProblem {
  return new StripeProblem(402, {
    type: 'card_error',
    code: 'card_declined',
    decline_code: 'generic_decline',
    message: 'Your card was declined.',
  });
}
