/** https://developers.hubspot.com/docs/api-reference/latest/crm/objects/objects/guide, with the paths of 2026-09. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Json } from '../../../domain/model.ts';
import { ASSOCIATION_TYPES, isObjectType, type ObjectType, SINGULAR } from './definitions.ts';
import type { CrmRecord, Portal } from './portal.ts';
import { invalid, missingObjects, noAssociations, notFound } from './problem.ts';
import type { Shown } from './told.ts';
import { checkedProperties } from './validate.ts';

const MAX_INPUTS = 100;
/** https://developers.hubspot.com/changelog/bug-fix-batch-read-limit-for-hubspot-associations-api */
const MAX_ASSOCIATION_INPUTS = 1_000;
const MAX_PAGE = 100;
/** Small, so that a company with many activities has several pages; HubSpot's is 500. */
const ASSOCIATIONS_PER_PAGE = 100;

export interface ObjectsDesk {
  portal: Portal;
  now: () => string;
  /** A record stands in the answer to this request. */
  shown: (request: FastifyRequest, record: CrmRecord, properties: Shown) => void;
  written: (record: CrmRecord, how: 'created' | 'updated', properties: Record<string, string>) => void;
}

interface Path {
  Params: { type: string; id: string };
  Querystring: { properties?: string; limit?: string; after?: string };
  Body: { [key: string]: Json } | null;
}

export function objectsApi(server: FastifyInstance, base: string, desk: ObjectsDesk): void {
  const { portal } = desk;

  function answer(request: FastifyRequest, record: CrmRecord, names: string[]): Json {
    const shown: Shown = {};
    const defaults = ['hs_object_id', record.type === 'contacts' ? 'lastmodifieddate' : 'hs_lastmodifieddate'];
    for (const name of [...defaults, ...names]) {
      // A property that is not defined is left out without a word.
      if (portal.definitions(record.type).has(name)) shown[name] = record.properties[name] ?? null;
    }
    desk.shown(request, record, shown);
    const { id, createdAt, updatedAt } = record;
    return { id, properties: shown, createdAt, updatedAt, archived: false };
  }
  const typeOf = (name: string): ObjectType => {
    if (!isObjectType(name)) throw invalid(`Unable to infer object type from: ${name}`);
    return name;
  };
  const recordOf = (type: ObjectType, id: string): CrmRecord => {
    const record = portal.of(type).get(id);
    if (!record) throw notFound();
    return record;
  };
  const names = (text = '') => text.split(',').filter(Boolean);

  server.get<Path>(`${base}/:type`, async (request) => {
    const { limit = '10', after = '0', properties } = request.query;
    if (!/^\d+$/.test(limit) || Number(limit) > MAX_PAGE) throw invalid(`limit must be at most ${MAX_PAGE}`);
    const all = [...portal.of(typeOf(request.params.type)).values()];
    const rest = all.filter(({ id }) => Number(id) > Number(after));
    const page = rest.slice(0, Number(limit));
    const last = page.at(-1)?.id;
    const more = last !== undefined && rest.length > page.length;
    return {
      results: page.map((record) => answer(request, record, names(properties))),
      ...(more ? { paging: { next: { after: last, link: '' } } } : {}),
    };
  });

  server.get<Path>(`${base}/:type/:id`, async (request) => {
    const record = recordOf(typeOf(request.params.type), request.params.id);
    return answer(request, record, names(request.query.properties));
  });

  server.post<Path>(`${base}/:type`, async (request, reply) => {
    const type = typeOf(request.params.type);
    const properties = checkedProperties(portal, type, request.body?.properties, null);
    const targets = associationTargets(portal, type, request.body?.associations ?? []);
    const record = portal.create(type, properties, desk.now());
    for (const target of targets) portal.link(record, target);
    desk.written(record, 'created', properties);
    return reply.code(201).send(answer(request, record, Object.keys(properties)));
  });

  server.patch<Path>(`${base}/:type/:id`, async (request) => {
    const record = recordOf(typeOf(request.params.type), request.params.id);
    const properties = checkedProperties(portal, record.type, request.body?.properties, record.id);
    portal.update(record, properties, desk.now());
    desk.written(record, 'updated', properties);
    return answer(request, record, Object.keys(properties));
  });

  server.post<Path>(`${base}/:type/batch/read`, async (request, reply) => {
    const type = typeOf(request.params.type);
    const { inputs, properties, propertiesWithHistory } = request.body ?? {};
    if (!Array.isArray(properties) || !Array.isArray(propertiesWithHistory)) {
      throw invalid('Invalid input JSON: properties and propertiesWithHistory are required');
    }
    const ids = inputIds(inputs, MAX_INPUTS).map(({ id }) => id);
    const found = [...new Set(ids)].flatMap((id) => portal.of(type).get(id) ?? []);
    const missing = ids.filter((id) => !portal.of(type).has(id));
    const results = found.map((record) => answer(request, record, properties.map(String)));
    const errors = missing.length > 0 ? [missingObjects(SINGULAR[type], missing)] : [];
    return reply.code(errors.length > 0 ? 207 : 200).send(batch(results, errors, desk.now()));
  });
}

