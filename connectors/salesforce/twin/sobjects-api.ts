/** https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_list.htm: records one by one. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Json } from '../../../domain/model.ts';
import { type FieldDefinition, ID_PREFIX, OBJECT_NAMES, type ObjectName, objectNamed } from './definitions.ts';
import type { Org, SalesforceRecord, Values } from './org.ts';
import { invalid, notFound, SalesforceProblem } from './problem.ts';
import { noColumn } from './soql/run.ts';
import { checkedValues } from './validate.ts';
import { attributes, type JsonObject, onWire } from './wire.ts';

export interface ObjectsDesk {
  org: Org;
  /** Somebody else is just writing to that account. @throws SalesforceProblem */
  lock: (record: SalesforceRecord | Values, object: ObjectName) => void;
  written: (record: SalesforceRecord, how: 'created' | 'updated', values: Values) => void;
}

interface Path {
  Params: { version: string; object: string; id: string; field: string; value: string };
  Querystring: { fields?: string };
  Body: JsonObject | null;
}

export function sobjectsApi(server: FastifyInstance, base: string, desk: ObjectsDesk): void {
  const { org } = desk;
  const objectOf = ({ params }: FastifyRequest<Path>): ObjectName => {
    const object = objectNamed(params.object);
    if (object === null) throw notFound();
    return object;
  };
  const recordOf = (request: FastifyRequest<Path>): SalesforceRecord => {
    const object = objectOf(request);
    const record = org.get(object, request.params.id);
    if (!record) throw notFound();
    if (record.IsDeleted) throw new SalesforceProblem(404, 'ENTITY_IS_DELETED', 'entity is deleted', []);
    return record;
  };
  const under = ({ params }: FastifyRequest<Path>) => `/services/data/${params.version}`;

  function create(object: ObjectName, body: Json, more: Values = {}): SalesforceRecord {
    if (object === 'User') throw invalid('CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY', 'users are not made here', []);
    const values = { ...checkedValues(org, object, body, null), ...more };
    desk.lock(values, object);
    const record = org.create(object, values);
    desk.written(record, 'created', values);
    return record;
  }
  function update(record: SalesforceRecord, body: Json): void {
    const values = checkedValues(org, record.object, body, record);
    desk.lock(record, record.object);
    org.update(record, values);
    desk.written(record, 'updated', values);
  }

  server.get<Path>(`${base}/sobjects`, async () => ({
    encoding: 'UTF-8',
    maxBatchSize: 200,
    sobjects: OBJECT_NAMES.map((name) => ({ name, keyPrefix: ID_PREFIX[name], queryable: true, custom: false })),
  }));

  server.get<Path>(`${base}/sobjects/:object/describe`, async (request) => {
    const object = objectOf(request);
    return { name: object, keyPrefix: ID_PREFIX[object], queryable: true, fields: org.fields(object).map(describe) };
  });

  server.get<Path>(`${base}/sobjects/:object/:id`, async (request) => {
    const record = recordOf(request);
    const names = request.query.fields?.split(',').map((name) => name.trim());
    const fields = names?.map((name) => {
      const field = org.field(record.object, name);
      if (!field) throw noColumn(record.object, name);
      return field;
    });
    return whole(record, fields ?? org.fields(record.object), under(request));
  });

  server.post<Path>(`${base}/sobjects/:object`, async (request, reply) => {
    const { Id } = create(objectOf(request), request.body);
    return reply.code(201).send({ id: Id, success: true, errors: [] });
  });

  server.patch<Path>(`${base}/sobjects/:object/:id`, async (request, reply) => {
    update(recordOf(request), request.body);
    return reply.code(204).send();
  });

  server.delete<Path>(`${base}/sobjects/:object/:id`, async (request, reply) => {
    org.remove(recordOf(request));
    return reply.code(204).send();
  });

  /** The records that have this value in a field that is an external id. */
  function byExternalId(request: FastifyRequest<Path>): { field: FieldDefinition; found: SalesforceRecord[] } {
    const object = objectOf(request);
    const field = org.field(object, request.params.field);
    if (!field?.externalId) {
      throw notFound(`Provided external ID field does not exist or is not accessible: ${request.params.field}`);
    }
    const found = org.withValue(object, field.name, request.params.value).filter((one) => !one.IsDeleted);
    return { field, found };
  }
  const several = (request: FastifyRequest<Path>, found: SalesforceRecord[]) =>
    found.map(({ object, Id }) => `${under(request)}/sobjects/${object}/${Id}`);

  server.get<Path>(`${base}/sobjects/:object/:field/:value`, async (request, reply) => {
    const { found } = byExternalId(request);
    const [record] = found;
    if (!record) throw notFound();
    if (found.length > 1) return reply.code(300).send(several(request, found));
    return whole(record, org.fields(record.object), under(request));
  });

  /** https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/dome_upsert.htm */
  server.patch<Path>(`${base}/sobjects/:object/:field/:value`, async (request, reply) => {
    const { field, found } = byExternalId(request);
    if (found.length > 1) return reply.code(300).send(several(request, found));
    if (request.body && Object.keys(request.body).some((name) => name.toLowerCase() === field.name.toLowerCase())) {
      const message = `The ${field.name} field should not be specified in the sobject data.`;
      throw invalid('INVALID_FIELD', message, [field.name]);
    }
    const [known] = found;
    if (known) update(known, request.body);
    const record = known ?? create(objectOf(request), request.body, { [field.name]: request.params.value });
    return reply
      .code(known ? 200 : 201)
      .send({ id: record.Id, success: true, errors: [], created: known === undefined });
  });
}

function whole(record: SalesforceRecord, fields: FieldDefinition[], under: string): JsonObject {
  const answer: JsonObject = { attributes: attributes(under, record.object, record.Id), Id: record.Id };
  for (const field of fields) answer[field.name] = onWire(field, record[field.name] ?? null);
  return answer;
}

/** As much of a describe as a client may go by. */
function describe(field: FieldDefinition): JsonObject {
  const { values, filterable, required, ...rest } = field;
  return {
    ...rest,
    filterable,
    nillable: !required && field.type !== 'boolean',
    restrictedPicklist: values.length > 0,
    picklistValues: values.map((value) => ({ value, label: value, active: true, defaultValue: false })),
    idLookup: field.type === 'id' || field.externalId,
  };
}
