import { InvalidInputError } from '../../kit/errors.ts';
import type { Call } from '../../kit/operation.ts';
import type { SalesforceClient } from '../client.ts';
import { manifest } from '../manifest.ts';
import type { FieldDescription } from '../schemas.ts';
import { describedFields, missingField } from './fields.ts';

/** What we write onto an account, and how an administrator creates it. Fields of other names are text. */
const OURS: Record<string, { label: string; kind: string; types: string[] }> = {
  headroom_qbr_tag: { label: 'Headroom_QBR_Tag__c', kind: 'Text(255)', types: ['string', 'textarea'] },
  headroom_last_trigger: { label: 'Headroom_Last_Trigger__c', kind: 'Text(80)', types: ['string', 'picklist'] },
  headroom_last_trigger_at: { label: 'Headroom_Last_Trigger_At__c', kind: 'Date/Time', types: ['datetime', 'date'] },
  headroom_utilization: {
    label: 'Headroom_Utilization__c',
    kind: 'Number(3, 0), in percent',
    types: ['double', 'percent', 'int'],
  },
  headroom_recommended_plan: { label: 'Headroom_Recommended_Plan__c', kind: 'Text(80)', types: ['string', 'picklist'] },
  headroom_trial_state: { label: 'Headroom_Trial_State__c', kind: 'Text(40)', types: ['string', 'picklist'] },
};
const PREFIX = 'headroom_';

/** Our word for a field: `qbr_tag` and `headroom_qbr_tag` are the same one. */
export const ownName = (field: string) => (field.startsWith(PREFIX) ? field : `${PREFIX}${field}`);

/** `headroom_renewal_note` is `Headroom_Renewal_Note__c` where nobody has decided otherwise; case does not matter. */
export const apiName = (own: string) =>
  OURS[own]?.label ?? `${own.replace(/(^|_)([a-z])/g, (_, before, letter) => before + letter.toUpperCase())}__c`;

export interface AccountFields {
  /** Throws InvalidInputError when the field that accounts are linked by is not there. */
  check: (call: Call) => Promise<void>;
  /** Our values under the org's names and in the types of its fields; the first field that is missing is named. */
  toRecord: (values: Record<string, string>, call: Call) => Promise<Record<string, string | number>>;
}

export function accountFields(client: SalesforceClient): AccountFields {
  const fieldOf = describedFields(client, 'Account');
  const { account_key } = client.settings;
  return {
    check: async (call) => {
      if (await fieldOf(account_key, call)) return;
      throw missingField('Account', account_key, 'Text(64), External ID and Unique');
    },
    toRecord: async (values, call) => {
      const record: Record<string, string | number> = {};
      for (const [own, value] of Object.entries(values)) {
        const field = await fieldOf(apiName(own), call);
        if (!field?.updateable) throw missingField('Account', apiName(own), OURS[own]?.kind ?? 'Text(255)');
        record[field.name] = inTypeOf(field, own, value);
      }
      return record;
    },
  };
}

/** Numbers go out as numbers; text that is longer than its field would be refused whole. */
function inTypeOf({ name, type, length }: FieldDescription, own: string, value: string): string | number {
  const types = OURS[own]?.types;
  if (types && !types.includes(type)) {
    throw new InvalidInputError(
      `Salesforce's account field ${name} is of type ${type}, we write ${OURS[own]?.kind}: delete it and create it anew`,
      { connector: manifest.name, operation: 'check fields' },
    );
  }
  if (['double', 'percent', 'int', 'currency'].includes(type) && Number.isFinite(Number(value))) return Number(value);
  if (type === 'date') return value.slice(0, 10);
  return length > 0 ? value.slice(0, length) : value;
}