export function associationsApi(server: FastifyInstance, base: string, { portal, now }: ObjectsDesk): void {
  server.post<{ Params: { from: string; to: string }; Body: { inputs?: Json } | null }>(
    `${base}/:from/:to/batch/read`,
    async ({ params: { from, to }, body }, reply) => {
      const known = isObjectType(from) && isObjectType(to) ? ASSOCIATION_TYPES[`${from}/${to}`] : undefined;
      if (!isObjectType(from) || !isObjectType(to) || known === undefined) {
        throw invalid(`There is no association from ${from} to ${to}`);
      }
      const errors: Json[] = [];
      const results: Json[] = [];
      for (const { id, after } of inputIds(body?.inputs, MAX_ASSOCIATION_INPUTS)) {
        const rest = portal.linked(id, to).filter((record) => after === undefined || Number(record.id) > Number(after));
        const page = rest.slice(0, ASSOCIATIONS_PER_PAGE);
        if (page.length === 0) {
          errors.push(noAssociations(SINGULAR[from], id, SINGULAR[to]));
          continue;
        }
        const associationTypes = [{ category: 'HUBSPOT_DEFINED', typeId: known, label: null }];
        const targets = page.map((record) => ({ toObjectId: Number(record.id), associationTypes }));
        const result: { [key: string]: Json } = { from: { id }, to: targets };
        if (rest.length > page.length) result.paging = { next: { after: page.at(-1)?.id ?? '', link: '' } };
        results.push(result);
      }
      return reply.code(errors.length > 0 ? 207 : 200).send(batch(results, errors, now()));
    },
  );
}

/** With a success and a failure in one answer: https://developers.hubspot.com/docs/api-reference/latest/error-handling */
function batch(results: Json[], errors: Json[], at: string): Json {
  const done: { [key: string]: Json } = { status: 'COMPLETE', results, startedAt: at, completedAt: at };
  if (errors.length > 0) Object.assign(done, { numErrors: errors.length, errors });
  return done;
}

function inputIds(inputs: Json | undefined, max: number): { id: string; after?: string }[] {
  if (!Array.isArray(inputs) || inputs.length === 0) throw invalid('Invalid input JSON: inputs are required');
  if (inputs.length > max) throw invalid(`Batch size of ${inputs.length} exceeds the limit of ${max}`);
  return inputs.map((input) => {
    if (typeof input !== 'object' || input === null || Array.isArray(input) || typeof input.id !== 'string') {
      throw invalid('Invalid input JSON: each input needs an id');
    }
    return typeof input.after === 'string' ? { id: input.id, after: input.after } : { id: input.id };
  });
}

/** Each association names a type of the direction in which it stands: from the new record to the other. */
function associationTargets(portal: Portal, from: ObjectType, associations: Json): CrmRecord[] {
  if (!Array.isArray(associations)) throw invalid('Invalid input JSON: associations');
  return associations.map((association) => {
    const { to, types } = association as { to?: { id?: string }; types?: { associationTypeId?: number }[] }; // checked below
    const typeId = types?.[0]?.associationTypeId;
    const direction = Object.entries(ASSOCIATION_TYPES).find(([, id]) => id === typeId)?.[0] ?? '';
    const [source = '', target = ''] = direction.split('/');
    if (source !== from || !isObjectType(target)) {
      throw invalid(`Invalid association type ${typeId} for an association from ${SINGULAR[from]}`);
    }
    const record = portal.of(target).get(to?.id ?? '');
    if (!record) throw invalid(`${SINGULAR[target]} ${to?.id} does not exist`);
    return record;
  });
}
