import { InvalidInputError } from '../../kit/errors.ts';
import type { Call } from '../../kit/operation.ts';
import type { HubSpotClient } from '../client.ts';
import { isConflict } from '../errors.ts';
import { manifest } from '../manifest.ts';
import { paths } from '../paths.ts';
import { anyObject, type Property, property, propertyList } from '../schemas.ts';

const GROUP = { name: 'headroom', label: 'Headroom', displayOrder: -1 };
const PREFIX = 'headroom_';

interface Definition {
  label: string;
  type: 'string' | 'number' | 'datetime';
  description: string;
}
/** What we write onto a company. Values of other names are made as text when they are first written. */
const OURS: Record<string, Definition> = {
  headroom_qbr_tag: { label: 'QBR tag', type: 'string', description: 'What to bring up at the next business review' },
  headroom_last_trigger: { label: 'Last trigger', type: 'string', description: 'The last usage trigger that fired' },
  headroom_last_trigger_at: { label: 'Last trigger at', type: 'datetime', description: 'When it fired' },
  headroom_utilization: { label: 'Utilization', type: 'number', description: 'Percent of the plan limit used then' },
  headroom_recommended_plan: { label: 'Recommended plan', type: 'string', description: 'The plan that would fit' },
  headroom_trial_state: { label: 'Trial state', type: 'string', description: 'State of the last upgrade trial' },
};
const FIELD_TYPES = { string: 'text', number: 'number', datetime: 'date' };

/** Our word for a field becomes a property's name: `qbr_tag` and `headroom_qbr_tag` are the same one. */
export const propertyName = (field: string) => (field.startsWith(PREFIX) ? field : `${PREFIX}${field}`);

export type EnsureProperties = (extra: readonly string[], call: Call) => Promise<void>;

/**
 * Makes the company properties that are missing, with a group of their own, and remembers that for the life of the
 * process. One that exists with another type is an InvalidInputError that names it.
 * https://developers.hubspot.com/docs/api-reference/latest/crm/properties/guide
 */
export function ensureProperties(client: HubSpotClient): EnsureProperties {
  const accountKey = client.settings.account_key;
  let known: Promise<Map<string, Property>> | null = null;

  async function readAll(call: Call): Promise<Map<string, Property>> {
    const path = paths.properties('companies');
    const request = { operation: 'read company properties', method: 'GET' as const, path, reply: propertyList };
    return new Map((await client.read(request, call)).results.map((one) => [one.name, one]));
  }

  async function makeGroup(call: Call): Promise<void> {
    const path = paths.propertyGroups('companies');
    const request = {
      operation: 'create property group',
      method: 'POST' as const,
      path,
      body: GROUP,
      reply: anyObject,
    };
    await client.read(request, call).catch((error: unknown) => {
      if (!isConflict(error)) throw error;
    });
  }

  /** Repeating it does no harm: the second answer is 409, and what is there is compared. */
  async function make(name: string, call: Call): Promise<Property> {
    const definition = OURS[name] ?? { label: labelOf(name), type: 'string' as const, description: '' };
    const body = {
      name,
      groupName: GROUP.name,
      ...definition,
      fieldType: FIELD_TYPES[definition.type],
      // Can be said only now: HubSpot never changes it later.
      hasUniqueValue: name === accountKey,
    };
    const operation = `create company property ${name}`;
    const path = paths.properties('companies');
    try {
      return await client.read({ operation, method: 'POST', path, body, reply: property }, call);
    } catch (error) {
      if (!isConflict(error)) throw error;
      // Somebody was faster, or it is one that the list leaves out.
      return await client.read(
        { operation, method: 'GET', path: paths.property('companies', name), reply: property },
        call,
      );
    }
  }

  return async (extra, call) => {
    known ??= readAll(call);
    const properties = await known.catch((error: unknown) => {
      known = null;
      throw error;
    });
    const wanted = [...new Set([accountKey, ...Object.keys(OURS), ...extra])];
    const missing = wanted.filter((name) => !properties.has(name));
    if (missing.length > 0) await makeGroup(call);
    for (const name of missing) properties.set(name, await make(name, call));
    for (const name of wanted) compare(name, properties.get(name));
  };
}

function compare(name: string, found: Property | undefined): void {
  const type = OURS[name]?.type;
  if (type === undefined || found?.type === type) return;
  throw new InvalidInputError(
    `HubSpot's company property ${name} is of type ${found?.type}, we write a ${type}: rename or delete it there`,
    { connector: manifest.name, operation: 'ensureProperties' },
  );
}

function labelOf(name: string): string {
  const words = name.replace(PREFIX, '').replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}
