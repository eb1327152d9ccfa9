import { API_VERSION } from './manifest.ts';

const OBJECT_TYPES = ['companies', 'contacts', 'tickets', 'tasks', 'calls', 'emails', 'meetings'] as const;
export type ObjectType = (typeof OBJECT_TYPES)[number];
export const isObjectType = (name: string): name is ObjectType => OBJECT_TYPES.some((one) => one === name);

/** Longest batch of objects, and longest page of a list. */
export const BATCH = 100;
/** https://developers.hubspot.com/changelog/bug-fix-batch-read-limit-for-hubspot-associations-api */
export const ASSOCIATION_BATCH = 1_000;

export const paths = {
  objects: (type: ObjectType) => `/crm/objects/${API_VERSION}/${type}`,
  object: (type: ObjectType, id: string) => `/crm/objects/${API_VERSION}/${type}/${encodeURIComponent(id)}`,
  batchRead: (type: ObjectType) => `/crm/objects/${API_VERSION}/${type}/batch/read`,
  associations: (from: ObjectType, to: ObjectType) => `/crm/associations/${API_VERSION}/${from}/${to}/batch/read`,
  properties: (type: ObjectType) => `/crm/properties/${API_VERSION}/${type}`,
  property: (type: ObjectType, name: string) => `/crm/properties/${API_VERSION}/${type}/${name}`,
  propertyGroups: (type: ObjectType) => `/crm/properties/${API_VERSION}/${type}/groups`,
  pipelines: (type: ObjectType) => `/crm/pipelines/${API_VERSION}/${type}`,
  owners: `/crm/owners/${API_VERSION}`,
};
