/** Properties, pipelines and owners: what an administrator sees under Settings. */
import type { FastifyInstance } from 'fastify';
import type { Json } from '../../../domain/model.ts';
import { isObjectType, type ObjectType, type PropertyDefinition, TICKET_PIPELINES } from './definitions.ts';
import type { Owner, Portal } from './portal.ts';
import { HubSpotProblem, invalid, notFound } from './problem.ts';

const VERSION = '2026-09';
const MAX_OWNERS = 500;
const TYPES: PropertyDefinition['type'][] = ['string', 'number', 'date', 'datetime', 'bool', 'enumeration'];

interface Path {
  Params: { type: string; name: string };
  Body: { [key: string]: Json } | null;
}

export function propertiesApi(server: FastifyInstance, portal: Portal): void {
  const base = `/crm/properties/${VERSION}`;
  const typeOf = (name: string): ObjectType => {
    if (!isObjectType(name)) throw invalid(`Unable to infer object type from: ${name}`);
    return name;
  };
  const wire = ({ options, readOnly, ...rest }: PropertyDefinition): Json => ({
    ...rest,
    options: options.map((value, displayOrder) => ({ label: value, value, displayOrder, hidden: false })),
    modificationMetadata: { readOnlyValue: readOnly },
    archived: false,
  });

  server.get<Path>(`${base}/:type`, async ({ params }) => ({
    results: [...portal.definitions(typeOf(params.type)).values()].map(wire),
  }));
  server.get<Path>(`${base}/:type/:name`, async ({ params }) => {
    const found = portal.definitions(typeOf(params.type)).get(params.name);
    if (!found) throw notFound();
    return wire(found);
  });
  server.post<Path>(`${base}/:type`, async ({ params, body }, reply) => {
    const definitions = portal.definitions(typeOf(params.type));
    const made = newProperty(body ?? {});
    if (definitions.has(made.name)) throw exists(`A property named '${made.name}' already exists.`);
    if (!portal.groups.get(typeOf(params.type))?.has(made.groupName)) {
      throw invalid(`property group ${made.groupName} does not exist`);
    }
    definitions.set(made.name, made);
    return reply.code(201).send(wire(made));
  });
  server.post<Path>(`${base}/:type/groups`, async ({ params, body }, reply) => {
    const groups = portal.groups.get(typeOf(params.type));
    const { name, label } = body ?? {};
    if (typeof name !== 'string' || typeof label !== 'string') throw invalid('name and label are required');
    if (groups?.has(name)) throw exists(`A property group named '${name}' already exists.`);
    groups?.add(name);
    return reply.code(201).send({ name, label, displayOrder: -1, archived: false });
  });
}

const exists = (message: string) => new HubSpotProblem(409, 'OBJECT_ALREADY_EXISTS', message);

/** Required fields: https://developers.hubspot.com/docs/api-reference/latest/crm/properties/create-property */
function newProperty(body: { [key: string]: Json }): PropertyDefinition {
  const text = (name: string): string => {
    const value = body[name];
    if (typeof value !== 'string' || value === '') throw invalid(`Required field '${name}' is missing`);
    return value;
  };
  const type = TYPES.find((one) => one === text('type'));
  if (!type) throw invalid(`${text('type')} is not a property type`);
  return {
    name: text('name'),
    label: text('label'),
    type,
    fieldType: text('fieldType'),
    groupName: text('groupName'),
    hasUniqueValue: body.hasUniqueValue === true,
    hubspotDefined: false,
    readOnly: false,
    options: [],
  };
}

export function pipelinesApi(server: FastifyInstance): void {
  server.get<Path>(`/crm/pipelines/${VERSION}/:type`, async ({ params }) => {
    if (params.type !== 'tickets') return { results: [] };
    return {
      results: Object.values(TICKET_PIPELINES).map(({ id, label, stages }, displayOrder) => ({
        id,
        label,
        displayOrder,
        archived: false,
        stages: stages.map((stage, order) => ({ ...stage, displayOrder: order, archived: false })),
      })),
    };
  });
}

export function ownersApi(server: FastifyInstance, portal: Portal): void {
  const wire = ({ id, userId, email, createdAt }: Owner): Json => {
    const [firstName = ''] = email.split('@');
    const user = { userId, userIdIncludingInactive: userId };
    return {
      id,
      type: 'PERSON',
      email,
      firstName,
      lastName: '',
      ...user,
      createdAt,
      updatedAt: createdAt,
      archived: false,
    };
  };
  server.get<{ Querystring: { limit?: string; after?: string; email?: string; archived?: string } }>(
    `/crm/owners/${VERSION}`,
    async ({ query: { limit = '100', after = '0', email, archived } }) => {
      if (Number(limit) > MAX_OWNERS) throw invalid(`limit must be at most ${MAX_OWNERS}`);
      const all = archived === 'true' ? [] : portal.owners.filter((one) => email === undefined || one.email === email);
      const rest = all.filter(({ id }) => Number(id) > Number(after));
      const page = rest.slice(0, Number(limit));
      const more = rest.length > page.length ? { paging: { next: { after: page.at(-1)?.id ?? '', link: '' } } } : {};
      return { results: page.map(wire), ...more };
    },
  );
}
