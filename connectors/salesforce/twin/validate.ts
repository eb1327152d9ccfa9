/** What Salesforce checks before it writes: names, rights, types, lists of values, references, unique values. */
import type { Json } from '../../../domain/model.ts';
import type { FieldDefinition, ObjectName } from './definitions.ts';
import { isId, longId } from './ids.ts';
import type { Org, SalesforceRecord, Value, Values } from './org.ts';
import { invalid } from './problem.ts';

/** The values of a request by the names of their fields. `record` is the one that is changed, null for a new one. */
export function checkedValues(
  org: Org,
  object: ObjectName,
  body: Json | undefined,
  record: SalesforceRecord | null,
): Values {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw invalid('JSON_PARSER_ERROR', 'The HTTP entity body is required, but this request has no entity body.');
  }
  const values: Values = {};
  for (const [name, value] of Object.entries(body)) {
    if (name === 'attributes') continue;
    const field = org.field(object, name);
    if (!field) throw invalid('INVALID_FIELD', `No such column '${name}' on sobject of type ${object}`, [name]);
    if (!(record ? field.updateable : field.createable)) {
      const message = `Unable to create/update fields: ${field.name}. Please check the security settings of this field and verify that it is read/write for your profile or permission set.`;
      throw invalid('INVALID_FIELD_FOR_INSERT_UPDATE', message, [field.name]);
    }
    values[field.name] = checkedValue(org, object, field, value);
  }
  const empty = org
    .fields(object)
    .filter(({ name, required }) => required && !(record ? { ...record, ...values } : values)[name]);
  if (empty.length > 0) {
    const names = empty.map(({ name }) => name);
    throw invalid('REQUIRED_FIELD_MISSING', `Required fields are missing: [${names.join(', ')}]`, names);
  }
  checkUnique(org, object, values, record);
  return values;
}

function checkedValue(org: Org, object: ObjectName, field: FieldDefinition, value: Json): Value {
  const { name, type, length, values } = field;
  if (value === null || value === '') return type === 'boolean' ? false : null;
  const cannot = () =>
    invalid('JSON_PARSER_ERROR', `Cannot deserialize instance of ${type} from VALUE_STRING value ${String(value)}`);
  switch (type) {
    case 'boolean':
      if (typeof value !== 'boolean') throw cannot();
      return value;
    case 'int':
    case 'double':
    case 'currency':
      if (typeof value !== 'number') throw cannot();
      return value;
    case 'date':
      if (typeof value !== 'string' || !/^\d{4}-\d\d-\d\d/.test(value)) throw cannot();
      return value.slice(0, 10);
    case 'datetime':
      if (typeof value !== 'string' || Number.isNaN(Date.parse(value))) throw cannot();
      return new Date(value).toISOString();
    case 'id':
    case 'reference':
      return checkedReference(org, object, field, String(value));
  }
  if (typeof value !== 'string') throw cannot();
  if (value.length > length) {
    throw invalid('STRING_TOO_LONG', `${name}: data value too large: ${value.slice(0, 40)} (max length=${length})`, [
      name,
    ]);
  }
  if (values.length > 0 && !values.includes(value)) {
    const message = `${name}: bad value for restricted picklist field: ${value}`;
    throw invalid('INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST', message, [name]);
  }
  return value;
}

function checkedReference(org: Org, object: ObjectName, { name, referenceTo }: FieldDefinition, id: string): string {
  if (!isId(id)) throw invalid('MALFORMED_ID', `${name}: id value of incorrect type: ${id}`, [name]);
  const target = referenceTo.map((one) => org.get(one, id)).find((one) => one !== null);
  if (!target) throw invalid('INVALID_CROSS_REFERENCE_KEY', 'invalid cross reference id', []);
  if (target.IsDeleted) throw invalid('ENTITY_IS_DELETED', 'entity is deleted', []);
  if (target.object === 'User' && target.IsActive !== true) {
    const message = `operation performed with inactive user [${target.Id}] as owner of ${object.toLowerCase()}`;
    throw invalid('INACTIVE_OWNER_OR_USER', message, [name]);
  }
  return longId(id);
}

function checkUnique(org: Org, object: ObjectName, values: Values, record: SalesforceRecord | null): void {
  for (const [name, value] of Object.entries(values)) {
    if (!org.field(object, name)?.unique || value === null) continue;
    const other = org.find(object, name, value);
    if (!other || other === record) continue;
    throw invalid(
      'DUPLICATE_VALUE',
      `duplicate value found: ${name} duplicates value on record with id: ${other.Id}`,
      [],
    );
  }
}
