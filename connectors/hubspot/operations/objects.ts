/** Bulk reads that see every finished write at once: associations and objects by id, never search, which lags. */
import { UnexpectedResponseError } from '../../kit/errors.ts';
import type { Call } from '../../kit/operation.ts';
import { chunk } from '../../kit/paginate.ts';
import type { HubSpotClient } from '../client.ts';
import { onlyMissing } from '../errors.ts';
import { manifest } from '../manifest.ts';
import { ASSOCIATION_BATCH, BATCH, type ObjectType, paths } from '../paths.ts';
import { associationBatch, type CrmObject, objectBatch } from '../schemas.ts';

/** Objects by id, batch after batch; ids that are gone are left out. */
export async function* readObjects(
  client: HubSpotClient,
  type: ObjectType,
  ids: Iterable<string>,
  properties: readonly string[],
  call: Call,
): AsyncGenerator<CrmObject[]> {
  for (const batch of chunk([...new Set(ids)], BATCH)) yield await readBatch(client, type, batch, properties, call);
}

/** At most BATCH objects by id, in no order; ids that are gone are left out. */
export async function readBatch(
  client: HubSpotClient,
  type: ObjectType,
  ids: readonly string[],
  properties: readonly string[],
  call: Call,
): Promise<CrmObject[]> {
  const operation = `read ${type}`;
  // The 2026-09 schema asks for all three arrays, empty or not.
  const body = { inputs: ids.map((id) => ({ id })), properties: [...properties], propertiesWithHistory: [] };
  const reply = await client.read(
    { operation, method: 'POST', path: paths.batchRead(type), body, reply: objectBatch },
    call,
  );
  onlyMissing(reply, { connector: manifest.name, operation });
  return reply.results;
}

/**
 * Ids of what is associated with each object, by object. One without any comes back as an error
 * `crm.associations.NO_ASSOCIATIONS_FOUND` of a 207, or not at all: here it is left out. Each object's list has pages of
 * its own.
 */
export async function associated(
  client: HubSpotClient,
  { from = 'companies', to }: { from?: ObjectType; to: ObjectType },
  ids: readonly string[],
  call: Call,
): Promise<Map<string, string[]>> {
  const operation = `read ${to} of ${from}`;
  const origin = { connector: manifest.name, operation };
  const found = new Map<string, Set<string>>();
  const asked = new Set<string>();
  let inputs: { id: string; after?: string }[] = ids.map((id) => ({ id }));
  while (inputs.length > 0) {
    const more: typeof inputs = [];
    for (const batch of chunk(inputs, ASSOCIATION_BATCH)) {
      const path = paths.associations(from, to);
      const request = { operation, method: 'POST' as const, path, body: { inputs: batch }, reply: associationBatch };
      const reply = await client.read(request, call);
      onlyMissing(reply, origin);
      for (const { from: source, to: targets, paging } of reply.results) {
        const targetIds = found.get(source.id) ?? new Set<string>();
        for (const { toObjectId } of targets) targetIds.add(toObjectId);
        found.set(source.id, targetIds);
        const after = paging?.next?.after;
        if (after === undefined) continue;
        if (asked.has(`${source.id}/${after}`))
          throw new UnexpectedResponseError(`the cursor ${after} came twice`, origin);
        asked.add(`${source.id}/${after}`);
        more.push({ id: source.id, after });
      }
    }
    inputs = more;
  }
  return new Map([...found].map(([id, targets]) => [id, [...targets]]));
}

/** From "what does a company have" to "whose is it": an object may belong to several companies. */
export function companiesByObject(associations: Map<string, string[]>): Map<string, string[]> {
  const companies = new Map<string, string[]>();
  for (const [company, ids] of associations) for (const id of ids) append(companies, id, company);
  return companies;
}

export function append<Item>(lists: Map<string, Item[]>, key: string, item: Item): void {
  const list = lists.get(key);
  if (list) list.push(item);
  else lists.set(key, [item]);
}
