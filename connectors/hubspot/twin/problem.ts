import { randomUUID } from 'node:crypto';
import type { Json } from '../../../domain/model.ts';

/** An answer that is no success: https://developers.hubspot.com/docs/api-reference/latest/error-handling */
export class HubSpotProblem extends Error {
  readonly status: number;
  readonly body: { [key: string]: Json };
  constructor(status: number, category: string, message: string, more: { [key: string]: Json } = {}) {
    super(message);
    this.status = status;
    this.body = { status: 'error', message, correlationId: randomUUID(), category, ...more };
  }
}

export const invalid = (message: string, more: { [key: string]: Json } = {}) =>
  new HubSpotProblem(400, 'VALIDATION_ERROR', message, more);

export const notFound = () => new HubSpotProblem(404, 'OBJECT_NOT_FOUND', 'resource not found');

/** The entry of a 207 for ids that are not there. */
export const missingObjects = (type: string, ids: string[]): Json => ({
  status: 'error',
  category: 'OBJECT_NOT_FOUND',
  message: `Could not get some ${type.toUpperCase()} objects, they may be deleted or not exist. Check that ids are valid.`,
  context: { ids },
});

/** The entry of a 207 for an object without associations: its absence is told as an error. */
export const noAssociations = (from: string, id: string, to: string): Json => ({
  status: 'error',
  category: 'OBJECT_NOT_FOUND',
  subCategory: 'crm.associations.NO_ASSOCIATIONS_FOUND',
  message: `No ${to} is associated with ${from} ${id}.`,
  context: { fromObjectId: [id], fromObjectType: [from], toObjectType: [to] },
});
