/** What HubSpot checks before it writes: names, types, options, owners, unique values. */
import type { Json } from '../../../domain/model.ts';
import type { ObjectType, PropertyDefinition } from './definitions.ts';
import type { Portal } from './portal.ts';
import { HubSpotProblem, invalid } from './problem.ts';

const REQUIRED: Partial<Record<ObjectType, string[]>> = {
  tasks: ['hs_timestamp'],
  calls: ['hs_timestamp'],
  emails: ['hs_timestamp', 'hs_email_direction'],
  meetings: ['hs_timestamp'],
  tickets: ['subject', 'hs_pipeline_stage'],
};

/** The properties of a request, as text. `id` is the record that is changed, null for a new one. */
export function checkedProperties(
  portal: Portal,
  type: ObjectType,
  given: Json | undefined,
  id: string | null,
): Record<string, string> {
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    throw invalid('Invalid input JSON: properties');
  const values: Record<string, string> = {};
  const problems: { message: string; error: string; name: string }[] = [];
  for (const [name, value] of Object.entries(given)) {
    const definition = portal.definitions(type).get(name);
    const text = value === null ? '' : String(value);
    const problem = definition ? problemOf(portal, definition, text) : null;
    if (!definition) {
      problems.push({ message: `Property "${name}" does not exist`, error: 'PROPERTY_DOESNT_EXIST', name });
    } else if (problem) problems.push({ ...problem, name });
    else values[name] = text;
  }
  const missing = id === null ? (REQUIRED[type] ?? []).filter((name) => !values[name]) : [];
  for (const name of missing) problems.push({ message: `${name} is required`, error: 'REQUIRED_FIELD', name });
  if (problems.length > 0) {
    const errors = problems.map(({ message, error, name }) => ({
      message,
      code: error,
      context: { propertyName: [name] },
    }));
    throw invalid(
      `Property values were not valid: ${JSON.stringify(problems.map((one) => ({ isValid: false, ...one })))}`,
      { errors },
    );
  }
  checkUnique(portal, type, values, id);
  return values;
}

function problemOf(portal: Portal, { name, type, options, readOnly }: PropertyDefinition, value: string) {
  if (readOnly) return { message: `"${name}" is a read only property`, error: 'READ_ONLY_VALUE' };
  if (value === '') return null;
  if (name === 'hubspot_owner_id' && !portal.owners.some(({ id }) => id === value)) {
    return { message: `Owner with id ${value} does not exist or is archived`, error: 'INVALID_OWNER_ID' };
  }
  if (type === 'number' && !Number.isFinite(Number(value))) {
    return { message: `${value} was not a valid number.`, error: 'INVALID_DOUBLE' };
  }
  if ((type === 'datetime' || type === 'date') && !/^\d+$/.test(value) && Number.isNaN(Date.parse(value))) {
    return { message: `${value} was not a valid ${type}.`, error: 'INVALID_DATE' };
  }
  if (type === 'enumeration' && options.length > 0 && !value.split(';').every((one) => options.includes(one))) {
    return { message: `${value} was not one of the allowed options: [${options.join(', ')}]`, error: 'INVALID_OPTION' };
  }
  return null;
}

function checkUnique(portal: Portal, type: ObjectType, values: Record<string, string>, id: string | null): void {
  for (const [name, value] of Object.entries(values)) {
    if (!portal.definitions(type).get(name)?.hasUniqueValue || value === '') continue;
    const other = portal.find(type, name, value);
    if (!other || other.id === id) continue;
    throw new HubSpotProblem(409, 'CONFLICT', `${other.id} already has that value.`, {
      context: { propertyName: [name] },
    });
  }
}
