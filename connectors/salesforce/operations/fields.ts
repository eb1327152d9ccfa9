import { InvalidInputError } from '../../kit/errors.ts';
import type { Call } from '../../kit/operation.ts';
import type { SalesforceClient } from '../client.ts';
import { manifest } from '../manifest.ts';
import { describeReply, type FieldDescription } from '../schemas.ts';

const HOUR_MS = 3_600_000;

/** A field of an object by its name in any case; null where there is none, or none that the integration user may see. */
export type FieldOf = (name: string, call: Call) => Promise<FieldDescription | null>;

/**
 * Kept for an hour; a field that is missing is looked for anew, since somebody may just have created it.
 * https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_sobject_describe.htm
 */
export function describedFields(client: SalesforceClient, object: 'Account' | 'Task'): FieldOf {
  let kept: { fields: Map<string, FieldDescription>; at: number } | null = null;
  return async (name, call) => {
    const key = name.toLowerCase();
    const known = kept !== null && performance.now() - kept.at < HOUR_MS ? kept.fields.get(key) : undefined;
    if (known) return known;
    const path = `/sobjects/${object}/describe`;
    const request = { operation: `describe ${object}`, method: 'GET' as const, path, reply: describeReply };
    const { fields } = await client.read(request, call);
    kept = { fields: new Map(fields.map((field) => [field.name.toLowerCase(), field])), at: performance.now() };
    return kept.fields.get(key) ?? null;
  };
}

/** Fields are made by an administrator: what we may do with data does not reach so far, and should not. */
export function missingField(object: 'Account' | 'Activity', name: string, kind: string): InvalidInputError {
  const where = `Setup > Object Manager > ${object} > Fields & Relationships > New`;
  return new InvalidInputError(
    `Salesforce shows no field ${name} on ${object}: create it (${where}: ${kind}), and let the integration user's permission set read and edit it`,
    { connector: manifest.name, operation: 'check fields' },
  );
}
