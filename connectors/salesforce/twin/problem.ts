import type { Json } from '../../../domain/model.ts';

/** An answer that is no success: a list, at every path but the token's. https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/errorcodes.htm */
export class SalesforceProblem extends Error {
  readonly status: number;
  readonly body: Json;
  constructor(status: number, errorCode: string, message: string, fields?: string[]) {
    super(message);
    this.status = status;
    this.body = [{ message, errorCode, ...(fields ? { fields } : {}) }];
  }
}

export const invalid = (errorCode: string, message: string, fields?: string[]) =>
  new SalesforceProblem(400, errorCode, message, fields);

export const notFound = (message = 'The requested resource does not exist') =>
  new SalesforceProblem(404, 'NOT_FOUND', message);
