import type { Json } from '../../../domain/model.ts';
import type { FieldDefinition, ObjectName } from './definitions.ts';
import type { SalesforceRecord, Value } from './org.ts';
import type { FieldPath } from './soql/run.ts';

export interface JsonObject {
  [key: string]: Json;
}

/** Date-times leave with a zone of four digits and no colon. */
export const onWire = ({ type }: FieldDefinition, value: Value): Json =>
  type === 'datetime' && typeof value === 'string' ? value.replace(/Z$/, '+0000') : value;

export const attributes = (base: string, object: ObjectName, id: string): JsonObject => ({
  type: object,
  url: `${base}/sobjects/${object}/${id}`,
});

/** A row of a query: fields of parents stand in objects of their own, null where there is no parent. */
export function rowOf(record: SalesforceRecord, fields: FieldPath[], base: string): JsonObject {
  const row: JsonObject = { attributes: attributes(base, record.object, record.Id) };
  for (const { names, definition, read } of fields) {
    let at: JsonObject = row;
    for (const name of names.slice(0, -1)) {
      const there = at[name];
      const next: JsonObject = there !== null && typeof there === 'object' && !Array.isArray(there) ? there : {};
      at[name] = next;
      at = next;
    }
    at[names.at(-1) ?? ''] = onWire(definition, read(record));
  }
  return row;
}
